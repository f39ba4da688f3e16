"""Forgetting: what is kept no longer than people were told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete

from bot.tables import AnnouncementRow, InboxRow, PersonRow, UtteranceRow
from knowledge.tables import TypedRow


@dataclass(frozen=True, slots=True)
class Retention:
    """How long things are kept. The greeting promises a year for questions; the guideline for public bodies asks that
    nothing is kept longer than it is needed."""

    questions: timedelta = timedelta(days=365)
    events: timedelta = timedelta(days=30)
    people: timedelta = timedelta(days=365)
    typed: timedelta = timedelta(days=30)
    """What staff typed and did not save."""


@dataclass(frozen=True, slots=True)
class Purged:
    """How many rows were deleted."""

    questions: int
    events: int
    people: int
    announcements: int
    typed: int


def purge(session: Session, now: datetime, retention: Retention | None = None) -> Purged:
    """Deletes what is older than it may be. An event that is still to be answered stays."""
    keep = retention or Retention()
    questions = delete(UtteranceRow).where(col(UtteranceRow.at) < now - keep.questions)
    events = delete(InboxRow).where(
        col(InboxRow.received_at) < now - keep.events, col(InboxRow.finished_at).is_not(None)
    )
    people = delete(PersonRow).where(col(PersonRow.last_at) < now - keep.people)
    announcements = delete(AnnouncementRow).where(col(AnnouncementRow.ends_at) < now - keep.questions)
    typed = delete(TypedRow).where(col(TypedRow.at) < now - keep.typed)
    queries = (questions, events, people, announcements, typed)
    return Purged(*(int(session.exec(query).rowcount) for query in queries))
