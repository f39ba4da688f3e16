"""The road between the service and LINE's stand-in, and what can happen on it. The stand-in stays as strict as LINE.

Faults befall reply messages only, a `share` of them by seeded chance; everything else passes. Of some LINE has taken
the reply although the service never hears of it: those are the nasty ones.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

REPLY = b"/v2/bot/message/reply"
DRIP_SECONDS = 0.7
"""A byte now and then: an answer takes minutes, and never lets a time-out of single reads pass."""


class Fault(StrEnum):
    """What happens to a reply on its way. The first group never reaches LINE, the second does."""

    TOO_MANY = "429"
    WAIT = "429, Retry-After"
    BROKEN = "500"
    RESET = "connection reset"
    SILENCE = "no answer"

    LOST = "taken, then the connection is reset"
    HALF = "taken, then half an answer"
    LATE = "taken, then no answer"
    TAKEN_500 = "taken, then 500"
    DRIP = "taken, then a byte now and then"


_STATUS = {
    Fault.TOO_MANY: b"429 Too Many Requests\r\n",
    Fault.WAIT: b"429 Too Many Requests\r\nRetry-After: 2\r\n",
    Fault.BROKEN: b"500 Internal Server Error\r\n",
    Fault.TAKEN_500: b"500 Internal Server Error\r\n",
}


@dataclass
class _Trip:
    """One request on its way."""

    request: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Road:
    """A proxy on a port of its own. `order` says what happens from now on; nothing, unless ordered."""

    def __init__(self, upstream: int) -> None:
        self._upstream = upstream
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="road", daemon=True)
        self._open = threading.Event()
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._share = 0.0
        self._chance = random.Random(0)
        self._travelling: set[asyncio.Task[None]] = set()
        self.happened: Counter[Fault] = Counter()
        self.port = 0

    @property
    def url(self) -> str:
        """What the service is told LINE's address is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Opens the road."""
        self._thread.start()
        assert self._open.wait(10)

    def close(self) -> None:
        """Closes the road."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def order(self, fault: Fault | None, share: float = 1.0, seed: int = 1) -> None:
        """From now on this happens to a share of the replies."""
        with self._lock:
            self._fault, self._share, self._chance = fault, share, random.Random(seed)
            if fault is not None:
                self.happened.clear()

    def _next(self, head: bytes) -> Fault | None:
        with self._lock:
            if self._fault is None or REPLY not in head.split(b"\r\n", 1)[0] or self._chance.random() >= self._share:
                return None
            self.happened[self._fault] += 1
            return self._fault

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._open.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        travelling = asyncio.current_task()
        assert travelling is not None
        self._travelling.add(travelling)  # once the service hangs up, asyncio itself holds it no more
        try:
            while (request := await _message(reader)) is not None:
                await self._travel(_Trip(request, reader, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._travelling.discard(travelling)

    async def _travel(self, trip: _Trip) -> None:
        fault = self._next(trip.request)
        if fault is None:
            await _write(trip.writer, await self._ask(trip.request))
        else:
            await _HAPPENINGS[fault](self, trip, fault)

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        try:
            await _write(writer, request)
            answer = await _message(reader)
        finally:
            writer.close()
        assert answer is not None
        return answer

    async def _status(self, trip: _Trip, fault: Fault) -> None:
        if fault is Fault.TAKEN_500:
            await self._ask(trip.request)
        body = b'{"message":"ordered"}'
        head = b"HTTP/1.1 " + _STATUS[fault] + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        await _write(trip.writer, head % len(body) + body)

    async def _reset(self, trip: _Trip, fault: Fault) -> None:
        if fault is Fault.LOST:
            await self._ask(trip.request)
        held = trip.writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # RST instead of FIN
        trip.writer.transport.abort()
        raise ConnectionResetError

    async def _silence(self, trip: _Trip, fault: Fault) -> None:
        if fault is Fault.LATE:
            await self._ask(trip.request)
        await trip.reader.read()  # until the service gives up
        raise ConnectionResetError

    async def _half(self, trip: _Trip, _: Fault) -> None:
        answer = await self._ask(trip.request)
        await _write(trip.writer, answer[: len(answer) // 2])
        raise ConnectionResetError

    async def _drip(self, trip: _Trip, _: Fault) -> None:
        for byte in await self._ask(trip.request):
            await _write(trip.writer, bytes([byte]))
            await asyncio.sleep(DRIP_SECONDS)


_HAPPENINGS: dict[Fault, Callable[[Road, _Trip, Fault], Awaitable[None]]] = {
    **dict.fromkeys(_STATUS, Road._status),
    **dict.fromkeys((Fault.RESET, Fault.LOST), Road._reset),
    **dict.fromkeys((Fault.SILENCE, Fault.LATE), Road._silence),
    Fault.HALF: Road._half,
    Fault.DRIP: Road._drip,
}


async def _write(writer: asyncio.StreamWriter, content: bytes) -> None:
    writer.write(content)
    await writer.drain()


async def _message(reader: asyncio.StreamReader) -> bytes | None:
    """One request or answer; None when nothing more comes."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head.lower().split(b"\r\n")
    length = next((int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:")), 0)
    return head + await reader.readexactly(length)
