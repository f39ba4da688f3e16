"""Chores that need not run at every sweep."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from admin.jobs.runner import Chore
from knowledge.database import Database


@dataclass
class Paced:
    """A chore that runs once in a while; the clock it goes by is the runner's."""

    chore: Chore
    every: timedelta
    _next: datetime | None = field(default=None, repr=False)

    def __call__(self, database: Database, now: datetime) -> None:
        """Runs the chore when its time has come."""
        if self._next is None or now >= self._next:
            self._next = now + self.every
            self.chore(database, now)
