"""The due list as a page: filtered by reason and section, each review that changes nothing in one press."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.access import Capability
from admin.pages.visit import EditorWrites, ViewerReads, Visit
from admin.worklists.due import (
    LABELS,
    ReviewRefused,
    Why,
    due_list,
    known,
    narrowed,
    next_review,
    note_review,
    packs_of,
    sections,
)
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin")
PAGE = 30


@router.get("/{municipality}/due")
def due(
    visit: ViewerReads,
    why: Annotated[str, Query(max_length=20)] = "",
    section: Annotated[str, Query(max_length=40)] = "",
    pack: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """What wants a look, the most pressing first."""
    return _page(visit, {"why": why, "section": section, "pack": pack}, page)


@router.post("/{municipality}/due/review")
def review(
    visit: EditorWrites,
    entry: Annotated[str, Form(max_length=120)],
    revision: Annotated[int, Form()],
    review_by: Annotated[str, Form(max_length=20)] = "",
    why: Annotated[str, Form(max_length=20)] = "",
    section: Annotated[str, Form(max_length=40)] = "",
    pack: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Notes that an entry is right as it stands, until the next date."""
    items = visit.web.library.published(visit.session).entries
    item = next((i for i in items if i.id == entry and i.pack in (visit.municipality, COMMON)), None)
    if item is None:
        raise HTTPException(404)
    if not visit.staff.may(Capability.EDIT, item.pack):
        raise HTTPException(403)
    asked = {"why": why, "section": section, "pack": pack}
    try:
        if item.revision != revision:
            raise ReviewRefused("見ている間に、ほかの人がこの項目を公開しました。もう一度見てください。")
        may_publish = visit.staff.may(Capability.PUBLISH, item.pack)
        day = _day(review_by)
        release = note_review(visit.session, item, day, author=visit.login, may_publish=may_publish, at=visit.at)
    except ReviewRefused as fault:
        return _page(visit, asked, 1, status=422, fault=str(fault))
    before, after = {"review_by": str(item.entry.review_by)}, {"review_by": review_by}
    visit.audit("review entry", item.id, before=before, after=after)
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value and value.isascii())
    done = "published" if release is not None else "sent"
    return visit.go(f"due?done={done}&{query}".rstrip("&"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReviewRefused("次の見直しの日を選んでください。") from None


def _page(visit: Visit, asked: dict[str, str], number: int, *, status: int = 200, fault: str = "") -> Response:
    published = visit.web.library.published(visit.session)
    shared = visit.staff.role_in(COMMON) is not None
    packs = packs_of(visit.municipality, shared and asked["pack"] != "own")
    facts = known(visit.session, visit.municipality, visit.at)
    found = due_list(published, visit.municipality, packs, facts)
    kept = narrowed(found, why=asked["why"], section=asked["section"])
    return visit.show(
        "worklists/due.html",
        status=status,
        asked=asked,
        shared=shared,
        fault=fault,
        done=visit.request.query_params.get("done", ""),
        labels=LABELS,
        counts={why: sum(why in due.reasons for due in found) for why in Why},
        sections=sections(found),
        total=len(kept),
        rows=kept[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=(len(kept) + PAGE - 1) // PAGE,
        watched=facts.watched,
        next_review=next_review(visit.today),
        may={pack: visit.staff.may(Capability.EDIT, pack) for pack in packs},
    )
