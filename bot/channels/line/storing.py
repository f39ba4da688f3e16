"""Storing what webhooks bring: one transaction for all that arrived while the one before was committed.

A commit waits for the disk and takes as long for ten events as for one, so under load webhooks share it (group commit).
Each still gets its own answer, and only after the commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot import inbox, pseudonyms
from bot.inbox import Received
from bot.observing import request_ids
from knowledge.database import Database, is_unavailable

MOST = 100
"""Webhooks that share a commit at the most."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One webhook's events as rows, the people whose hashes change with them, and how many events were new."""

    municipality: str
    rows: Sequence[Mapping[str, Any]]
    moving: Mapping[str, str]
    new: Future[int] = field(default_factory=Future)


class Storing:
    """Stores webhooks' events, one transaction at a time, in a thread of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Arrival] = deque()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="inbox")

    async def store(self, municipality: str, received: Sequence[Received]) -> int:
        """Stores the events of one webhook that are not there yet and returns how many were new, after the commit.

        Raises DBAPIError when they could not be stored.
        """
        arrival = _Arrival(municipality, inbox.rows(received, request_ids.current()), _moving(received))
        self._waiting.append(arrival)
        self._writer.submit(self._store_waiting)
        return await asyncio.wrap_future(arrival.new)

    def _store_waiting(self) -> None:
        """Stores all that is waiting. (It may be nothing: the turn before took it along.)"""
        waiting = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
        # Whoever hung up meanwhile was told nothing, and LINE delivers again.
        arrivals = [arrival for arrival in waiting if arrival.new.set_running_or_notify_cancel()]
        if arrivals:
            self._store(arrivals)

    def _store(self, arrivals: Sequence[_Arrival]) -> None:
        try:
            new = self._committed(arrivals)
        except Exception as error:
            self._refuse(arrivals, error)
        else:
            for arrival, number in zip(arrivals, new, strict=True):
                arrival.new.set_result(number)

    def _refuse(self, arrivals: Sequence[_Arrival], error: Exception) -> None:
        """Tells why nothing was stored. When the database is there, one that it does not take keeps no others out."""
        if len(arrivals) == 1 or (isinstance(error, DBAPIError) and is_unavailable(error)):
            for arrival in arrivals:
                arrival.new.set_exception(error)
            return
        for arrival in arrivals:
            self._store([arrival])

    def _committed(self, arrivals: Sequence[_Arrival]) -> list[int]:
        with self._database.writing() as session:
            return _stored(session, arrivals)


def _stored(session: Session, arrivals: Sequence[_Arrival]) -> list[int]:
    for arrival in arrivals:
        pseudonyms.move(session, arrival.municipality, arrival.moving)
    new = inbox.store(session, [row for arrival in arrivals for row in arrival.rows])
    return [_count(arrival, new) for arrival in arrivals]


def _count(arrival: _Arrival, new: set[tuple[str, str]]) -> int:
    """How many of the events were new. Of one that came twice in a transaction, the first."""
    mine = {(arrival.municipality, row["event_id"]) for row in arrival.rows} & new
    new -= mine
    return len(mine)


def _moving(received: Sequence[Received]) -> dict[str, str]:
    """The hashes of the people who sent these, by their hashes under the key before."""
    found = ((event.formerly, event.inbound.person) for event in received)
    return {former: person for former, person in found if former and person}
