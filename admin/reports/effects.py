"""What changed with each release: the rates of the seven days before it and after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session

from bot.responses.days import in_japan
from bot.statistics.counting import plain_days
from bot.statistics.periods import Period
from bot.statistics.tally import Tally, together
from knowledge.releases import list_releases
from knowledge.schema import COMMON
from knowledge.tables import ReleaseRow

DAYS = 7
MOST = 8


@dataclass(frozen=True, slots=True)
class Effect:
    """A release and the counts around it; the day of the release itself is in neither. `days_after` may be fewer."""

    release: ReleaseRow
    entries: int
    day: date
    before: Tally
    after: Tally
    days_after: int


def effects_of(session: Session, municipality: str, period: Period, today: date) -> list[Effect]:
    """The newest releases of these days that concern a city, with what was counted before and after."""
    found = [
        (summary, day)
        for summary in list_releases(session, [municipality, COMMON])
        if period.first <= (day := in_japan(summary.release.created_at).date()) <= period.last
    ][:MOST]
    if not found:
        return []
    around = timedelta(days=DAYS)
    days = plain_days(
        session, municipality, Period(min(d for _, d in found) - around, max(d for _, d in found) + around)
    )
    return [_effect(summary.release, len(summary.entries), day, days, today) for summary, day in found]


def _effect(release: ReleaseRow, entries: int, day: date, days: dict[date, Tally], today: date) -> Effect:
    before = _between(days, [day - timedelta(days=n) for n in range(1, DAYS + 1)])
    past = [day + timedelta(days=n) for n in range(1, DAYS + 1) if day + timedelta(days=n) < today]
    return Effect(release, entries, day, before, _between(days, past), len(past))


def _between(days: dict[date, Tally], wanted: Sequence[date]) -> Tally:
    return together(days.get(day, Tally()) for day in wanted)
