"""The monthly report: a page that prints on two sheets, an Excel file, and aggregates as open data."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from admin.pages.files import XLSX, attachment
from admin.pages.visit import ViewerReads, ViewerWrites
from admin.reports import monthly
from admin.reports.indicators import shown
from admin.reports.monthly import report_of
from admin.reports.open_data import aggregates
from admin.reports.outline import outline
from bot.statistics.office_hours import USUAL_TEXT
from bot.statistics.periods import Period, fiscal_name, fiscal_year, month_of, whole_month

router = APIRouter(prefix="/admin")
Month = Annotated[str, Query(max_length=10)]
CSV = "text/csv; charset=utf-8"


@router.get("/{municipality}/report")
def page(visit: ViewerReads, month: Month = "") -> Response:
    """The report; last month's, when none is asked for."""
    city = visit.city
    try:
        wanted, fault = asked_month(month, visit.today), ""
    except ValueError as error:
        wanted, fault = last_month(visit.today), str(error)
    return visit.show(
        "reports/report.html",
        status=422 if fault else 200,
        city=city,
        report=report_of(visit.session, city, wanted, visit.at),
        month=month if fault else f"{wanted.first:%Y-%m}",
        fault=fault,
        limits=monthly,
        shown=shown,
        year=fiscal_name(fiscal_year(wanted.first)),
        assumed_hours="" if city.pack.counter.opening else USUAL_TEXT,
        unfinished=wanted.last >= visit.today,
    )


@router.get("/{municipality}/report/report.xlsx")
def as_workbook(visit: ViewerWrites, month: Month = "") -> Response:
    """The report as an Excel file; the export is audited."""
    wanted = _exported(month, visit.today)
    report = report_of(visit.session, visit.city, wanted, visit.at)
    name = f"{visit.municipality}-report-{wanted.first:%Y-%m}.xlsx"
    visit.audit("export", name)
    from admin.reports.workbook import workbook  # noqa: PLC0415 - openpyxl takes its time to load

    return attachment(workbook(report), name, XLSX)


@router.get("/{municipality}/report/aggregates.csv")
def as_open_data(visit: ViewerWrites, month: Month = "") -> Response:
    """The aggregates, without what speaks of few people; the export is audited."""
    wanted = _exported(month, visit.today)
    content = aggregates(outline(visit.session, visit.city, wanted))
    name = f"{visit.municipality}-aggregates-{wanted.first:%Y-%m}.csv"
    visit.audit("export", name)
    return attachment(content, name, CSV)


def asked_month(text: str, today: date) -> Period:
    """The month of an address, else last month. Raises ValueError with a Japanese sentence."""
    return month_of(text) if text else last_month(today)


def last_month(today: date) -> Period:
    """The month before today's."""
    return whole_month(today.replace(day=1) - timedelta(days=1))


def _exported(month: str, today: date) -> Period:
    try:
        return asked_month(month, today)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
