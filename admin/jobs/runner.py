"""The runner: a thread that takes jobs from the queue, and does what falls due by the clock."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import DBAPIError

from admin.jobs import queue
from admin.jobs.tables import JobRow
from bot.library import Library
from bot.observing.logs import without_words
from knowledge.database import Database

log = logging.getLogger("madoguchi.jobs")

SWEEP_SECONDS = 1.0
TELL_SECONDS = 0.3


class JobFault(Exception):
    """A job can't be done; the message is a Japanese sentence for its page."""


@dataclass
class Job:
    """What a task gets: what it works on, the parts it works with, and a way to tell how far it is."""

    number: int
    municipality: str
    wanted: Mapping[str, Any]
    author: str
    database: Database
    library: Library
    clock: Callable[[], datetime]
    _told: float = field(default=0.0, repr=False)

    def tell(self, done: int, total: int) -> None:
        """Notes how far the work is, a few times a second at most."""
        if time.monotonic() - self._told < TELL_SECONDS and done < total:
            return
        self._told = time.monotonic()
        with self.database.writing() as session:
            queue.progress(session, self.number, done, total, self.clock())


Task = Callable[[Job], Mapping[str, Any]]
"""Does the work outside any request and returns its result as JSON. Raises JobFault."""
Chore = Callable[[Database, datetime], None]
"""Something that falls due by the clock, e.g. publishing at a set time. Runs once a sweep."""


class Runner:
    """Works off the queue until told to stop."""

    def __init__(
        self,
        database: Database,
        library: Library,
        clock: Callable[[], datetime],
        tasks: Mapping[str, Task],
        chores: Sequence[Chore] = (),
    ) -> None:
        self._database = database
        self._library = library
        self._clock = clock
        self._tasks = tasks
        self._chores = chores
        self._stopping = threading.Event()

    def run(self) -> None:
        """Works until `stop`; a database that goes away is waited for."""
        while not self._stopping.is_set():
            try:
                self._do_chores()
                worked = self.run_once()
            except DBAPIError as error:
                log.warning("database unavailable: %s", type(error.orig).__name__)
                worked = False
            except Exception as error:
                # Whatever it is: a runner that gave up would leave all later work undone.
                log.exception("a sweep failed", exc_info=without_words(error))
                worked = False
            if not worked:
                self._stopping.wait(SWEEP_SECONDS)

    def stop(self) -> None:
        """Ends `run` after the job at hand."""
        self._stopping.set()

    def run_once(self) -> bool:
        """Does one job. Returns whether there was one."""
        with self._database.writing() as session:
            row = queue.claim(session, self._clock())
            job = self._job(row) if row is not None else None
            kind = row.kind if row is not None else ""
        if job is None:
            return False
        self._finish(job, *self._work(kind, job))
        return True

    def _job(self, row: JobRow) -> Job:
        number = row.id or 0
        return Job(number, row.municipality, row.wanted, row.author, self._database, self._library, self._clock)

    def _work(self, kind: str, job: Job) -> tuple[Mapping[str, Any] | None, str]:
        task = self._tasks.get(kind)
        if task is None:
            return None, "この仕事をするしくみがありません。"
        try:
            return task(job), ""
        except JobFault as fault:
            return None, str(fault)
        except DBAPIError:
            raise
        except Exception as error:
            # The message may quote what a person wrote.
            log.exception("job %s failed", job.number, exc_info=without_words(error))
            return None, "うまくいきませんでした。もう一度ためし、だめなら管理者に知らせてください。"

    def _finish(self, job: Job, result: Mapping[str, Any] | None, fault: str) -> None:
        with self._database.writing() as session:
            row = session.get(JobRow, job.number)
            if row is None:
                return
            if result is None:
                queue.fail(row, fault, self._clock())
            else:
                queue.finish(row, result, self._clock())

    def _do_chores(self) -> None:
        for chore in self._chores:
            try:
                chore(self._database, self._clock())
            except DBAPIError:
                raise
            except Exception as error:
                log.exception("a chore failed", exc_info=without_words(error))
