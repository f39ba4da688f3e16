"""The one place that looks at the clock. Japan has one time zone and no summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.web.static import JAPAN


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Today's date in Japan."""
    return datetime.now(JAPAN).date()
