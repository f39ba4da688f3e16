"""What is said of a counter's hours: open until then, or closed until then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.responses.phrases import phrase


@dataclass(frozen=True, slots=True)
class CounterNow:
    """How a counter stands at the moment `at`: open `until`, or closed and `opens` next. All in Japan's time.

    Neither is set for a counter that does not open within a year.
    """

    at: datetime
    until: datetime | None = None
    opens: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody is there."""
        return self.until is not None


def counter_line(now: CounterNow | None, language: str) -> str:
    """「今は受付中です（17時15分まで）。」; the empty string when the hours are not known."""
    if now is None:
        return ""
    if now.until is not None:
        return phrase("open_now", language, time=_clock(now.until, language))
    if now.opens is not None:
        return phrase("closed_now", language, when=_when(now.opens, now.at, language))
    return ""


def _when(moment: datetime, at: datetime, language: str) -> str:
    if moment.date() == at.date():
        day = phrase("today", language)
    else:
        weekday = phrase("weekdays", language).split()[moment.weekday()]
        day = phrase("month_day", language, month=str(moment.month), day=str(moment.day), weekday=weekday)
    return phrase("day_time", language, day=day, time=_clock(moment, language))


def _clock(moment: datetime, language: str) -> str:
    name = "hour_minute" if moment.minute else "hour"
    return phrase(name, language, hour=str(moment.hour), minute=f"{moment.minute:02}")
