"""What the review queue says of a stretch of days: causes, what waits in which section, and how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func
from sqlalchemy import select as columns
from sqlmodel import Session, col

from admin.review.states import CAUSES, OPEN, Cause
from admin.review.tables import QuestionGroupRow, QuestionMemberRow
from bot.statistics.periods import Period
from bot.tables import UtteranceRow
from knowledge.published import VisibleEntry

OLD = timedelta(days=30)
NO_SECTION = "担当の決まっていないもの"
g, m, u = QuestionGroupRow, QuestionMemberRow, UtteranceRow


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many distinct questions failed for a reason, and how often they were asked."""

    name: str
    groups: int
    times: int


def causes_of(session: Session, municipality: str, period: Period) -> list[CauseCount]:
    """The causes of what was asked in vain in these days: those staff set, else those the program proposes."""
    cause = func.coalesce(col(g.cause), col(g.proposed))
    query = (
        columns(cause, func.count(col(g.id).distinct()), func.count())
        .join(m, col(m.group_id) == col(g.id))
        .join(u, col(u.id) == col(m.utterance_id))
        .where(col(g.municipality) == municipality, col(u.at) >= period.starts, col(u.at) < period.ends)
        .group_by(cause)
    )
    found = {str(name): (int(groups), int(times)) for name, groups, times in session.connection().execute(query)}
    return [CauseCount(CAUSES[c], *found.get(c.value, (0, 0))) for c in Cause]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Questions of a section that wait for somebody: how many, and how many for more than 30 days."""

    section: str
    open: int
    old: int


def waiting_of(session: Session, municipality: str, now: datetime) -> list[Waiting]:
    """What waits, by section, most first."""
    old = func.sum(case((col(g.created_at) < now - OLD, 1), else_=0))
    query = (
        columns(col(g.section), func.count(), old)
        .where(col(g.municipality) == municipality, col(g.state).in_(OPEN), col(g.merged_into).is_(None))
        .group_by(col(g.section))
        .order_by(func.count().desc(), col(g.section))
    )
    return [Waiting(str(s) or NO_SECTION, int(n), int(o)) for s, n, o in session.connection().execute(query)]


def past_review(entries: Mapping[str, VisibleEntry], today: date) -> int:
    """How many entries are past the day by which they were to be looked at again."""
    return sum(visible.entry.review_by < today for visible in entries.values())
