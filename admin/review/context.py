"""What one person asked and was told just before and after: masked, without who it was.

What somebody unsent is not there any more, and neither is what was kept long enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from admin.review.replies import told
from admin.review.states import Feed
from admin.review.tables import QuestionMemberRow
from bot.conversation.city import CityKnowledge
from bot.tables import UtteranceRow

AROUND = timedelta(minutes=10)
MOST = 12


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was asked around a failure, what was told in return, and the person's verdict. `minutes` are
    counted from the failure, `here` marks the failure itself."""

    minutes: int
    text: str
    told: str
    verdict: str
    here: bool


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time at which a group's question was asked. `around` is empty where nobody knows who it was."""

    at: datetime
    text: str
    channel: str
    feed: Feed
    reason: str
    told: str
    around: tuple[Said, ...]


def occasions(session: Session, city: CityKnowledge, group: int, limit: int = 5) -> list[Occasion]:
    """The latest times at which a group's question was asked, each with what happened around it."""
    query = (
        select(UtteranceRow, QuestionMemberRow.feed)
        .join(QuestionMemberRow, col(QuestionMemberRow.utterance_id) == col(UtteranceRow.id))
        .where(QuestionMemberRow.group_id == group)
        .order_by(col(UtteranceRow.at).desc(), col(UtteranceRow.id))
        .limit(limit)
    )
    return [_occasion(session, city, row, Feed(feed)) for row, feed in session.exec(query).all()]


def _occasion(session: Session, city: CityKnowledge, row: UtteranceRow, feed: Feed) -> Occasion:
    around = [
        Said(_minutes(other, row), other.text, told(other, city), other.verdict or "", other.id == row.id)
        for other in _around(session, row)
    ]
    shown = tuple(around) if len(around) > 1 else ()
    return Occasion(row.at, row.text, row.channel, feed, row.reason or "", told(row, city), shown)


def _around(session: Session, row: UtteranceRow) -> Sequence[UtteranceRow]:
    if row.person is None:
        return []
    u = UtteranceRow
    query = select(u).where(
        u.municipality == row.municipality,
        u.person == row.person,
        col(u.at).between(row.at - AROUND, row.at + AROUND),
    )
    return session.exec(query.order_by(col(u.at), col(u.id)).limit(MOST)).all()


def _minutes(other: UtteranceRow, row: UtteranceRow) -> int:
    return round((other.at - row.at).total_seconds() / 60)
