"""The questions of a stretch of days, each with what is counted of it: one common table for all counting."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, func, literal, or_
from sqlalchemy import select as columns
from sqlalchemy.orm import Mapped
from sqlmodel import col

from bot.intents import Decision
from bot.records import UNSOLVED
from bot.statistics.japan import epoch
from bot.statistics.office_hours import closed_at
from bot.statistics.periods import Period
from bot.tables import UtteranceRow
from knowledge.schema import Opening

HELPER_REPORT = "helper report"
"""What a helper reported is no question of its own: it was asked before, or nobody typed it."""
TRIES_WITHIN = 600
"""Three tries without success in so many seconds are trouble with typing (as in the review)."""
_DAY, _JAPAN = 86400, 32400
"""Seconds of a day, and by how many Japan's clocks are ahead of UTC's."""

u = UtteranceRow
_is_fallback = col(u.decision) == Decision.FALLBACK
_first_candidate: ColumnElement[str] = col(u.candidates)[0]["entry"].as_string()


def is_question() -> ColumnElement[bool]:
    """Whether a row is a question, not a report."""
    return or_(col(u.reason).is_(None), col(u.reason) != HELPER_REPORT)


def within(municipality: str, period: Period) -> tuple[ColumnElement[bool], ...]:
    """The questions of a city in some days."""
    return (col(u.municipality) == municipality, col(u.at) >= period.starts, col(u.at) < period.ends, is_question())


def succeeded() -> ColumnElement[bool]:
    """Whether a question led to an answer that nobody complained of."""
    liked = or_(col(u.verdict).is_(None), col(u.verdict).not_in(UNSOLVED))
    chosen = and_(col(u.verdict).is_not(None), col(u.verdict).in_(("chosen", "solved")))
    return or_(and_(col(u.decision) == Decision.ANSWER, liked), chosen)


def subject() -> ColumnElement[str]:
    """Which entry a question is about: the one shown, the one picked, else the likeliest candidate."""
    picked = case((col(u.verdict) == "chosen", col(u.reason)))
    return func.coalesce(col(u.entry), picked, case((col(u.matter).is_(None), _first_candidate)))


def counted_rows(municipality: str, period: Period, opening: Opening | None) -> CTE:
    """One row a question: what it is grouped by, and a 1 or 0 for each thing that is counted.

    `day` counts from 1970-01-01 and `minute` from midnight, both by Japan's clocks.
    """
    asked = asked_rows(municipality, period)
    c = asked.c
    typing = or_(c.slipped == 1, _again(asked))
    kept = [c[name] for name in ("channel", "language", "release", "subject", "person", "day", "minute", *_FLAGS)]
    more = (_one_if(typing, "typing"), _one_if(closed_at(opening, period, c.day, c.minute), "out_of_hours"))
    return columns(*kept, literal(1).label("questions"), *more).cte("counted").prefix_with("MATERIALIZED")


_FLAGS: dict[str, ColumnElement[bool]] = {
    "answered": col(u.decision) == Decision.ANSWER,
    "asked_back": col(u.decision) == Decision.ASK,
    "referred": and_(_is_fallback, col(u.matter).is_not(None)),
    "unanswered": and_(_is_fallback, col(u.matter).is_(None)),
    "chosen": and_(col(u.decision) == Decision.ASK, col(u.verdict) == "chosen"),
    "none_of_these": col(u.verdict) == "none of these",
    "solved": col(u.verdict) == "solved",
    "unsolved": col(u.verdict) == "not solved",
    "unknown": col(u.person).is_(None),
}


def asked_rows(municipality: str, period: Period) -> CTE:
    """What stands in the rows themselves. `failed_at` is set where a known person had no success."""
    seconds = epoch(col(u.at))
    grouped: tuple[ColumnElement[Any] | Mapped[Any], ...] = (
        col(u.id),
        ((seconds + _JAPAN) // _DAY).label("day"),
        (((seconds + _JAPAN) % _DAY) // 60).label("minute"),
        col(u.channel),
        col(u.language),
        col(u.release),
        subject().label("subject"),
        col(u.person),
        seconds.label("seconds"),
        case((and_(col(u.person).is_not(None), ~succeeded()), seconds)).label("failed_at"),
        _one_if(or_(col(u.repaired), func.length(col(u.key)) <= 1), "slipped"),
    )
    flags = (_one_if(condition, name) for name, condition in _FLAGS.items())
    query = columns(*grouped, *flags).where(*within(municipality, period))
    return query.cte("asked").prefix_with("MATERIALIZED")


def _one_if(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return case((condition, 1), else_=0).label(name)


def _again(asked: CTE) -> ColumnElement[bool]:
    """Whether a question of a known person is one of three in a row, in ten minutes, none of which succeeded."""
    c = asked.c

    def beside(step: int) -> ColumnElement[int]:
        function = func.lag if step < 0 else func.lead
        return function(c.failed_at, abs(step)).over(partition_by=c.person, order_by=(c.seconds, c.id))

    tries = [beside(-2), beside(-1), c.failed_at, beside(1), beside(2)]
    runs = (
        and_(tries[n + 1].is_not(None), tries[n + 2] - tries[n] <= TRIES_WITHIN, c.failed_at.is_not(None))
        for n in range(3)
    )
    return or_(*runs)
