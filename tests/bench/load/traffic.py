"""Sends webhooks as LINE does, each signed, in a process of its own: as fast as they are taken, or at a steady rate.

Latencies of a steady rate count from the moment at which a webhook was to be sent, whatever came before it took: people
don't wait with their questions until a slow service has caught up (no coordinated omission).

Reads one JSON object from its standard input (see `Plan`), writes one to its standard output: what was sent, and the
seconds on the CPU that it took.
"""

from __future__ import annotations

import asyncio
import csv
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.simulator.events import sign, text_event, webhook_body

QUESTIONS = Path(__file__).parents[2] / "bot/intents/questions.tsv"
PATIENCE = 30.0
"""Seconds for one acknowledgement."""
REDELIVERIES = 2
"""What is not acknowledged is sent again, as LINE does it: a kept connection may be closed just when it is used."""


@dataclass(frozen=True)
class Plan:
    """What to send where. `rate` is webhooks a second; 0: each of `connections` sends its next when the last was
    acknowledged. `name` begins every reply token."""

    port: int
    cities: list[str]
    secret: str
    name: str
    webhooks: int
    events: int = 1
    """In one webhook."""
    rate: float = 0.0
    connections: int = 32


@dataclass(frozen=True)
class Sent:
    """One webhook: when it was to be sent, when it was acknowledged, what was said each time it was sent (0: nothing),
    and its reply tokens."""

    due: float
    acknowledged: float
    statuses: list[int]
    tokens: list[str]


class Wire(asyncio.Protocol):
    """A kept connection that has one request under way at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._buffer = b""
        self._waiting: asyncio.Future[int] | None = None

    def connection_lost(self, _: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(0)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or len(self._buffer) < end + 4 + _length(self._buffer[:end]):
            return
        status, self._buffer = int(self._buffer[9:12]), b""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(status)

    async def post(self, path: str, body: bytes, signature: str) -> int:
        """The status; 0 when the connection broke or nobody answered."""
        self._waiting = asyncio.get_running_loop().create_future()
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"x-line-signature: {signature}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + body)
        try:
            return await asyncio.wait_for(self._waiting, PATIENCE)
        except TimeoutError:
            return 0

    @property
    def is_open(self) -> bool:
        """Whether another request can go over it."""
        return not self._transport.is_closing()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


class Traffic:
    """Sends what a plan says."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        with QUESTIONS.open(encoding="utf-8", newline="") as rows:
            self._texts = [row["utterance"] for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)]
        self._idle: list[Wire] = []
        self.sent: list[Sent] = []

    async def run(self) -> None:
        """Sends everything."""
        numbers = iter(range(self._plan.webhooks))
        if self._plan.rate:
            await self._steadily(numbers)
        else:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._plan.connections):
                    group.create_task(self._one_after_another(numbers))

    async def _one_after_another(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            await self._send(number, time.monotonic())

    async def _steadily(self, numbers: Iterator[int]) -> None:
        start = time.monotonic() + 0.1
        async with asyncio.TaskGroup() as group:
            for number in numbers:
                due = start + number / self._plan.rate
                if (early := due - time.monotonic()) > 0:
                    await asyncio.sleep(early)
                group.create_task(self._send(number, due))

    async def _send(self, number: int, due: float) -> None:
        city = self._plan.cities[number % len(self._plan.cities)]
        tokens, body = self._body(number)
        statuses: list[int] = []
        for _ in range(1 + REDELIVERIES):
            wire = await self._wire()
            statuses.append(await wire.post(f"/line/{city}/webhook", body, sign(self._plan.secret, body)))
            if wire.is_open:
                self._idle.append(wire)
            if statuses[-1] and statuses[-1] < 500:
                break
        self.sent.append(Sent(due, time.monotonic(), statuses, tokens))

    def _body(self, number: int) -> tuple[list[str], bytes]:
        """Every person asks twice, half of all events apart."""
        plan, people = self._plan, max(self._plan.webhooks * self._plan.events // 2, 1)
        places = [number * plan.events + i for i in range(plan.events)]
        tokens = [f"{plan.name}{place:08x}" for place in places]
        events = [
            text_event(self._texts[place % len(self._texts)], f"U{place % people:032x}", token)
            for place, token in zip(places, tokens, strict=True)
        ]
        return tokens, webhook_body(events)

    async def _wire(self) -> Wire:
        while self._idle:
            if (wire := self._idle.pop()).is_open:
                return wire
        _, made = await asyncio.get_running_loop().create_connection(Wire, "127.0.0.1", self._plan.port)
        return made


if __name__ == "__main__":
    traffic = Traffic(Plan(**json.load(sys.stdin)))
    before = time.process_time()
    asyncio.run(traffic.run())
    cost = time.process_time() - before
    json.dump({"cpu": cost, "sent": [asdict(sent) for sent in traffic.sent]}, sys.stdout)
