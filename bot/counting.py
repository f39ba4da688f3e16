"""Counts of what was asked: by one person just now, and by all people of a city."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col

from bot.intents.normalising import compact
from bot.records import CONTEXT_LIFE
from bot.tables import UtteranceRow

FREQUENT_SINCE = timedelta(days=90)
MOST_FREQUENT = 20
Question = tuple[str, str, str]
"""A municipality, a person there, and what they asked."""


def times_asked(session: Session, questions: Collection[Question], now: datetime) -> dict[Question, int]:
    """How often each person asked each (masked) text within the memory of a conversation, this time counted."""
    known = {question: _key(question[2]) for question in questions}
    place, person, key = col(UtteranceRow.municipality), col(UtteranceRow.person), col(UtteranceRow.key)
    query = (
        columns(place, person, key, func.count())
        .where(
            place.in_({question[0] for question in known}),
            person.in_({question[1] for question in known}),
            key.in_(set(known.values())),
            col(UtteranceRow.at) > now - CONTEXT_LIFE,
        )
        .group_by(place, person, key)
    )
    before = {(where, who, what): n for where, who, what, n in session.connection().execute(query)} if known else {}
    return {question: before.get((*question[:2], key), 0) + 1 for question, key in known.items()}


def _key(text: str) -> str:
    return compact(text)[:200]


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
