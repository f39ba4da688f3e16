"""A class that is held every week: its sessions, made from one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import jpholiday

from bot.responses.days import in_japan
from knowledge.listings import SmartphoneClass
from knowledge.open_data.drafts import digest

MOST = 26
MOST_WEEKS_APART = 4


@dataclass(frozen=True, slots=True)
class Series:
    """The sessions to come of a series, and the days that were left out with why."""

    sessions: tuple[SmartphoneClass, ...]
    left_out: tuple[tuple[date, str], ...] = ()


def weekly(session: SmartphoneClass, count: int, *, apart: int = 1, skip_holidays: bool = True) -> Series:
    """`count` more sessions after `session`, every `apart` weeks; days off are passed over and not counted.

    The deadline moves along. Raises ValueError for a count or distance that is out of range.
    """
    if not 1 <= count <= MOST or not 1 <= apart <= MOST_WEEKS_APART:
        raise ValueError(f"回数は 1 から {MOST}、間は 1 週から {MOST_WEEKS_APART} 週までです。")
    made: list[SmartphoneClass] = []
    left_out: list[tuple[date, str]] = []
    step = timedelta(weeks=apart)
    moved = step
    while len(made) < count:
        on = in_japan(session.starts).date() + moved
        if skip_holidays and (why := day_off(on)):
            left_out.append((on, why))
        else:
            made.append(_moved(session, moved))
        moved += step
    return Series(tuple(made), tuple(left_out))


def day_off(on: date) -> str:
    """Why nothing is held on that day: the holiday's name, 年末年始 (29 December to 3 January); empty for none."""
    if (on.month, on.day) >= (12, 29) or (on.month, on.day) <= (1, 3):
        return "年末年始"
    return jpholiday.is_holiday_name(on) or ""


def _moved(session: SmartphoneClass, by: timedelta) -> SmartphoneClass:
    starts, until = session.starts + by, session.apply_until
    there = in_japan(starts)
    return session.model_copy(
        update={
            "id": f"{digest(session.title, session.place)}-{there:%Y%m%d-%H%M}",
            "starts": starts,
            "ends": session.ends + by,
            "apply_until": until + by if until else None,
            "cancelled": False,
        }
    )
