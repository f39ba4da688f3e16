"""Telling every process that something happened, so that nobody has to look again and again.

On PostgreSQL it is a notification (NOTIFY), sent in the transaction that made it happen: processes hear it when that
commits, and never when it doesn't. The embedded database has one process, which tells itself. Nothing may depend on
it: whoever listens also looks by itself from time to time.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session

from knowledge.dialects import is_postgresql

CHANNEL = "madoguchi"
"""PostgreSQL's name for where notifications go; within one database."""
TOLD = "madoguchi_told"
"""What a session's transaction tells its own process when it has committed (see `Database.writing`)."""


class Topic(StrEnum):
    """What happened."""

    EVENTS = "events"
    RELEASE = "release"


def tell(session: Session, topic: str) -> None:
    """Tells all processes of a topic, when this transaction commits."""
    if is_postgresql(session):
        session.connection().execute(columns(func.pg_notify(CHANNEL, topic)))
    else:
        session.info.setdefault(TOLD, {})[topic] = None
