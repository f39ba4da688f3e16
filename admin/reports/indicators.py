"""The plans' indicators of a month and its fiscal year: what is counted, what staff entered, what is aimed at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from admin.reports.classes import Classes, classes_of
from admin.reports.tables import IndicatorTargetRow, IndicatorValueRow
from bot import class_results
from bot.conversation.city import CityKnowledge
from bot.statistics.counting import by_group, plain_subjects
from bot.statistics.periods import Period, fiscal_period, fiscal_year
from bot.statistics.shares import Share
from bot.statistics.tally import together
from knowledge.indicators import Indicator, indicators
from knowledge.listings import Place

MOST = 1e9
NOTE_LENGTH = 200
PROCEDURES = "online-procedures"


@dataclass(frozen=True, slots=True)
class Followed:
    """An indicator of a city: the month's value, the fiscal year's so far, the target. None: nobody knows it (yet).

    `entered` is the month's row of what staff entered; `source` is the plan that names the indicator.
    """

    indicator: Indicator
    month: float | None
    year: float | None
    target: IndicatorTargetRow | None
    entered: IndicatorValueRow | None
    source: str = ""
    remark: str = ""


def followed(session: Session, city: CityKnowledge, month: Period) -> list[Followed]:
    """All indicators of a city; those that its plan names first."""
    year = fiscal_year(month.first)
    so_far = Period(fiscal_period(year).first, month.last)
    here, all_year = _counts(session, city, month), _counts(session, city, so_far)
    values, targets = _values(session, city.municipality), _targets(session, city.municipality, year)
    found = []
    for indicator in indicators():
        typed = values.get(indicator.id, {})
        row = typed.get(f"{month.first:%Y-%m}")
        if indicator.counted:
            now, total = here.get(indicator.counted), all_year.get(indicator.counted)
        else:
            now, total = (row.value if row else None), _year_of(indicator, typed, so_far)
        remark = _unlocated(city, indicator)
        source = _source(city, indicator)
        found.append(Followed(indicator, now, total, targets.get(indicator.id), row, source, remark))
    return sorted(found, key=lambda f: not f.source)


def _source(city: CityKnowledge, indicator: Indicator) -> str:
    fact = indicator.plans.get(city.municipality)
    return city.register.cite((fact,)) if fact else ""


def _counts(session: Session, city: CityKnowledge, period: Period) -> Mapping[str, float | None]:
    """What the program counts in these days, by the name of the counting."""
    municipality = city.municipality
    held: Classes = classes_of(class_results.listed(session, municipality, period.first, period.last))
    subjects = plain_subjects(session, municipality, period)
    all_of, guided = together(subjects.values()), by_group(subjects).get(PROCEDURES)
    return {
        "class-sessions": held.sessions,
        "class-participants": held.participants,
        "class-understanding": _percent(held.understanding),
        "class-satisfaction": _percent(held.satisfaction),
        "places-terminal": len(located(city.places, "terminal")),
        "places-wifi": len(located(city.places, "wifi")),
        "questions-answered": all_of.answered + all_of.chosen,
        "procedures-guided": guided.answered + guided.chosen if guided else 0,
    }


def _percent(share: Share) -> float | None:
    return None if share.value is None else round(share.value * 100, 1)


def located(places: Sequence[Place], kind: str) -> list[Place]:
    """Places that are somewhere. A row that stands for 「市内の施設」 in general is not one place."""
    return [place for place in places if place.kind == kind and (place.address or place.located)]


def _unlocated(city: CityKnowledge, indicator: Indicator) -> str:
    kind = {"places-terminal": "terminal", "places-wifi": "wifi"}.get(indicator.counted or "")
    if not kind:
        return ""
    left_out = sum(place.kind == kind for place in city.places) - len(located(city.places, kind))
    return f"所在地のない {left_out} 件は数えていません。" if left_out else ""


def _values(session: Session, municipality: str) -> dict[str, dict[str, IndicatorValueRow]]:
    rows = session.exec(select(IndicatorValueRow).where(col(IndicatorValueRow.municipality) == municipality)).all()
    found: dict[str, dict[str, IndicatorValueRow]] = {}
    for row in rows:
        found.setdefault(row.indicator, {})[row.period] = row
    return found


def _targets(session: Session, municipality: str, year: int) -> dict[str, IndicatorTargetRow]:
    row = IndicatorTargetRow
    query = select(row).where(row.municipality == municipality, row.year == year)
    return {found.indicator: found for found in session.exec(query).all()}


def _year_of(indicator: Indicator, typed: Mapping[str, IndicatorValueRow], so_far: Period) -> float | None:
    first, last = f"{so_far.first:%Y-%m}", f"{so_far.last:%Y-%m}"
    rows = [typed[period] for period in sorted(typed) if first <= period <= last]
    if not rows:
        return None
    return sum(row.value for row in rows) if indicator.total == "sum" else rows[-1].value


def number_of(text: str) -> float | None:
    """What somebody typed as a number, None for nothing. Raises ValueError with a Japanese sentence."""
    plain = (
        text.strip()
        .translate(str.maketrans("０１２３４５６７８９．，％", "0123456789.,%"))
        .rstrip("%")
        .replace(",", "")
    )
    if not plain:
        return None
    try:
        value = float(plain)
    except ValueError:
        raise ValueError("数を、120 や 45.5 のように書いてください。") from None
    if not math.isfinite(value) or not 0 <= value <= MOST:
        raise ValueError("0 以上の数を書いてください。")
    return value


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed: a number as text, and a note."""

    text: str
    note: str
    by: str
    at: datetime


Change = tuple[dict[str, Any], dict[str, Any]]


def enter_value(session: Session, municipality: str, indicator: Indicator, month: Period, typed: Typed) -> Change:
    """Stores what staff know of a month; an empty text takes it back. Returns what it was and is, for the audit log.

    Raises ValueError with a Japanese sentence.
    """
    key = {"municipality": municipality, "indicator": indicator.id, "period": f"{month.first:%Y-%m}"}
    return _store(session, IndicatorValueRow, key, indicator, typed)


def set_target(session: Session, municipality: str, indicator: Indicator, year: int, typed: Typed) -> Change:
    """Stores a fiscal year's target, as `enter_value`."""
    key = {"municipality": municipality, "indicator": indicator.id, "year": year}
    return _store(session, IndicatorTargetRow, key, indicator, typed)


def _store(
    session: Session,
    kind: type[IndicatorValueRow] | type[IndicatorTargetRow],
    key: dict[str, Any],
    indicator: Indicator,
    typed: Typed,
) -> Change:
    value, note = number_of(typed.text), typed.note.strip()
    _check(indicator, value, note)
    row: Any = session.get(kind, tuple(key.values()))
    before = _told(row)
    if value is None:
        if row is not None:
            session.delete(row)
        return before, {}
    new = kind(**key, value=value, note=note, by=typed.by, at=typed.at)
    session.merge(new)
    return before, _told(new)


def _told(row: IndicatorValueRow | IndicatorTargetRow | None) -> dict[str, Any]:
    return {"value": row.value, "note": row.note} if row else {}


def _check(indicator: Indicator, value: float | None, note: str) -> None:
    if indicator.unit == "%" and value is not None and value > 100:
        raise ValueError("割合は 0 から 100 までにしてください。")
    if len(note) > NOTE_LENGTH:
        raise ValueError(f"メモは {NOTE_LENGTH} 文字までにしてください。")


def shown(value: float | None) -> str:
    """A value as people read it."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
