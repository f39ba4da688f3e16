"""Whether a counter is open at a moment, and when it opens next. Pure: opening hours and a moment in, a value out.

Japan has one time zone and no summer time. National holidays are those of `jpholiday` (国民の祝日に関する法律, with
the substitute holidays it names).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache

import jpholiday

from bot.responses.counter_now import CounterNow
from knowledge.schema import Hours, Opening

JAPAN = timezone(timedelta(hours=9), "JST")
_WEEKDAYS = "月火水木金土日"
_HOLIDAY = "祝"
_DAYS_AHEAD = 366
"""A counter that does not open within a year has no next opening."""

Session = tuple[datetime, datetime]


def counter_now(opening: Opening, moment: datetime) -> CounterNow:
    """How a counter with these hours stands at `moment`, an aware datetime of any time zone; results are in Japan's.

    A session includes its first minute and not its last: at 17:15 sharp a counter that closes at 17:15 is closed.
    Before a lunch break it is open until the break.
    """
    here = moment.astimezone(JAPAN)
    for start, end in _sessions_from(opening, here.date()):
        if start <= here < end:
            return CounterNow(here, until=end)
        if here < start:
            return CounterNow(here, opens=start)
    return CounterNow(here)


def is_closed_date(opening: Opening, day: date) -> bool:
    """Whether `day` is one of the days on which the counter is closed every year, such as 年末年始."""
    return any(_is_within(day, closed) for closed in opening.closed)


def sessions_of(opening: Opening, day: date) -> tuple[Session, ...]:
    """From when until when the counter is open on `day`, in order; empty on a day it is closed."""
    if is_closed_date(opening, day):
        return ()
    kind = _HOLIDAY if _is_holiday(day) else _WEEKDAYS[day.weekday()]
    hours = next((hours for hours in opening.hours if kind in hours.days), None)
    return tuple((_at(day, start), _at(day, end)) for start, end in _spans(hours)) if hours else ()


@lru_cache(maxsize=1024)  # reckoning a holiday takes longer than recognising a question
def _is_holiday(day: date) -> bool:
    return jpholiday.is_holiday(day)


def _sessions_from(opening: Opening, first: date) -> Iterator[Session]:
    for offset in range(_DAYS_AHEAD):
        yield from sessions_of(opening, first + timedelta(days=offset))


def _spans(hours: Hours) -> tuple[tuple[time, time], ...]:
    if hours.lunch is None:
        return ((hours.opens, hours.closes),)
    begins, ends = hours.lunch
    return ((hours.opens, begins), (ends, hours.closes))


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, JAPAN)


def _is_within(day: date, closed: str) -> bool:
    """Compares as month-day; a range whose end is before its start runs over the new year."""
    first, _, last = closed.partition("..")
    last, today = last or first, f"{day.month:02}-{day.day:02}"
    return first <= today <= last if first <= last else today >= first or today <= last
