"""What is measured in the database when somebody asks: what waits, what went wrong, and which release is answered from.

Every process tells the same of these, but for `madoguchi_release`, which is its own. Ended rows that went well are
not counted here: there are millions, and `madoguchi_replies_total` has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from importlib.metadata import version

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, func, select

from admin.jobs.queue import JobState
from admin.jobs.tables import JobRow
from bot.inbox import OPEN_STATES, State
from bot.library import Library
from bot.observing.measures import REGISTRY
from bot.tables import InboxRow
from knowledge.database import Database
from knowledge.editing import current_release

COUNTED = (*OPEN_STATES, State.EXPIRED, State.UNDELIVERED, State.FAILED)
"""States of the inbox whose rows are counted; each is few rows of one index."""


def oldest_unanswered(session: Session, now: datetime) -> float:
    """Seconds since the oldest event came in that is neither answered nor given up; 0 when there is none."""
    query = select(func.min(col(InboxRow.received_at))).where(col(InboxRow.state).in_(OPEN_STATES))
    oldest = session.exec(query).one()
    return max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0


class ServiceState(Collector):
    """Gauges of the whole service, read anew each time."""

    def __init__(self, database: Database, library: Library, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._library = library
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """The gauges. Without a database: only whether it is there, and what this process answers from."""
        yield _gauge("madoguchi_build_info", "The program.", {version("madoguchi"): 1}, "version")
        yield _gauge(
            "madoguchi_release",
            "The release this process answers from (0: none yet).",
            {"": self._library.release or 0},
        )
        try:
            with self._database.reading() as session:
                stored = list(_stored(session, self._clock()))
        except DBAPIError:
            stored = []
        yield _gauge("madoguchi_database_up", "Whether the database answers.", {"": 1 if stored else 0})
        yield from stored


def _stored(session: Session, now: datetime) -> Iterator[Metric]:
    rows = select(InboxRow.state, func.count()).where(col(InboxRow.state).in_(COUNTED)).group_by(InboxRow.state)
    jobs = select(JobRow.state, func.count()).group_by(JobRow.state)
    events = {str(state): 0 for state in COUNTED} | dict(session.exec(rows).all())
    works = {str(state): 0 for state in JobState} | dict(session.exec(jobs).all())
    yield _gauge("madoguchi_inbox_rows", "Events by state; what ended well is left out.", events, "state")
    yield _gauge(
        "madoguchi_inbox_oldest_unanswered_seconds",
        "Age of the oldest event that is neither answered nor given up.",
        {"": oldest_unanswered(session, now)},
    )
    yield _gauge("madoguchi_jobs", "Staff's long work by state.", works, "state")
    yield _gauge("madoguchi_release_published", "The newest release.", {"": current_release(session)})


def _gauge(name: str, documentation: str, values: Mapping[str, float], label: str = "") -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def exposition(state: ServiceState) -> bytes:
    """All measures in Prometheus' text format: this process's, then the service's."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(state)
    return generate_latest(REGISTRY) + generate_latest(registry)
