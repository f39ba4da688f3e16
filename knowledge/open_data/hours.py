"""Opening hours: one line for people, four columns in the list."""

from __future__ import annotations

import re

from knowledge.open_data.table import Row
from knowledge.open_data.text import clean, one_line
from knowledge.open_data.values import minutes
from knowledge.open_data.writing import clock

_FIELDS = ("days", "opens", "closes", "hours_note")
_HOURS = re.compile(
    r"(?P<days>[月火水木金土日祝、・]+)?"
    r"(?: ?(?P<opens>\d{1,2}:\d{2})?～(?P<closes>\d{1,2}:\d{2})?)?"
    r"(?:（(?P<hours_note>.+)）)?"
)


def read_hours(row: Row) -> str:
    """The hours of a row, like 「月火水木金 9:00～17:00（祝日を除く）」."""
    return _line({field: one_line(row.text(field)) for field in _FIELDS})


def _line(texts: dict[str, str]) -> str:
    opens, closes = (_time(texts.get(field, "")) for field in ("opens", "closes"))
    # What is no time (24時間) stands by itself.
    timed = any(text[:1].isdigit() and ":" in text for text in (opens, closes))
    span = f"{opens}～{closes}" if timed else opens or closes
    line = " ".join(filter(None, (texts.get("days", ""), span)))
    note = texts.get("hours_note", "")
    return f"{line}（{note}）" if line and note else line or note


def _time(text: str) -> str:
    found = minutes(text)
    return text if found.value is None or not found.whole else clock(found.value).removeprefix("0")


def divided_hours(hours: str) -> dict[str, str]:
    """The columns that these hours were made from. Hours of another making are wholly the remark."""
    found = _HOURS.fullmatch(hours)
    texts = {field: text for field, text in found.groupdict().items() if text} if found else {}
    for field in ("opens", "closes"):
        value = minutes(texts.get(field, "")).value
        if value is not None:
            texts[field] = clock(value)
    read_back = {field: one_line(clean(text)) for field, text in texts.items()}
    return texts if _line(read_back) == hours else {"hours_note": hours}
