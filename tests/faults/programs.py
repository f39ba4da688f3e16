"""The product's own processes, started as an operator starts them, and killed as nobody should."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import urllib3

COMMAND = Path(sys.executable).with_name("madoguchi")
READY_SECONDS = 90.0
"""How long a start may take on a busy machine."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happened: Callable[[], bool], what: str, seconds: float = READY_SECONDS) -> None:
    """Waits until it happened; fails with `what` when it does not."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"{seconds:.0f} s passed without: {what}"
        time.sleep(0.05)


@dataclass
class Program:
    """`madoguchi …` in a process of its own. `url` is where it tells its health."""

    name: str
    arguments: Sequence[str]
    url: str
    environment: dict[str, str]
    log: Path
    command: Sequence[str] = (str(COMMAND),)
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    _pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False), repr=False)

    def start(self) -> None:
        """Starts the process; `wait` says when it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self.command, *self.arguments], env=self.environment, stderr=log, stdout=log
            )
        self.starts += 1

    def wait(self) -> None:
        """Waits until the process is ready."""
        until(lambda: self.ready() == 200 or not self.alive, f"{self.name} is ready")
        assert self.alive, self.log.read_text()[-3000:]

    def ready(self) -> int:
        """The status of /readyz; 0: nobody answers."""
        try:
            return self._pool.request("GET", f"{self.url}/readyz", timeout=10.0).status
        except urllib3.exceptions.HTTPError:
            return 0

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL, 10)

    def stop(self) -> None:
        """Asks the process to end; kills it when it does not."""
        if self.alive:
            try:
                self._end(signal.SIGTERM, 30)
            except subprocess.TimeoutExpired:
                self.kill()
        self._pool.clear()

    def _end(self, how: signal.Signals, seconds: float) -> None:
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait(seconds)
