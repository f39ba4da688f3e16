"""「計画の指標」: what the plans want to be followed up, counted or entered, with the city's own targets."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, SignedIn, Support, Viewer
from admin.audit import write_audit
from admin.pages.reports.report import asked_month, last_month
from admin.pages.view import view
from admin.reports.indicators import Typed, enter_value, followed, set_target, shown
from bot.statistics.periods import fiscal_name, fiscal_year, month_of
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.indicators import Indicator, find_indicator

router = APIRouter(prefix="/admin")
Short = Annotated[str, Form(max_length=40)]
Note = Annotated[str, Form(max_length=400)]


@router.get("/{municipality}/indicators")
def page(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    month: Annotated[str, Query(max_length=10)] = "",
    done: str = "",
) -> Response:
    """The indicators of a month and its fiscal year."""
    return _page(request, web, session, staff, municipality, month, done=bool(done))


@router.post("/{municipality}/indicators/{indicator}/value")
def value(
    request: Request,
    web: Web,
    session: Writing,
    staff: Support,
    municipality: str,
    indicator: str,
    month: Short = "",
    value: Short = "",
    note: Note = "",
) -> Response:
    """Stores what only the city knows of a month."""
    known = _typed_by_staff(indicator)
    typed = Typed(value, note, staff.staff.login, web.clock())
    try:
        before, after = enter_value(session, municipality, known, month_of(month), typed)
    except ValueError as error:
        return _again(request, web, session, staff, municipality, month, ("value", indicator, typed, str(error)))
    subject = f"{known.name} {month}"
    return _saved(session, web, staff, municipality, ("enter indicator", subject, before, after), month)


@router.post("/{municipality}/indicators/{indicator}/target")
def target(
    request: Request,
    web: Web,
    session: Writing,
    staff: Approver,
    municipality: str,
    indicator: str,
    month: Short = "",
    value: Short = "",
    note: Note = "",
) -> Response:
    """Stores the target of the fiscal year to which a month belongs."""
    known = _known(indicator)
    typed = Typed(value, note, staff.staff.login, web.clock())
    try:
        year = fiscal_year(month_of(month).first)
        before, after = set_target(session, municipality, known, year, typed)
    except ValueError as error:
        return _again(request, web, session, staff, municipality, month, ("target", indicator, typed, str(error)))
    subject = f"{known.name} {fiscal_name(year)}"
    return _saved(session, web, staff, municipality, ("set indicator target", subject, before, after), month)


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


def _saved(session: Session, web: WebParts, staff: SignedIn, municipality: str, change: Change, month: str) -> Response:
    action, subject, before, after = change
    if before != after:
        at = web.clock()
        write_audit(session, staff.staff, action, subject, at=at, municipality=municipality, before=before, after=after)
    return RedirectResponse(f"/admin/{municipality}/indicators?month={month}&done=1", status_code=303)


def _again(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    month: str,
    wrong: tuple[str, str, Typed, str],
) -> Response:
    """The page with what was typed and what is wrong with it."""
    kind, indicator, typed, fault = wrong
    wrong_of = {"kind": kind, "id": indicator, "text": typed.text, "note": typed.note, "fault": fault}
    return _page(request, web, session, staff, municipality, month, status=422, wrong=wrong_of)


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    month: str,
    status: int = 200,
    **more: object,
) -> Response:
    city = web.library.city(session, municipality)
    try:
        wanted, fault = asked_month(month, web), ""
    except ValueError as error:
        wanted, fault, status = last_month(web), str(error), 422
    values = {
        "city": city,
        "month": f"{wanted.first:%Y-%m}",
        "title": f"{wanted.first.year}年{wanted.first.month}月",
        "year": fiscal_name(fiscal_year(wanted.first)),
        "items": followed(session, city, wanted),
        "shown": shown,
        "fault": fault,
        "wrong": {},
        "role": staff.role_in(municipality),
    }
    return view(request, "reports/indicators.html", staff, status=status, **{**values, **more})
