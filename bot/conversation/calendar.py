"""A date expression on a calendar: what 「来週の土曜の午前」 means on a given day. Japan's calendar and holidays."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import jpholiday

from bot.intents.slots import DayPart, When

_HOURS: Mapping[DayPart, tuple[int, int]] = {
    DayPart.MORNING: (0, 12),
    DayPart.NOON: (11, 15),
    DayPart.AFTERNOON: (12, 24),
    DayPart.EVENING: (15, 19),
    DayPart.NIGHT: (17, 24),
}
"""Hours at which something begins that people call so. The Meteorological Agency's 夕方 ends at 18 and its 夜 begins
there; a class at 17 or 18 is found by both words."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last` (both included) that are also such weekdays, at such times of the day."""

    first: date
    last: date
    weekdays: frozenset[int] = frozenset()
    holidays: bool | None = None
    parts: frozenset[DayPart] = frozenset()

    def holds(self, moment: datetime) -> bool:
        """Whether something that begins at `moment` (Japan time) is meant."""
        day = moment.date()
        return self.first <= day <= self.last and self._is_such_a_day(day) and self._is_such_a_time(moment)

    def _is_such_a_day(self, day: date) -> bool:
        if not self.weekdays and self.holidays is None:
            return True
        if self.holidays is not None and _is_holiday(day):
            return self.holidays
        return day.weekday() in self.weekdays

    def _is_such_a_time(self, moment: datetime) -> bool:
        return not self.parts or any(_HOURS[part][0] <= moment.hour < _HOURS[part][1] for part in self.parts)


@lru_cache(maxsize=1024)  # reckoning a holiday takes longer than everything else here
def _is_holiday(day: date) -> bool:
    return jpholiday.is_holiday(day)


def resolve(when: When, today: date) -> Period | None:
    """What `when` means on the day `today`; None for a day that does not exist (2月30日). Never raises.

    Weeks begin on Monday. What was said without a year is the coming one.
    """
    span = _span(when, today)
    return Period(*span, when.weekdays, when.holidays, when.parts) if span else None


def _span(when: When, today: date) -> tuple[date, date] | None:
    if when.days_on is not None:
        day = _later(today, when.days_on)
        return day, day
    if when.weeks_on is not None:
        monday = _later(today, 7 * when.weeks_on - today.weekday())
        return max(monday, today), _later(monday, 6)
    if when.day is not None:
        found = _day(when, when.day, today)
        return (found, found) if found else None
    if when.month is not None or when.months_on is not None:
        return _month(*_year_and_month(when, today))
    if (year := _year(when, today)) is not None:
        return _month(year, 1)[0], _month(year, 12)[1]
    return (_later(today, 1), _later(today, 7)) if when.soonest else (today, date.max)


def _later(day: date, days: int) -> date:
    """That many days on, but never beyond the calendar's ends."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def _year(when: When, today: date) -> int | None:
    if when.year is not None:
        return when.year
    return None if when.years_on is None else today.year + when.years_on


def _year_and_month(when: When, today: date) -> tuple[int, int]:
    if when.month is None:
        count = today.year * 12 + today.month - 1 + (when.months_on or 0)
        return count // 12, count % 12 + 1
    year = _year(when, today)
    return today.year + (when.month < today.month) if year is None else year, when.month


def _month(year: int, month: int) -> tuple[date, date]:
    year = min(year, date.max.year)
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _day(when: When, day: int, today: date) -> date | None:
    """The named day: in the named month or year, else the next one that exists."""
    if when.month is None:
        months = range(3) if when.months_on is None else (when.months_on,)
        count = today.year * 12 + today.month - 1
        tries = [((count + more) // 12, (count + more) % 12 + 1) for more in months]
    else:
        year = _year(when, today)
        # The 29th of February is at most eight years away.
        tries = [(y, when.month) for y in (range(today.year, today.year + 9) if year is None else (year,))]
    given = when.months_on is not None or _year(when, today) is not None
    days = (_existing(year, month, day) for year, month in tries)
    return next((found for found in days if found and (given or found >= today)), None)


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
