"""Stretches of days in Japan: any range, a month, the stretch before, fiscal years from April."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.conversation.hours import JAPAN

LONGEST = 731
"""Days that can be looked at at once."""
_APRIL = 4
_REIWA_BEGAN = 2018


@dataclass(frozen=True, slots=True)
class Period:
    """Days of Japan from `first` to `last`, both included. Raises ValueError (a Japanese sentence)."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("終わりの日を、はじめの日より後にしてください。")
        if self.days > LONGEST:
            raise ValueError(f"期間は {LONGEST} 日までにしてください。")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    @property
    def starts(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), JAPAN).astimezone(UTC)

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), JAPAN).astimezone(UTC)

    @property
    def before(self) -> Period:
        """The same number of days just before."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    def each_day(self) -> Iterator[date]:
        """Its days, in order."""
        return (self.first + timedelta(days=n) for n in range(self.days))


def month_of(text: str) -> Period:
    """The month that is written YYYY-MM. Raises ValueError with a Japanese sentence."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ValueError("月を、2026-10 のように書いてください。") from None
    return whole_month(first)


def whole_month(day: date) -> Period:
    """The month of a day."""
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def month_before(month: Period) -> Period:
    """The month before a month."""
    return whole_month(month.first - timedelta(days=1))


def fiscal_year(day: date) -> int:
    """The year in whose April the fiscal year of a day began (地方自治法第208条: from 1 April to 31 March)."""
    return day.year if day.month >= _APRIL else day.year - 1


def fiscal_period(year: int) -> Period:
    """A fiscal year's days."""
    return Period(date(year, _APRIL, 1), date(year + 1, _APRIL, 1) - timedelta(days=1))


def fiscal_name(year: int) -> str:
    """A fiscal year as plans name it: 令和8年度."""
    return f"令和{year - _REIWA_BEGAN}年度"


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
