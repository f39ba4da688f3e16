"""The monthly report: a page that prints on two sheets, an Excel file, and aggregates as open data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlmodel import Session

from admin.access import SignedIn, Viewer
from admin.audit import write_audit
from admin.pages.files import XLSX, attachment
from admin.pages.view import view
from admin.reports import monthly
from admin.reports.indicators import shown
from admin.reports.monthly import report_of
from admin.reports.open_data import aggregates
from admin.reports.outline import outline
from bot.responses.days import in_japan
from bot.statistics.office_hours import USUAL_TEXT
from bot.statistics.periods import Period, fiscal_name, fiscal_year, month_of, whole_month
from bot.web.state import Reading, Web, WebParts, Writing

router = APIRouter(prefix="/admin")
Month = Annotated[str, Query(max_length=10)]
CSV = "text/csv; charset=utf-8"


@router.get("/{municipality}/report")
def page(request: Request, web: Web, session: Reading, staff: Viewer, municipality: str, month: Month = "") -> Response:
    """The report; last month's, when none is asked for."""
    city = web.library.city(session, municipality)
    fault = ""
    try:
        wanted = asked_month(month, web)
    except ValueError as error:
        fault, wanted = str(error), last_month(web)
    values = {
        "report": report_of(session, city, wanted, web.clock()),
        "month": month if fault else f"{wanted.first:%Y-%m}",
        "fault": fault,
        "limits": monthly,
        "shown": shown,
        "year": fiscal_name(fiscal_year(wanted.first)),
        "assumed_hours": "" if city.pack.counter.opening else USUAL_TEXT,
        "unfinished": wanted.last >= in_japan(web.clock()).date(),
    }
    return view(request, "reports/report.html", staff, status=422 if fault else 200, city=city, **values)


@router.get("/{municipality}/report/report.xlsx")
def as_workbook(web: Web, session: Writing, staff: Viewer, municipality: str, month: Month = "") -> Response:
    """The report as an Excel file; the export is audited."""
    wanted = _exported(month, web)
    report = report_of(session, web.library.city(session, municipality), wanted, web.clock())
    name = f"{municipality}-report-{wanted.first:%Y-%m}.xlsx"
    _audit(session, web, staff, municipality, name)
    from admin.reports.workbook import workbook  # noqa: PLC0415 - openpyxl takes its time to load

    return attachment(workbook(report), name, XLSX)


@router.get("/{municipality}/report/aggregates.csv")
def as_open_data(web: Web, session: Writing, staff: Viewer, municipality: str, month: Month = "") -> Response:
    """The aggregates, without what speaks of few people; the export is audited."""
    wanted = _exported(month, web)
    content = aggregates(outline(session, web.library.city(session, municipality), wanted))
    name = f"{municipality}-aggregates-{wanted.first:%Y-%m}.csv"
    _audit(session, web, staff, municipality, name)
    return attachment(content, name, CSV)


def asked_month(text: str, web: WebParts) -> Period:
    """The month of an address, else last month. Raises ValueError with a Japanese sentence."""
    return month_of(text) if text else last_month(web)


def last_month(web: WebParts) -> Period:
    """The month before today's."""
    today: date = in_japan(web.clock()).date()
    return whole_month(today.replace(day=1) - timedelta(days=1))


def _exported(month: str, web: WebParts) -> Period:
    try:
        return asked_month(month, web)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None


def _audit(session: Session, web: WebParts, staff: SignedIn, municipality: str, name: str) -> None:
    write_audit(session, staff.staff, "export", name, at=web.clock(), municipality=municipality)
