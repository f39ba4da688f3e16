"""「毎日のお知らせ」: who is told by e-mail how many questions came without an answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Response

from admin.pages.visit import AdminReads, AdminWrites, Visit
from admin.reports.digest import recipients, sections_known, set_recipients

router = APIRouter(prefix="/admin")


@router.get("/{municipality}/digest")
def page(visit: AdminReads, done: str = "") -> Response:
    """Who gets it."""
    return _page(visit, done=bool(done))


@router.post("/{municipality}/digest")
def save(
    visit: AdminWrites,
    section: Annotated[str, Form(max_length=100)] = "",
    addresses: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Stores who gets a section's digest. What was typed comes back when something is wrong."""
    try:
        before, after = set_recipients(visit.session, visit.municipality, section, addresses, visit.at)
    except ValueError as error:
        wrong = {"section": section, "addresses": addresses, "fault": str(error)}
        return _page(visit, status=422, wrong=wrong)
    if before != after:
        visit.audit("set digest", section, before={"addresses": before}, after={"addresses": after})
    return visit.go("digest?done=1")


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    city = visit.city
    sections = sections_known(visit.session, visit.municipality, [e.entry.section for e in city.entries.values()])
    rows = recipients(visit.session, visit.municipality)
    values = {"city": city, "rows": rows, "sections": sections, "wrong": {}}
    return visit.show("reports/digest.html", status=status, **{**values, **more})
