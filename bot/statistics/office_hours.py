"""Whether a question came while the counter was open, as a condition for the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, false, not_, or_

from bot.conversation.hours import sessions_of
from bot.statistics.periods import Period
from knowledge.schema import Hours, Opening

USUAL = Opening(hours=(Hours(days="月火水木金", opens=time(8, 30), closes=time(17, 15)),), closed=("12-29..01-03",))
"""Where a city has not said its hours: those of most city halls. Pages say that they were assumed."""
USUAL_TEXT = "平日の 8:30〜17:15（市の受付時間がまだ入っていないので、仮に決めた時間です）"

_FIRST = date(1970, 1, 1)
Spans = tuple[tuple[int, int], ...]


def closed_at(
    opening: Opening | None, period: Period, day: ColumnElement[int], minute: ColumnElement[int]
) -> ColumnElement[bool]:
    """True at a time when the counter was closed; `day` counts from 1970, national holidays are regarded."""
    kinds = spans_by_day(opening or USUAL, period.each_day())
    during = [
        and_(day.in_([number_of(d) for d in days]), or_(*(and_(minute >= a, minute < b) for a, b in spans)))
        for spans, days in kinds.items()
        if spans
    ]
    return not_(or_(false(), *during))


def number_of(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _FIRST).days


def spans_by_day(opening: Opening, days: Iterable[date]) -> dict[Spans, list[date]]:
    """Days by when the counter is open on them, in minutes of the day."""
    found: defaultdict[Spans, list[date]] = defaultdict(list)
    for day in days:
        found[tuple((_minute(a), _minute(b)) for a, b in sessions_of(opening, day))].append(day)
    return found


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
