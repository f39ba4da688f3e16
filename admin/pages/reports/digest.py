"""「毎日のお知らせ」: who is told by e-mail how many questions came without an answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Admin, SignedIn
from admin.audit import write_audit
from admin.pages.view import view
from admin.reports.digest import recipients, sections_known, set_recipients
from bot.web.state import Reading, Web, WebParts, Writing

router = APIRouter(prefix="/admin")


@router.get("/{municipality}/digest")
def page(request: Request, web: Web, session: Reading, staff: Admin, municipality: str, done: str = "") -> Response:
    """Who gets it."""
    return _page(request, web, session, staff, municipality, done=bool(done))


@router.post("/{municipality}/digest")
def save(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    municipality: str,
    section: Annotated[str, Form(max_length=100)] = "",
    addresses: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Stores who gets a section's digest. What was typed comes back when something is wrong."""
    try:
        before, after = set_recipients(session, municipality, section, addresses, web.clock())
    except ValueError as error:
        wrong = {"section": section, "addresses": addresses, "fault": str(error)}
        return _page(request, web, session, staff, municipality, status=422, wrong=wrong)
    if before != after:
        write_audit(
            session, staff.staff, "set digest", section, at=web.clock(), municipality=municipality,
            before={"addresses": before}, after={"addresses": after},
        )  # fmt: skip
    return RedirectResponse(f"/admin/{municipality}/digest?done=1", status_code=303)


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    status: int = 200,
    **more: object,
) -> Response:
    city = web.library.city(session, municipality)
    sections = sections_known(session, municipality, [e.entry.section for e in city.entries.values()])
    values = {"city": city, "rows": recipients(session, municipality), "sections": sections, "wrong": {}}
    return view(request, "reports/digest.html", staff, status=status, **{**values, **more})
