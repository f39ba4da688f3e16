"""Makes ready what was just released, before anybody asks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date

from sqlalchemy.exc import DBAPIError

from bot.collecting import keeping
from bot.library import Library
from bot.observing.logs import without_words
from knowledge.database import Database
from knowledge.editing import current_release

log = logging.getLogger("madoguchi.warming")

SWEEP_SECONDS = 1.0
"""A release that nobody told of is seen after this."""


class Warmer:
    """Keeps the library at the newest release and at today. One thread runs it; `wake` may be set by any."""

    def __init__(self, database: Database, library: Library, today: Callable[[], date]) -> None:
        self._database = database
        self._library = library
        self._today = today
        self._warmed: tuple[int, date] | None = None
        self.sweep_seconds = SWEEP_SECONDS
        self.wake = threading.Event()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Works until `stop`. A database that is away is no matter: the first question does it then."""
        while not self._stopping.is_set():
            try:
                self.run_once()
            except DBAPIError as error:
                log.warning("database unavailable: %s", type(error.orig).__name__)
            except Exception as error:
                # Whoever asks meets the same fault, and there it is told.
                log.exception("nothing made ready", exc_info=without_words(error))
            self.wake.wait(self.sweep_seconds)
            self.wake.clear()

    def stop(self) -> None:
        """Ends `run` after the work at hand."""
        self._stopping.set()
        self.wake.set()

    def run_once(self) -> bool:
        """Makes ready what is new. Returns whether there was anything."""
        # Later ones are made while people are answered, who leave something to collect.
        with keeping() if self._warmed is None else nullcontext(), self._database.reading() as session:
            newest = (current_release(session), self._today())
            if newest == self._warmed:
                return False
            self._library.warm(session)
        self._warmed = newest
        return True
