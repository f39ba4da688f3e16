"""「計画の指標」: what the plans want to be followed up, counted or entered, with the city's own targets."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.pages.reports.report import asked_month, last_month
from admin.pages.visit import ApproverWrites, SupportWrites, ViewerReads, Visit
from admin.reports.indicators import Typed, enter_value, followed, set_target, shown
from bot.statistics.periods import fiscal_name, fiscal_year, month_of
from knowledge.indicators import Indicator, find_indicator

router = APIRouter(prefix="/admin")
Short = Annotated[str, Form(max_length=40)]
Note = Annotated[str, Form(max_length=400)]


@router.get("/{municipality}/indicators")
def page(visit: ViewerReads, month: Annotated[str, Query(max_length=10)] = "", done: str = "") -> Response:
    """The indicators of a month and its fiscal year."""
    return _page(visit, month, done=bool(done))


@router.post("/{municipality}/indicators/{indicator}/value")
def value(visit: SupportWrites, indicator: str, month: Short = "", value: Short = "", note: Note = "") -> Response:
    """Stores what only the city knows of a month."""
    known = _typed_by_staff(indicator)
    typed = Typed(value, note, visit.login, visit.at)
    try:
        before, after = enter_value(visit.session, visit.municipality, known, month_of(month), typed)
    except ValueError as error:
        return _again(visit, month, ("value", indicator, typed, str(error)))
    return _saved(visit, ("enter indicator", f"{known.name} {month}", before, after), month)


@router.post("/{municipality}/indicators/{indicator}/target")
def target(visit: ApproverWrites, indicator: str, month: Short = "", value: Short = "", note: Note = "") -> Response:
    """Stores the target of the fiscal year to which a month belongs."""
    known = _known(indicator)
    typed = Typed(value, note, visit.login, visit.at)
    try:
        year = fiscal_year(month_of(month).first)
        before, after = set_target(visit.session, visit.municipality, known, year, typed)
    except ValueError as error:
        return _again(visit, month, ("target", indicator, typed, str(error)))
    return _saved(visit, ("set indicator target", f"{known.name} {fiscal_name(year)}", before, after), month)


def _known(indicator: str) -> Indicator:
    known = find_indicator(indicator)
    if known is None:
        raise HTTPException(404)
    return known


def _typed_by_staff(indicator: str) -> Indicator:
    known = _known(indicator)
    if known.counted:
        raise HTTPException(404)
    return known


Change = tuple[str, str, dict[str, Any], dict[str, Any]]


def _saved(visit: Visit, change: Change, month: str) -> Response:
    action, subject, before, after = change
    if before != after:
        visit.audit(action, subject, before=before, after=after)
    return visit.go(f"indicators?month={month}&done=1")


def _again(visit: Visit, month: str, wrong: tuple[str, str, Typed, str]) -> Response:
    """The page with what was typed and what is wrong with it."""
    kind, indicator, typed, fault = wrong
    wrong_of = {"kind": kind, "id": indicator, "text": typed.text, "note": typed.note, "fault": fault}
    return _page(visit, month, status=422, wrong=wrong_of)


def _page(visit: Visit, month: str, status: int = 200, **more: object) -> Response:
    try:
        wanted, fault = asked_month(month, visit.today), ""
    except ValueError as error:
        wanted, fault, status = last_month(visit.today), str(error), 422
    values = {
        "month": f"{wanted.first:%Y-%m}",
        "title": f"{wanted.first.year}年{wanted.first.month}月",
        "year": fiscal_name(fiscal_year(wanted.first)),
        "items": followed(visit.session, visit.city, wanted),
        "shown": shown,
        "fault": fault,
        "wrong": {},
        "role": visit.staff.role_in(visit.municipality),
    }
    return visit.show("reports/indicators.html", status=status, **{**values, **more})
