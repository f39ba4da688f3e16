"""Announcements: pausing the service with a message, and notices above every answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, SignedIn, Viewer
from admin.audit import write_audit
from admin.pages.view import view
from bot import announcements
from bot.announcements import AnnouncementKind
from bot.tables import AnnouncementRow
from bot.web.state import Reading, Web, Writing

router = APIRouter(prefix="/admin")
JAPAN = ZoneInfo("Asia/Tokyo")


@router.get("/{municipality}/announcements")
def overview(request: Request, web: Web, session: Reading, staff: Viewer, municipality: str) -> Response:
    """What holds now and what is planned."""
    return _page(request, web, session, staff, municipality)


@router.post("/{municipality}/announcements")
def add(
    request: Request,
    web: Web,
    session: Writing,
    staff: Approver,
    municipality: str,
    kind: Annotated[AnnouncementKind, Form()],
    text: Annotated[str, Form(max_length=500)],
    reason: Annotated[str, Form(max_length=200)] = "",
    starts: Annotated[str, Form(max_length=20)] = "",
    ends: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Makes an announcement; what can't be is said beside the form, with what was typed."""
    try:
        row = announcements.announce(
            session,
            municipality,
            kind,
            text,
            reason=reason,
            starts_at=_moment(starts) or web.clock(),
            ends_at=_moment(ends),
            author=staff.staff.login,
        )
    except ValueError as error:
        typed = {"kind": kind, "text": text, "reason": reason, "starts": starts, "ends": ends}
        return _page(request, web, session, staff, municipality, status=422, error=str(error), typed=typed)
    _audit(session, web, staff, municipality, "announce", row)
    return RedirectResponse(f"/admin/{municipality}/announcements", status_code=303)


@router.post("/{municipality}/announcements/{number}/stop")
def stop(web: Web, session: Writing, staff: Approver, municipality: str, number: int) -> Response:
    """Ends an announcement at once."""
    row = announcements.stop(session, municipality, number, web.clock())
    if row is None:
        raise HTTPException(404)
    _audit(session, web, staff, municipality, "stop announcement", row)
    return RedirectResponse(f"/admin/{municipality}/announcements", status_code=303)


def _page(
    request: Request, web: Web, session: Session, staff: SignedIn, municipality: str, status: int = 200, **more: object
) -> Response:
    city = web.library.city(session, municipality)
    now = web.clock()
    rows = announcements.listed(session, municipality, now)
    return view(request, "publishing/announcements.html", staff, status=status, city=city, rows=rows, now=now, **more)


def _moment(text: str) -> datetime | None:
    """The time of a `datetime-local` field, which is Japan's. Raises ValueError."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=JAPAN)
    except ValueError:
        raise ValueError("日時は 2026-11-21T09:00 の形で書いてください。") from None


def _audit(session: Session, web: Web, staff: SignedIn, municipality: str, action: str, row: AnnouncementRow) -> None:
    after = {"text": row.text, "reason": row.reason, "kind": row.kind}
    write_audit(session, staff.staff, action, row.kind, at=web.clock(), municipality=municipality, after=after)
