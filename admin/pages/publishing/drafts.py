"""Drafts on their way to citizens, and publishing those that are approved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.access import Capability
from admin.pages.packs import packs_of, require
from admin.pages.visit import ApproverReads, ApproverWrites, ViewerReads, Visit
from admin.publishing.drafts import DraftView, by_shelf, draft_view, draft_views, ending, people
from admin.publishing.gate import refusal
from admin.publishing.preview import fitting_preview
from admin.staff import Role
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
def overview(visit: ViewerReads, published: int = 0, done: str = "", saved: str = "") -> Response:
    """All drafts by where they stand, pack texts that wait, and entries that end; `saved` leads on to one draft."""
    session, packs = visit.session, packs_of(visit.municipality)
    if saved.split("/", 1)[0] in packs and find_draft(session, saved) is not None:
        return visit.go(f"drafts/{saved}?done=saved")
    return visit.show(
        "publishing/drafts.html",
        shelves=by_shelf(draft_views(session, packs)),
        upgrades=waiting_upgrades(session, packs),
        endings=ending(visit.web.library.published(session).entries, packs),
        today=visit.today,
        people=people(session),
        may_publish=visit.may(Capability.PUBLISH),
        published=published,
        notice=_NOTICES.get(done, ""),
    )


@router.get("/publish")
def confirm(visit: ApproverReads, entry: Asked) -> Response:
    """What goes out, and why."""
    return _confirm(visit, _chosen(visit, entry))


@router.post("/publish")
def publish(
    visit: ApproverWrites, entry: Ticked, reason: Annotated[str, Form(max_length=MOST_REASON)] = ""
) -> Response:
    """Makes the drafts what citizens are told. What stands in the way is said, and what was typed stays."""
    session, why = visit.session, reason.strip()
    views = _chosen(visit, entry)
    fault = refusal(session, visit.municipality, entry)
    if fault is None and not why:
        fault = "公開のわけを書いてください。あとで見る人の手がかりになります。"
    if fault is not None:
        return _confirm(visit, views, fault=fault, reason=reason)
    try:
        with session.begin_nested():
            release = publish_drafts(session, entry, author=visit.login, reason=why, at=visit.at)
    except (DraftNotFound, WrongState, Overtaken):
        fault = "今、ほかの人がこの下書きを動かしました。もう一度確かめてください。"
        return _confirm(visit, views, fault=fault, reason=reason)
    _audit(visit, views, release.number)
    return visit.go(f"drafts?published={release.number}")


def _chosen(visit: Visit, entries: list[str]) -> list[DraftView]:
    """The drafts that were ticked and are still there. Raises 404 for other cities' entries, 403 for common ones."""
    for entry in entries:
        if entry.split("/", 1)[0] not in packs_of(visit.municipality):
            raise HTTPException(404)
        require(visit.staff, entry, Role.APPROVER)
    return [found for entry in dict.fromkeys(entries) if (found := draft_view(visit.session, entry)) is not None]


def _confirm(visit: Visit, views: list[DraftView], fault: str = "", reason: str | None = None) -> Response:
    prefilled = "、".join(dict.fromkeys(v.draft.note or f"{v.title}を直した" for v in views))[:MOST_REASON]
    entries = [v.draft.entry_id for v in views]
    stop = refusal(visit.session, visit.municipality, entries)
    seen = fitting_preview(visit.session, visit.municipality, entries)
    return visit.show(
        "publishing/publish.html",
        status=409 if fault else 200,
        views=views,
        fault=fault or stop or "",
        refused=bool(fault),
        seen=seen.id if seen is not None else None,
        blocked=bool(views) and stop is not None,
        reason=prefilled if reason is None else reason,
        people=people(visit.session),
    )


def _audit(visit: Visit, views: list[DraftView], number: int) -> None:
    """One row an entry, with its text before and after; rows say which release they belong to."""
    for shown in views:
        before = shown.before.content if shown.before else None
        after = {**(shown.after.content if shown.after else {}), "release": number}
        visit.audit("publish entry", shown.draft.entry_id, before=before, after=after)
