"""Processes that are started for a measurement: their start, their end, and what they cost (Linux: /proc)."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120
EVERY = 0.25
"""Seconds between two looks at the memory."""
_open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


@dataclass
class Running:
    """A process of ours, by a name that people read."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pids(self) -> tuple[int, ...]:
        """The process itself."""
        return (self.process.pid,)

    def stop(self) -> None:
        """Ends it, at last by force."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def require_alive(self) -> None:
        """Ends the measurement, with the process' last words, when it has ended."""
        if self.process.poll() is not None:
            sys.exit(f"{self.name} が止まりました。\n{self.last_words()}")

    def last_words(self) -> str:
        """The end of what it said."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]


def start(name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Running:
    """Starts a process whose words go to a file in `folder`."""
    log = folder / f"{name}-{time.monotonic_ns()}.log"
    with log.open("wb") as words:
        process = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **(environment or {})},
            stdout=words,
            stderr=words,
            stdin=subprocess.DEVNULL,
        )
    return Running(name, process, log)


def first_line(running: Running) -> str:
    """The first line that the process says: its port."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        running.require_alive()
        if "\n" in (text := running.log.read_text(encoding="utf-8")):
            return text.split("\n", 1)[0]
        time.sleep(0.02)
    sys.exit(f"{running.name} が動き出しません。")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def fetch(url: str, method: str = "GET") -> bytes | None:
    """The body of a 200; None for anything else."""
    try:
        with _open(urllib.request.Request(url, method=method), timeout=30) as response:  # noqa: S310 - our own address
            body: bytes = response.read()
            return body
    except OSError:  # among them urllib.error.HTTPError
        return None


def until_ready(url: str, running: Sequence[Running]) -> None:
    """Waits until an address answers 200."""
    deadline = time.monotonic() + START_SECONDS
    while fetch(url) is None:
        for one in running:
            one.require_alive()
        if time.monotonic() > deadline:
            said = "\n".join(f"{one.name}: {one.last_words()}" for one in running)
            sys.exit(f"{url} が {START_SECONDS} 秒たっても 200 を返しません。\n{said}")
        time.sleep(0.02)


def cpu_seconds(pids: Sequence[int]) -> float:
    """Time on the CPU so far, of processes and their ended children."""
    return sum(_cpu(pid) for pid in pids)


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def family(pid: int) -> tuple[int, ...]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    return (pid, *map(int, children.read_text(encoding="ascii").split())) if children.exists() else (pid,)


def memory(pid: int) -> tuple[float, float]:
    """Megabytes (10⁶ bytes) resident: all of them, and with shared pages divided by who shares them (RSS, PSS)."""
    found = {"Rss": 0.0, "Pss": 0.0}
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0, 0.0
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name in found:
            found[name] = int(rest.split()[0]) * 1024 / 1e6
    return found["Rss"], found["Pss"]


@dataclass
class Watch:
    """Looks at the memory of processes from time to time and keeps the most that each had (RSS, PSS)."""

    running: Sequence[Running]
    most: dict[str, tuple[float, float]] = field(default_factory=dict)

    def __enter__(self) -> Watch:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            for one in self.running:
                known, now = self.most.get(one.name, (0.0, 0.0)), memory(one.process.pid)
                self.most[one.name] = (max(known[0], now[0]), max(known[1], now[1]))


def machine() -> str:
    """What this runs on, as a line for people."""
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text(encoding="utf-8").splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), cpu)
    return f"{cpu}、{os.cpu_count()} コア、Python {platform.python_version()}"
