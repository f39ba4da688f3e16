"""Drafts on their way to citizens, and publishing those that are approved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, SignedIn, Viewer
from admin.audit import write_audit
from admin.pages.packs import packs_of, require
from admin.pages.view import view
from admin.publishing.drafts import DraftView, by_shelf, draft_view, draft_views, ending, people
from admin.publishing.gate import refusal
from admin.publishing.preview import fitting_preview
from admin.staff import Role
from bot.web.state import Reading, Web, WebParts, Writing
from bot.web.static import JAPAN
from knowledge.drafting import find_draft, publish_drafts
from knowledge.editing import DraftNotFound, Overtaken, WrongState
from knowledge.upgrading import waiting_upgrades

router = APIRouter(prefix="/admin/{municipality}/drafts")

MOST_REASON = 300
_NOTICES = {
    "discarded": "下書きを捨てました。文は項目の履歴に残っています。",
    "kept": "今の文のままにしました。",
}
Asked = Annotated[list[str], Query(default_factory=list)]
Ticked = Annotated[list[str], Form(default_factory=list)]


@router.get("")
def overview(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    published: int = 0,
    done: str = "",
    saved: str = "",
) -> Response:
    """All drafts by where they stand, pack texts that wait, and entries that end; `saved` leads on to one draft."""
    packs = packs_of(municipality)
    if saved.split("/", 1)[0] in packs and find_draft(session, saved) is not None:
        return RedirectResponse(f"/admin/{municipality}/drafts/{saved}?done=saved", status_code=303)
    return view(
        request,
        "publishing/drafts.html",
        staff,
        city=web.library.city(session, municipality),
        shelves=by_shelf(draft_views(session, packs)),
        upgrades=waiting_upgrades(session, packs),
        endings=ending(web.library.published(session).entries, packs),
        today=web.clock().astimezone(JAPAN).date(),
        people=people(session),
        may_publish=staff.role_in(municipality) in (Role.APPROVER, Role.ADMIN),
        published=published,
        notice=_NOTICES.get(done, ""),
    )


@router.get("/publish")
def confirm(request: Request, web: Web, session: Reading, staff: Approver, municipality: str, entry: Asked) -> Response:
    """What goes out, and why."""
    views = _chosen(session, staff, municipality, entry)
    return _confirm(request, web, session, staff, municipality, views)


@router.post("/publish")
def publish(
    request: Request,
    web: Web,
    session: Writing,
    staff: Approver,
    municipality: str,
    entry: Ticked,
    reason: Annotated[str, Form(max_length=MOST_REASON)] = "",
) -> Response:
    """Makes the drafts what citizens are told. What stands in the way is said, and what was typed stays."""
    views = _chosen(session, staff, municipality, entry)
    fault = refusal(session, municipality, entry)
    if fault is None and not reason.strip():
        fault = "公開のわけを書いてください。あとで見る人の手がかりになります。"
    if fault is not None:
        return _confirm(request, web, session, staff, municipality, views, fault=fault, reason=reason)
    login, now = staff.staff.login, web.clock()
    try:
        with session.begin_nested():
            release = publish_drafts(session, entry, author=login, reason=reason.strip(), at=now)
    except (DraftNotFound, WrongState, Overtaken):
        fault = "今、ほかの人がこの下書きを動かしました。もう一度確かめてください。"
        return _confirm(request, web, session, staff, municipality, views, fault=fault, reason=reason)
    _audit(session, web, staff, municipality, views, release.number)
    return RedirectResponse(f"/admin/{municipality}/drafts?published={release.number}", status_code=303)


def _chosen(session: Session, staff: SignedIn, municipality: str, entries: list[str]) -> list[DraftView]:
    """The drafts that were ticked and are still there. Raises 404 for other cities' entries, 403 for common ones."""
    for entry in entries:
        if entry.split("/", 1)[0] not in packs_of(municipality):
            raise HTTPException(404)
        require(staff, entry, Role.APPROVER)
    return [found for entry in dict.fromkeys(entries) if (found := draft_view(session, entry)) is not None]


def _confirm(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    views: list[DraftView],
    fault: str = "",
    reason: str | None = None,
) -> Response:
    prefilled = "、".join(dict.fromkeys(v.draft.note or f"{v.title}を直した" for v in views))[:MOST_REASON]
    entries = [v.draft.entry_id for v in views]
    stops = fault or refusal(session, municipality, entries) or ""
    seen = fitting_preview(session, municipality, entries)
    return view(
        request,
        "publishing/publish.html",
        staff,
        status=409 if fault else 200,
        city=web.library.city(session, municipality),
        views=views,
        fault=stops,
        refused=bool(fault),
        seen=seen.id if seen is not None else None,
        blocked=bool(views) and refusal(session, municipality, entries) is not None,
        reason=prefilled if reason is None else reason,
        people=people(session),
    )


def _audit(
    session: Session, web: WebParts, staff: SignedIn, municipality: str, views: list[DraftView], number: int
) -> None:
    """One row an entry, with its text before and after; rows say which release they belong to."""
    for shown in views:
        write_audit(
            session,
            staff.staff,
            "publish entry",
            shown.draft.entry_id,
            at=web.clock(),
            municipality=municipality,
            before=shown.before.content if shown.before else None,
            after={**(shown.after.content if shown.after else {}), "release": number},
        )
