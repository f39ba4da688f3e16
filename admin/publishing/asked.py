"""What the preview asks: what people asked of late (masked), every way an entry is asked for, and pinned questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from admin.publishing.replay import Question, Source
from bot.conversation.city import CityKnowledge
from bot.tables import UtteranceRow
from knowledge.schema import Entry
from knowledge.tables import PinnedRow

MOST = 20_000
"""Distinct questions that are replayed, those of the most people first."""


def asked_questions(session: Session, municipality: str, since: datetime) -> list[Question]:
    """What people asked since then, in whatever spelling once, with how many they were. At most `MOST`."""
    query = (
        columns(col(UtteranceRow.key), col(UtteranceRow.person), func.count(), func.min(col(UtteranceRow.text)))
        .where(col(UtteranceRow.municipality) == municipality, col(UtteranceRow.at) >= since)
        .group_by(col(UtteranceRow.key), col(UtteranceRow.person))
    )
    people: dict[str, set[str]] = defaultdict(set)
    times: dict[str, int] = defaultdict(int)
    texts: dict[str, str] = {}
    for key, person, count, text in session.connection().execute(query):
        times[key] += count
        texts[key] = min(texts.get(key, text), text)
        people[key] |= {person} if person else set()
    order = sorted(texts, key=lambda key: (-len(people[key]), -times[key], key))
    return [Question(texts[key], Source.ASKED, times[key], frozenset(people[key])) for key in order[:MOST]]


def phrasing_questions(*states: CityKnowledge) -> list[Question]:
    """Every way in which an entry of these states is asked for, in all languages. Each should lead to its entry; where
    the states differ about that, the last one counts. Entries that say whom to ask instead are among them."""
    expected = {
        text: visible.entry.topic
        for city in states
        for visible in (*city.entries.values(), *city.refusals.values())
        for text in (*_ways(visible.entry), *visible.inherited)
    }
    return [Question(text, Source.PHRASING, expected=topic) for text, topic in expected.items()]


def _ways(entry: Entry) -> Iterable[str]:
    yield entry.question
    yield from entry.phrasings
    for language, variant in entry.variants.items():
        if language != "easy":
            yield variant.question
        yield from variant.phrasings


def pinned_rows(session: Session, municipality: str) -> list[PinnedRow]:
    """The pinned questions of a municipality, in the order of their topics."""
    query = select(PinnedRow).where(PinnedRow.municipality == municipality)
    return list(session.exec(query.order_by(col(PinnedRow.topic), col(PinnedRow.text))).all())


def pinned_questions(session: Session, municipality: str) -> list[Question]:
    """The pinned questions, as the replay asks them."""
    rows = pinned_rows(session, municipality)
    return [Question(row.text, Source.PINNED, expected=row.topic, key=row.id) for row in rows]
