"""Announcements: pausing the service with a message, and notices above every answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response

from admin.pages.publishing.parts import moment_of
from admin.pages.visit import ApproverWrites, ViewerReads, Visit
from bot import announcements
from bot.announcements import AnnouncementKind
from bot.tables import AnnouncementRow

router = APIRouter(prefix="/admin/{municipality}/announcements")


@router.get("")
def overview(visit: ViewerReads) -> Response:
    """What holds now and what is planned."""
    return _page(visit)


@router.post("")
def add(
    visit: ApproverWrites,
    kind: Annotated[AnnouncementKind, Form()],
    text: Annotated[str, Form(max_length=500)],
    reason: Annotated[str, Form(max_length=200)] = "",
    starts: Annotated[str, Form(max_length=20)] = "",
    ends: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Makes an announcement; what can't be is said beside the form, with what was typed."""
    try:
        row = announcements.announce(
            visit.session,
            visit.municipality,
            kind,
            text,
            reason=reason,
            starts_at=moment_of(starts) or visit.at,
            ends_at=moment_of(ends),
            author=visit.login,
        )
    except ValueError as error:
        typed = {"kind": kind, "text": text, "reason": reason, "starts": starts, "ends": ends}
        return _page(visit, status=422, error=str(error), typed=typed)
    return _done(visit, "announce", row)


@router.post("/{number}/stop")
def stop(visit: ApproverWrites, number: int) -> Response:
    """Ends an announcement at once."""
    row = announcements.stop(visit.session, visit.municipality, number, visit.at)
    if row is None:
        raise HTTPException(404)
    return _done(visit, "stop announcement", row)


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    rows = announcements.listed(visit.session, visit.municipality, visit.at)
    return visit.show("publishing/announcements.html", status=status, rows=rows, now=visit.at, **more)


def _done(visit: Visit, action: str, row: AnnouncementRow) -> Response:
    visit.audit(action, row.kind, after={"text": row.text, "reason": row.reason, "kind": row.kind})
    return visit.go("announcements")
