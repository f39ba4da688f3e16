"""Figures in Japanese sentences: fees, dates, times of day and telephone numbers, each in one spelling. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from knowledge.plain_japanese import sentences

_ERAS = {"昭和": 1925, "平成": 1988, "令和": 2018}
_ERA = r"(?:昭和|平成|令和)(?:元|\d{1,2})"


class Figure(StrEnum):
    """A kind of figure; the value is what it is called."""

    FEE = "料金"
    DATE = "日付"
    TIME = "時刻"
    TELEPHONE = "電話番号"


_PATTERNS: Mapping[Figure, re.Pattern[str]] = {
    Figure.TELEPHONE: re.compile(r"(?<![\d-])(?:0\d{1,4}-\d{1,4}-\d{3,4}|#\d{3,4})(?![\d-])"),
    Figure.FEE: re.compile(r"(?<!\d)(?<!\d,)(\d[\d,]*)(万)?円|無料"),
    Figure.DATE: re.compile(rf"(?:({_ERA}|\d{{4}})年)?(?:(\d{{1,2}})月)(?:(\d{{1,2}})日)?|({_ERA}|\d{{4}})年(?!\d|間)"),
    Figure.TIME: re.compile(r"(午前|午後)?(\d{1,2})(?:時(?!間)(?:(半)|(\d{1,2})分)?|:(\d{2}))"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A figure in one spelling, and the sentence it stands in."""

    kind: Figure
    value: str
    sentence: str


def figures(text: str) -> tuple[Said, ...]:
    """All figures of a text, in their order within each kind."""
    return tuple(
        Said(kind, value, sentence)
        for sentence in sentences(text)
        for kind, pattern in _PATTERNS.items()
        for match in pattern.finditer(unicodedata.normalize("NFKC", sentence))
        if (value := _VALUES[kind](match))
    )


def _fee(match: re.Match[str]) -> str:
    """無料 is 0円: a fee and none contradict each other."""
    if match[1] is None:
        return "0円"
    return f"{int(match[1].replace(',', '')) * (10_000 if match[2] else 1)}円"


def _date(match: re.Match[str]) -> str:
    year, month, day = match[1] or match[4], match[2], match[3]
    parts = (f"{_year(year)}年" if year else "", f"{int(month)}月" if month else "", f"{int(day)}日" if day else "")
    return "".join(parts)


def _year(text: str) -> int:
    """令和4 as 2022."""
    era = _ERAS.get(text[:2])
    if era is None:
        return int(text)
    return era + (1 if text[2:] == "元" else int(text[2:]))


def _time(match: re.Match[str]) -> str:
    hour = int(match[2]) + (12 if match[1] == "午後" and int(match[2]) < 12 else 0)
    minute = 30 if match[3] else int(match[4] or match[5] or 0)
    return f"{hour}:{minute:02}" if hour <= 24 and minute < 60 else ""


def _as_written(match: re.Match[str]) -> str:
    return match[0]


_VALUES: Mapping[Figure, Callable[[re.Match[str]], str]] = {
    Figure.TELEPHONE: _as_written,
    Figure.FEE: _fee,
    Figure.DATE: _date,
    Figure.TIME: _time,
}
