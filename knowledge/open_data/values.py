"""Values with a form, as people type them: dates, times, amounts, telephone numbers, addresses, coordinates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

from knowledge.open_data.text import folded, is_nothing

Value = TypeVar("Value")


class Found(NamedTuple, Generic[Value]):
    """The value of a cell. `whole` is False when the cell says more than the value."""

    value: Value | None
    whole: bool = True


Reader = Callable[[str], Found[Value]]

_WEEKDAY = re.compile(r"\([日月火水木金土][^)]{0,6}\)|[日月火水木金土]曜日?")
_REST_OF_MOMENT = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)日?" + _REST_OF_MOMENT, re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_ERA_DATE = re.compile(r"(令和|平成|昭和|[RHSrhs])(元|\d{1,2})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)日?", re.ASCII)
_ERA_STARTS = {"令": 2019, "r": 2019, "平": 1989, "h": 1989, "昭": 1926, "s": 1926}
_SERIAL = re.compile(r"([2-7]\d{4})(?:\.\d+)?", re.ASCII)
_SERIAL_START = date(1899, 12, 30)
"""Excel counts days from here (with its leap day of 1900, which never was)."""

_CLOCK = re.compile(
    r"(午前|午後|AM|PM)?(\d{1,2})(?::(\d{2})(?::\d{2})?|時(?:(\d{1,2})分|(半))?(?!間))", re.ASCII | re.IGNORECASE
)
_DAY_FRACTION = re.compile(r"0\.\d{1,17}", re.ASCII)
_LATEST = 30 * 60
"""Services that close after midnight write 25:00; nobody writes 30:00."""

_AMOUNT = re.compile(r"¥?(\d{1,9})(?:\.0+)?(?:円|名|人|組|席)?(\(.*\))?", re.ASCII | re.DOTALL)
_DASHES = re.compile(r"[‐‑‒–—―−ー]")
_TELEPHONE = re.compile(r"[0-9#()-]{3,20}", re.ASCII)
_TELEPHONE_AMONG_WORDS = re.compile(r"\(?0[0-9()-]{7,18}[0-9]|#[0-9]{4}|(?<![0-9])1[0-9]{2}(?![0-9-])", re.ASCII)
_WITHOUT_ZERO = re.compile(r"[1-9][0-9]{8,9}", re.ASCII)
"""What a spreadsheet leaves of a telephone number when it takes it for a number."""

_ABROAD = re.compile(r"\+81[ -]?(?:\(0\))?")
_URL = re.compile(r"https?://[^\s\"<>]+")
_DECIMAL = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,30})?°?", re.ASCII)
_DEGREES = re.compile(r"(\d{1,3})[°度](\d{1,2})['′’分](\d{1,2}(?:\.\d{1,10})?)(?:[\"″”秒]|''|′′)?", re.ASCII)


def day(text: str) -> Found[date]:
    """A date: ISO, with slashes, 2026年1月3日, 令和8年1月3日, 20260103, or Excel's number of days."""
    text = re.sub(r"\s+(?!\d)|(?<=[年月和成])\s+", "", _WEEKDAY.sub("", folded(text)))
    if is_nothing(text):
        return Found(None)
    if found := _SERIAL.fullmatch(text):
        return Found(_SERIAL_START + timedelta(days=int(found[1])))
    if found := _COMPACT_DATE.fullmatch(text):
        return _existing(int(found[1]), int(found[2]), int(found[3]), whole=True)
    if found := _ERA_DATE.match(text):
        year = _ERA_STARTS[found[1][0].lower()] + (1 if found[2] == "元" else int(found[2])) - 1
        return _existing(year, int(found[3]), int(found[4]), whole=found.end() == len(text))
    if found := _DATE.match(text):
        return _existing(int(found[1]), int(found[2]), int(found[3]), whole=found.end() == len(text))
    return Found(None, whole=False)


def _existing(year: int, month: int, number: int, *, whole: bool) -> Found[date]:
    # Outside these years it is a slip of the finger.
    try:
        return Found(date(year, month, number), whole) if 1900 <= year < 2200 else Found(None, whole=False)
    except ValueError:
        return Found(None, whole=False)


def minutes(text: str) -> Found[int]:
    """A time of day in minutes after midnight: 9:00, 午後1時半, 24:00 (= 1440), or Excel's fraction of a day."""
    text = re.sub(r"\s", "", folded(text))
    if is_nothing(text):
        return Found(None)
    if _DAY_FRACTION.fullmatch(text):
        return Found(round(float(text) * 1440))
    found = _CLOCK.match(text)
    if found is None:
        return Found(None, whole=False)
    hour, minute = int(found[2]), 30 if found[5] else int(found[3] or found[4] or 0)
    hour += 12 if found[1] and found[1].upper() in ("午後", "PM") and hour < 12 else 0
    if minute > 59 or hour * 60 + minute >= _LATEST:
        return Found(None, whole=False)
    return Found(hour * 60 + minute, whole=found.end() == len(text))


def amount(text: str) -> Found[int]:
    """A number of people or of yen: 20, ２０名, 1,000円, 20名（先着順）."""
    text = re.sub(r"[\s,]", "", folded(text))
    if is_nothing(text):
        return Found(None)
    found = _AMOUNT.fullmatch(text)
    return Found(int(found[1]), whole=not found[2]) if found else Found(None, whole=False)


def people(text: str) -> Found[int]:
    """How many may come; 0 is how a form says that nobody counts."""
    found = amount(text)
    return Found(found.value or None, found.whole)


def yen(text: str) -> Found[int]:
    """A fee; 無料 is 0."""
    # 「なし」 can mean free or unknown, so it is neither.
    return Found(0) if folded(text) == "無料" else amount(text)


def telephone(text: str) -> Found[str]:
    """The first telephone number of a cell, with its brackets, as it is dialled in Japan."""
    text = _ABROAD.sub("0", re.sub(r"\s", "", _DASHES.sub("-", folded(text))))
    if is_nothing(text):
        return Found(None)
    if _TELEPHONE.fullmatch(text):
        return Found(f"0{text}" if _WITHOUT_ZERO.fullmatch(text) else text)
    found = _TELEPHONE_AMONG_WORDS.search(text)
    return Found(found[0] if found else None, whole=False)


def plain_telephone(text: str) -> Found[str]:
    """The same with hyphens for brackets: (042)325-0111 is 042-325-0111."""
    found = telephone(text)
    return Found(re.sub(r"[()-]+", "-", found.value).strip("-") if found.value else None, found.whole)


def web_address(text: str) -> Found[str]:
    """The first http(s) address of a cell."""
    if is_nothing(folded(text)):
        return Found(None)
    found = _URL.search(text)
    return Found(found[0], whole=found[0] == text.strip()) if found else Found(None, whole=False)


def degrees(text: str) -> Found[float]:
    """A coordinate: decimal, or in degrees, minutes and seconds. 0 is how a form says that there is none."""
    text = re.sub(r"\s", "", folded(text)).lstrip("北緯東経NE")
    if is_nothing(text):
        return Found(None)
    if found := _DEGREES.fullmatch(text):
        value = int(found[1]) + int(found[2]) / 60 + float(found[3]) / 3600
        return Found(round(value, 7) or None)
    if _DECIMAL.fullmatch(text):
        return Found(float(text.rstrip("°")) or None)
    return Found(None, whole=False)
