"""Counts of what was asked: by one person just now, and by all people of a city."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from bot.intents.normalising import compact
from bot.records import CONTEXT_LIFE
from bot.tables import UtteranceRow

FREQUENT_SINCE = timedelta(days=90)
MOST_FREQUENT = 20


def times_asked(session: Session, municipality: str, person: str | None, text: str, now: datetime) -> int:
    """How often this person asked this (masked) text within the memory of a conversation, this time counted."""
    if person is None:
        return 1
    query = select(func.count()).where(
        col(UtteranceRow.municipality) == municipality,
        col(UtteranceRow.person) == person,
        col(UtteranceRow.key) == compact(text)[:200],
        col(UtteranceRow.at) > now - CONTEXT_LIFE,
    )
    return session.exec(query).one() + 1


def frequent_topics(session: Session, municipality: str, now: datetime) -> tuple[str, ...]:
    """Topics whose answers most people of a city got in the last 90 days, most people first."""
    people = func.count(col(UtteranceRow.person).distinct())
    query = (
        columns(col(UtteranceRow.entry))
        .where(
            col(UtteranceRow.municipality) == municipality,
            col(UtteranceRow.entry).is_not(None),
            col(UtteranceRow.at) > now - FREQUENT_SINCE,
        )
        .group_by(col(UtteranceRow.entry))
        .order_by(people.desc(), col(UtteranceRow.entry))
        .limit(MOST_FREQUENT)
    )
    return tuple(str(entry).split("/", 1)[1] for (entry,) in session.connection().execute(query))
