"""Where failed questions come from: what was recorded as failed, and tries again and again without success."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col

from admin.review.causes import Evidence, confidences_of
from admin.review.states import Feed
from admin.review.tables import QuestionMemberRow
from bot.intents import Decision
from bot.records import UNSOLVED
from bot.tables import UtteranceRow

TRIES = 3
WITHIN = timedelta(minutes=10)
"""So many tries in so little time without success are trouble with typing."""
CLASS = "class"


@dataclass(frozen=True, slots=True)
class Failed:
    """A failed question that is in no group yet."""

    id: str
    key: str
    text: str
    at: datetime
    evidence: Evidence
    nearest: str | None


@dataclass(frozen=True, slots=True)
class Try:
    """A question of a known person, and whether it was answered."""

    id: str
    person: str
    at: datetime
    success: bool


def failed() -> ColumnElement[bool]:
    """What was recorded as failed: nothing was found, or the person said that it did not help."""
    return or_(col(UtteranceRow.decision) == Decision.FALLBACK, col(UtteranceRow.verdict).in_(UNSOLVED))


def ungrouped(session: Session, municipality: str, since: datetime | None = None) -> list[Failed]:
    """Failed questions asked since then that are in no group, oldest first."""
    again = retried(session, municipality, since)
    wanted = [*_rows(session, municipality, since, failed()), *_retried_rows(session, municipality, since, again)]
    return sorted({f.id: f for f in wanted}.values(), key=lambda f: (f.at, f.id))


def has_ungrouped(session: Session, municipality: str, since: datetime | None) -> bool:
    """Whether there is something to group."""
    return next(iter(_found(session, municipality, since, failed(), limit=1)), None) is not None


def _rows(session: Session, municipality: str, since: datetime | None, wanted: ColumnElement[bool]) -> Iterator[Failed]:
    for row in _found(session, municipality, since, wanted):
        yield _failed_of(row, feed_of(row.verdict, row.channel))


def _retried_rows(
    session: Session, municipality: str, since: datetime | None, again: frozenset[str]
) -> Iterator[Failed]:
    """Whatever belongs to a row of tries counts as that, also what was recorded as failed."""
    if again:
        for row in _found(session, municipality, since, col(UtteranceRow.decision) != Decision.ANSWER):
            if row.id in again:
                yield _failed_of(row, Feed.RETRY)


def _found(
    session: Session, municipality: str, since: datetime | None, wanted: ColumnElement[bool], limit: int | None = None
) -> Iterable[Any]:
    u = UtteranceRow
    kept = ("id", "key", "text", "at", "decision", "candidates", "verdict", "reason", "repaired", "language", "matter")
    query = (
        columns(*(getattr(u, name) for name in (*kept, "channel")))
        .join(QuestionMemberRow, col(QuestionMemberRow.utterance_id) == col(u.id), isouter=True)
        .where(col(u.municipality) == municipality, col(QuestionMemberRow.utterance_id).is_(None), wanted)
        .where(*([col(u.at) >= since] if since is not None else []))
        .limit(limit)
    )
    return session.connection().execute(query)


def feed_of(verdict: str | None, channel: str) -> Feed:
    """How a recorded failure came to us."""
    if channel == CLASS:
        return Feed.REPORT
    if verdict == Feed.NOT_SOLVED:
        return Feed.NOT_SOLVED
    return Feed.NONE_OF_THESE if verdict == Feed.NONE_OF_THESE else Feed.FALLBACK


def _failed_of(row: Any, feed: Feed) -> Failed:  # noqa: ANN401 - a row of chosen columns
    nearest = str(row.candidates[0]["entry"]) if row.candidates else None
    return Failed(row.id, row.key, row.text, row.at, evidence_of(row, feed), nearest)


def evidence_of(row: Any, feed: Feed) -> Evidence:  # noqa: ANN401 - a row of chosen columns
    """What an utterance's columns say about the cause."""
    return Evidence(
        feed=feed,
        decision=row.decision,
        key=row.key,
        confidences=confidences_of(row.candidates),
        verdict=row.verdict,
        reason=row.reason,
        repaired=row.repaired,
        language=row.language,
        matter=row.matter,
    )


def retried(session: Session, municipality: str, since: datetime | None) -> frozenset[str]:
    """The ids of questions that known people asked again and again without success."""
    u = UtteranceRow
    solved = col(u.verdict).in_(("chosen", "solved"))
    liked = or_(col(u.verdict).is_(None), col(u.verdict).not_in(UNSOLVED))
    success = or_(and_(col(u.decision) == Decision.ANSWER, liked), solved)
    query = (
        columns(col(u.id), col(u.person), col(u.at), success)
        .where(col(u.municipality) == municipality, col(u.person).is_not(None))
        .where(*([col(u.at) >= since] if since is not None else []))
        .order_by(col(u.person), col(u.at), col(u.id))
    )
    rows = session.connection().execute(query)
    return frozenset(repeated_tries([Try(i, str(p), at, bool(s)) for i, p, at, s in rows]))


def repeated_tries(tries: Sequence[Try]) -> Iterator[str]:
    """The ids of three or more tries of one person within ten minutes with no success among them.

    `tries` are in the order of people and time.
    """
    for _, of_person in groupby(tries, key=lambda t: t.person):
        for success, run in groupby(of_person, key=lambda t: t.success):
            if not success:
                yield from _close(list(run))


def _close(run: Sequence[Try]) -> Iterator[str]:
    found: dict[str, None] = {}
    for first, last in zip(run, run[TRIES - 1 :], strict=False):
        if last.at - first.at <= WITHIN:
            start = run.index(first)
            found.update(dict.fromkeys(t.id for t in run[start : start + TRIES]))
    yield from found
