"""What a process does beside answering requests: threads that start and stop together."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from admin.jobs.runner import Runner
from bot.library import Library
from bot.warming import Warmer
from bot.worker import Worker
from deploy import clock
from deploy.listening import Listener
from knowledge.database import Database
from knowledge.telling import Topic


class Work(Protocol):
    """Something that a thread does until it is stopped."""

    def run(self) -> None:
        """Works until `stop`."""
        ...

    def stop(self) -> None:
        """Ends `run` soon."""
        ...


class Background:
    """The threads of one process."""

    def __init__(self, works: Mapping[str, Work]) -> None:
        self._works = works
        self.threads = [threading.Thread(target=work.run, name=name, daemon=True) for name, work in works.items()]

    def start(self) -> None:
        """Starts all threads."""
        for thread in self.threads:
            thread.start()

    def stop(self, seconds: float) -> None:
        """Ends all threads, and waits this long for them."""
        for work in self._works.values():
            work.stop()
        until = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, until - time.monotonic()))


def works_of(
    database: Database, library: Library, worker: Worker, runner: Runner, *, answering: bool
) -> dict[str, Work]:
    """What works outside requests: what makes a new release ready, and on PostgreSQL what hears of one. With
    `answering` also the worker, which answers people, and the runner, which does staff's long work."""
    warmer = Warmer(database, library, clock.today)
    works: dict[str, Work] = {"warming": warmer}
    heard: dict[str, Callable[[], None]] = {Topic.RELEASE: warmer.wake.set}
    if answering:
        works |= {"worker": worker, "runner": runner}
        heard[Topic.EVENTS] = worker.wake.set
    if database.is_sqlite:
        database.hear(lambda topic: heard.get(topic, _nothing)())
    else:
        works["listening"] = Listener(database, heard)
    return works


def _nothing() -> None:
    """Told, but of no concern here."""
