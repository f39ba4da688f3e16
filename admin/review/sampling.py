"""A random sample of answered questions, drawn once a week: the only honest way to know how many answers are right."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import case, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from admin.audit import write_audit
from admin.entries.saving import Author
from admin.review.grouping import lock
from admin.review.tables import AuditSampleRow, ReviewSettingRow
from bot.intents import Decision
from bot.tables import UtteranceRow
from bot.web.static import JAPAN
from knowledge.database import Database
from knowledge.schema import COMMON
from knowledge.tables import PackRow

MOST = 200
WEEKS = 12
"""Weeks that the page offers."""


class Verdict(StrEnum):
    """What staff say of an answer."""

    RIGHT = "right"
    WRONG = "wrong"
    NOT_TO_ANSWER = "should not have answered"


VERDICTS: Mapping[Verdict, str] = {
    Verdict.RIGHT: "正しい",
    Verdict.WRONG: "ちがう答え",
    Verdict.NOT_TO_ANSWER: "答えないほうがよかった",
}


@dataclass(frozen=True, slots=True)
class Week:
    """A week's sample: how many answers were drawn, and how many of them are judged."""

    monday: date
    drawn: int
    judged: int


@dataclass(frozen=True, slots=True)
class Sampled:
    """An answered question of the sample; `text` is None when the question is not there any more."""

    row: AuditSampleRow
    text: str | None


def monday_of(at: datetime) -> date:
    """The Monday (Japan) of the week of a moment."""
    day = at.astimezone(JAPAN).date()
    return day - timedelta(days=day.weekday())


def draw_weekly(database: Database, now: datetime) -> None:
    """Draws last week's sample of every municipality that has none yet."""
    week = monday_of(now) - timedelta(days=7)
    with database.reading() as session:
        cities = session.exec(select(PackRow.id).where(col(PackRow.id) != COMMON)).all()
        missing = [city for city in cities if not _has_sample(session, city, week)]
    for city in missing:
        with database.writing() as session:
            draw(session, city, week)


def draw(session: Session, municipality: str, week: date) -> int:
    """Draws the sample of a week that is over; one that was drawn stays as it is. Returns how many were drawn.

    Chance is a digest of week and id: the same questions whoever draws, and nobody can choose.
    """
    setting = lock(session, municipality)
    if _has_sample(session, municipality, week):
        return 0
    rows = session.exec(_answered(municipality, week)).all()
    chosen = sorted(rows, key=lambda row: hashlib.sha256(f"{week}:{row.id}".encode()).digest())
    for row in chosen[: setting.weekly_sample]:
        session.add(
            AuditSampleRow(
                utterance_id=row.id,
                municipality=municipality,
                week=week,
                entry=row.entry or "",
                channel=row.channel,
                language=row.language,
                asked_at=row.at,
            )
        )
    session.flush()
    return min(len(rows), setting.weekly_sample)


def _answered(municipality: str, week: date):  # type: ignore[no-untyped-def]  # noqa: ANN202 - an SQL expression
    start = datetime.combine(week, time(), tzinfo=JAPAN)
    u = UtteranceRow
    return select(u).where(
        u.municipality == municipality,
        col(u.at) >= start,
        col(u.at) < start + timedelta(days=7),
        u.decision == Decision.ANSWER,
        col(u.entry).is_not(None),
    )


def _has_sample(session: Session, municipality: str, week: date) -> bool:
    row = AuditSampleRow
    query = select(row.utterance_id).where(row.municipality == municipality, row.week == week).limit(1)
    return session.exec(query).first() is not None


def weeks(session: Session, municipality: str) -> list[Week]:
    """The weeks that have a sample, the newest first."""
    row = AuditSampleRow
    judged = func.sum(case((col(row.verdict).is_not(None), 1), else_=0))
    query = (
        columns(col(row.week), func.count(), judged)
        .where(col(row.municipality) == municipality)
        .group_by(col(row.week))
        .order_by(col(row.week).desc())
        .limit(WEEKS)
    )
    return [Week(*found) for found in session.connection().execute(query)]


def sample_of(session: Session, municipality: str, week: date) -> list[Sampled]:
    """A week's sample, what waits for a verdict first."""
    row = AuditSampleRow
    query = (
        select(row, UtteranceRow.text)
        .join(UtteranceRow, col(UtteranceRow.id) == col(row.utterance_id), isouter=True)
        .where(row.municipality == municipality, row.week == week)
        .order_by(col(row.asked_at), col(row.utterance_id))
    )
    found = [Sampled(*pair) for pair in session.exec(query).all()]
    return sorted(found, key=lambda s: s.row.verdict is not None)


def judge(session: Session, utterance: str, verdict: Verdict, author: Author) -> AuditSampleRow | None:
    """Stores a verdict, in place of an earlier one; None for what is not in this municipality's sample."""
    query = select(AuditSampleRow).where(AuditSampleRow.utterance_id == utterance).with_for_update()
    row = session.exec(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.municipality != author.municipality:
        return None
    before, row.verdict = row.verdict, verdict
    row.judged_by, row.judged_at = author.staff.login, author.at
    _audit(session, author, "judge answer", row.entry, {"verdict": before}, {"verdict": verdict})
    return row


def weekly_sample(session: Session, municipality: str) -> int:
    """How many answers are drawn a week."""
    return (session.get(ReviewSettingRow, municipality) or ReviewSettingRow(municipality=municipality)).weekly_sample


def set_weekly_sample(session: Session, number: int, author: Author) -> None:
    """Sets it, from the next week on. Raises ValueError (a Japanese sentence)."""
    if not 1 <= number <= MOST:
        raise ValueError(f"件数は 1 から {MOST} までにしてください。")
    row = lock(session, author.municipality)
    before, row.weekly_sample = row.weekly_sample, number
    _audit(session, author, "set weekly sample", "", {"number": before}, {"number": number})


def _audit(
    session: Session,
    author: Author,
    action: str,
    subject: str,
    before: Mapping[str, object],
    after: Mapping[str, object],
) -> None:
    write_audit(
        session,
        author.staff,
        action,
        subject,
        at=author.at,
        municipality=author.municipality,
        before=dict(before),
        after=dict(after),
    )


def judged(session: Session, municipality: str) -> Sequence[AuditSampleRow]:
    """Every verdict of a municipality, for the rates."""
    row = AuditSampleRow
    return session.exec(select(row).where(row.municipality == municipality, col(row.verdict).is_not(None))).all()
