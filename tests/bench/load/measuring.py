"""One form of the service under load: as many events as it takes, then a steady rate."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

from processes import Running, Watch, cpu_seconds, fetch
from services import SECRET, Form, Service
from traffic import Plan

HERE = Path(__file__).parent
DRAIN = 28.0
"""Seconds to wait for the last replies: reply tokens are given up after 25."""
WARM = 0.5
"""Seconds within which everything of a round is answered once a service is warm."""
ROUNDS = 5
"""Of warming, at most."""


@dataclass(frozen=True)
class Size:
    """How much is measured: `events` at full speed, then `rate` events a second for `seconds`."""

    events: int = 2_000
    seconds: float = 15.0
    rate: float = 200.0


@dataclass(frozen=True)
class Times:
    """Seconds that half of the events, and 99 of 100, took at most."""

    p50: float
    p99: float


@dataclass
class Measured:
    """What one form did."""

    form: Form
    acknowledged: float = 0.0
    """Events a second at full speed until all were acknowledged."""
    answered: float = 0.0
    """Events a second at full speed until all were answered."""
    ack: Times = field(default_factory=lambda: Times(0, 0))
    answer: Times = field(default_factory=lambda: Times(0, 0))
    ready: float = 0.0
    first: float = 0.0
    """Seconds from the start until every city had answered once."""
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    """Milliseconds on the CPU for one event at full speed, by process; 送る側 is the generator."""
    sent: int = 0
    lost: int = 0
    doubled: int = 0


@dataclass(frozen=True)
class Round:
    """What became of one plan: for each event when it was due, acknowledged and answered (None: never)."""

    due: tuple[float, ...]
    acknowledged: tuple[float | None, ...]
    answered: tuple[float | None, ...]
    doubled: int
    cost: float
    """Seconds on the CPU that sending took."""

    @property
    def lost(self) -> int:
        """Events without an acknowledgement or without an answer."""
        return sum(a is None or b is None for a, b in zip(self.acknowledged, self.answered, strict=True))

    def rate(self, ends: Sequence[float | None]) -> float:
        """Events a second from the first that was due until the last end."""
        known = [end for end in ends if end is not None]
        return len(known) / (max(known) - min(self.due)) if known else 0.0

    def times(self, ends: Sequence[float | None]) -> Times:
        """How long events took; what never came counts as the longest that was waited."""
        taken = [DRAIN if end is None else end - due for due, end in zip(self.due, ends, strict=True)]
        return Times(quantiles(taken, n=100)[49], quantiles(taken, n=100)[98])


class Bench:
    """Measures services against one sink."""

    def __init__(
        self, api: str, sink: Running, cities: Sequence[str], size: Size, database: Callable[[], Sequence[int]]
    ) -> None:
        self._api = api
        self._sink = sink
        self._cities = list(cities)
        self._size = size
        self._database = database

    def measure(self, form: Form, service: Service) -> Measured:
        """Warm, then at full speed, then at a steady rate."""
        found = Measured(form, ready=service.ready - service.started)
        with Watch(service.running) as watch:
            first = self._round(service, Plan(service.port, self._cities, SECRET, "first", len(self._cities)))
            found.first = max((end for end in first.answered if end), default=service.ready) - service.started
            self._warm(service)
            self._full_speed(found, service)
            self._steady(found, service)
        found.memory = watch.most
        return found

    def _warm(self, service: Service) -> None:
        for number in range(ROUNDS):
            plan = Plan(service.port, self._cities, SECRET, f"warm{number}-", 100, rate=100)
            answers = self._round(service, plan)
            if answers.lost == 0 and answers.times(answers.answered).p99 < WARM:
                return

    def _full_speed(self, found: Measured, service: Service) -> None:
        form, size = found.form, self._size
        plan = Plan(service.port, self._cities, SECRET, "full", size.events // form.events, form.events)
        before = self._costs(form, service)
        went = self._round(service, plan)
        after = {**self._costs(form, service), "送る側": went.cost}
        found.cpu = {name: (spent - before.get(name, 0)) * 1e3 / size.events for name, spent in after.items()}
        found.acknowledged, found.answered = went.rate(went.acknowledged), went.rate(went.answered)
        _add(found, went)

    def _costs(self, form: Form, service: Service) -> dict[str, float]:
        """Seconds on the CPU so far, by process."""
        parts = {one.name: cpu_seconds(one.pids) for one in (*service.running, self._sink)}
        return {**parts, "PostgreSQL": cpu_seconds(self._database())} if form.database == "postgresql" else parts

    def _steady(self, found: Measured, service: Service) -> None:
        form, size = found.form, self._size
        webhooks = int(size.rate * size.seconds) // form.events
        name, rate = "steady", size.rate / form.events
        went = self._round(service, Plan(service.port, self._cities, SECRET, name, webhooks, form.events, rate))
        found.ack, found.answer = went.times(went.acknowledged), went.times(went.answered)
        _add(found, went)

    def _round(self, service: Service, plan: Plan) -> Round:
        fetch(f"{self._api}/forget", "POST")
        sent, cost = send(plan)
        tokens = [token for webhook in sent for token in webhook["tokens"]]
        taken = self._taken(service, len(tokens))
        replies = taken["replies"]
        acks = [w["acknowledged"] if 200 in w["statuses"] else None for w in sent for _ in w["tokens"]]
        _tell(sent, replies)
        due = tuple(webhook["due"] for webhook in sent for _ in webhook["tokens"])
        return Round(due, tuple(acks), tuple(replies.get(token) for token in tokens), taken["doubled"], cost)

    def _taken(self, service: Service, wanted: int) -> Mapping[str, Any]:
        """What came to the sink, once everything has or no more is to be expected."""
        deadline = time.monotonic() + DRAIN
        while True:
            for one in (*service.running, self._sink):
                one.require_alive()
            found: Mapping[str, Any] = json.loads(fetch(f"{self._api}/taken") or b'{"replies": {}, "doubled": 0}')
            if len(found["replies"]) >= wanted or time.monotonic() > deadline:
                return found
            time.sleep(0.2)


def _tell(sent: Sequence[Mapping[str, Any]], replies: Mapping[str, float]) -> None:
    """Says which webhooks did not go as they should: what was said to them, and how many replies never came."""
    for webhook in sent:
        missing = sum(token not in replies for token in webhook["tokens"])
        if missing or webhook["statuses"] != [200]:
            said = f"  {webhook['tokens'][0]}: {webhook['statuses']}, {missing} without reply"
            print(said, file=sys.stderr, flush=True)


def _add(found: Measured, went: Round) -> None:
    found.sent += len(went.due)
    found.lost += went.lost
    found.doubled += went.doubled


def send(plan: Plan) -> tuple[list[dict[str, Any]], float]:
    """Lets the generator send what the plan says, in its own process. Returns the webhooks, and its CPU seconds."""
    command = [sys.executable, str(HERE / "traffic.py")]
    done = subprocess.run(command, input=json.dumps(asdict(plan)).encode(), capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode(errors="replace"))
    found = json.loads(done.stdout)
    return found["sent"], found["cpu"]
