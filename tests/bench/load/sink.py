"""What takes LINE's place under load: it takes replies, and nothing else.

The product's own stand-in checks every message as strictly as LINE does, which costs as much as answering. Under load
that would measure the stand-in, so this one only checks path, bearer token and that a reply token is used once, and
keeps the moment at which each reply came. Prints its port on one line, then serves until it is told to stop.

`GET /taken` gives what came; `POST /forget` begins anew.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field

REPLY = b"/v2/bot/message/reply"
GESTURES = {b"/v2/bot/chat/loading/start": 202, b"/v2/bot/chat/markAsRead": 200}
_TOKEN = re.compile(rb'"replyToken"\s*:\s*"([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_BEARER = re.compile(rb"\r\nauthorization:\s*bearer ([^\r]+)", re.IGNORECASE)
_WORDS = {200: "OK", 202: "Accepted", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}
_DONE = b'{"sentMessages":[{"id":"461230966842064897","quoteToken":"IStG5h1Tz7bsQa"}]}'


@dataclass
class Taken:
    """Reply tokens with the moment each was used (seconds of the monotonic clock, which all processes share)."""

    access_tokens: frozenset[bytes]
    replies: dict[str, float] = field(default_factory=dict)
    doubled: int = 0
    gestures: int = 0
    refused: int = 0

    def told(self) -> bytes:
        """All of it, as JSON."""
        found = {"replies": self.replies, "doubled": self.doubled, "gestures": self.gestures, "refused": self.refused}
        return json.dumps(found).encode()

    def forget(self) -> None:
        """Begins anew."""
        self.replies.clear()
        self.doubled = self.gestures = self.refused = 0

    def answer(self, method: bytes, path: bytes, head: bytes, body: bytes) -> tuple[int, bytes]:
        """Status and body for a request."""
        if (method, path) == (b"GET", b"/taken"):
            return 200, self.told()
        if (method, path) == (b"POST", b"/forget"):
            self.forget()
            return 200, b"{}"
        return self._as_line(path, head, body)

    def _as_line(self, path: bytes, head: bytes, body: bytes) -> tuple[int, bytes]:
        bearer = _BEARER.search(head)
        if bearer is None or bearer[1].strip() not in self.access_tokens:
            self.refused += 1
            return 401, b'{"message":"Authentication failed"}'
        if path in GESTURES:
            self.gestures += 1
            return GESTURES[path], b"{}"
        if path != REPLY:
            self.refused += 1
            return 404, b'{"message":"Not found"}'
        return self._reply(body)

    def _reply(self, body: bytes) -> tuple[int, bytes]:
        found = _TOKEN.search(body)
        if found is None or (token := found[1].decode()) in self.replies:
            self.doubled += found is not None
            self.refused += 1
            return 400, b'{"message":"Invalid reply token"}'
        self.replies[token] = time.monotonic()
        return 200, _DONE


class Wire(asyncio.Protocol):
    """One kept connection. Requests carry Content-Length, as the SDK's clients send it."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._one():
            pass

    def _one(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = self._buffer[:end]
        length = int(found[1]) if (found := _LENGTH.search(head)) else 0
        if len(self._buffer) < end + 4 + length:
            return False
        body, self._buffer = self._buffer[end + 4 : end + 4 + length], self._buffer[end + 4 + length :]
        method, path, _ = head.split(b" ", 2)
        self._send(*self._taken.answer(method, path, head, body))
        return True

    def _send(self, status: int, body: bytes) -> None:
        head = (
            f"HTTP/1.1 {status} {_WORDS[status]}\r\ncontent-type: application/json\r\n"
            f"x-line-request-id: {time.monotonic_ns():032x}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)


async def serve(taken: Taken) -> None:
    """Takes replies until the process ends."""
    server = await asyncio.get_running_loop().create_server(lambda: Wire(taken), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Taken(frozenset(token.encode() for token in sys.argv[1:]))))
