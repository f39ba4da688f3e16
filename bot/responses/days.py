"""Days and times as people in Japan write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from bot.responses.phrases import phrase

JAPAN = timezone(timedelta(hours=9), "JST")


def in_japan(moment: datetime) -> datetime:
    """The moment as a Japanese clock shows it, without a zone; one without a zone is Japan's already."""
    return moment.astimezone(JAPAN).replace(tzinfo=None) if moment.tzinfo else moment


def day_text(day: date, today: date) -> str:
    """11月28日（土）, with the year where it is another one than today's."""
    weekday = phrase("weekdays").split()[day.weekday()]
    text = phrase("month_day", month=str(day.month), day=str(day.day), weekday=weekday)
    return text if day.year == today.year else f"{day.year}年{text}"


def clock_text(moment: datetime) -> str:
    """10時, or 10時30分."""
    name = "hour_minute" if moment.minute else "hour"
    return phrase(name, hour=str(moment.hour), minute=f"{moment.minute:02}")
