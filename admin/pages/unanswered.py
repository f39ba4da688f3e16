"""Questions without an answer: what people asked and did not get."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from admin.access import Support, Viewer
from admin.audit import write_audit
from admin.pages.view import view
from bot import records
from bot.web.state import Reading, Web, Writing

router = APIRouter(prefix="/admin")


@router.get("/{municipality}/unanswered")
def unanswered(request: Request, web: Web, session: Reading, staff: Viewer, municipality: str) -> Response:
    """Open questions, most people first."""
    city = web.library.city(session, municipality)
    groups = records.unanswered(session, municipality)
    questions = {e.id: e.entry.question for e in city.entries.values()}
    return view(request, "unanswered.html", staff, city=city, groups=groups, questions=questions)


@router.post("/{municipality}/unanswered/settle")
def settle(
    web: Web, session: Writing, staff: Support, municipality: str, key: Annotated[str, Form(max_length=200)]
) -> Response:
    """Takes a question off the list: we don't answer this."""
    if records.settle(session, municipality, key, web.clock()):
        write_audit(session, staff.staff, "settle question", key, at=web.clock(), municipality=municipality)
    return RedirectResponse(f"/admin/{municipality}/unanswered", status_code=303)
