"""The due list as a page: filtered by reason and section, each review that changes nothing in one press."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Capability, Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.pages.view import view
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
from bot.responses.days import in_japan
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin")
PAGE = 30


@router.get("/{municipality}/due")
def due(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    why: Annotated[str, Query(max_length=20)] = "",
    section: Annotated[str, Query(max_length=40)] = "",
    pack: Annotated[str, Query(max_length=10)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """What wants a look, the most pressing first."""
    asked = {"why": why, "section": section, "pack": pack}
    return _page(request, web, session, staff, municipality, asked, page)


@router.post("/{municipality}/due/review")
def review(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    entry: Annotated[str, Form(max_length=120)],
    revision: Annotated[int, Form()],
    review_by: Annotated[str, Form(max_length=20)] = "",
    why: Annotated[str, Form(max_length=20)] = "",
    section: Annotated[str, Form(max_length=40)] = "",
    pack: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Notes that an entry is right as it stands, until the next date."""
    items = web.library.published(session).entries
    item = next((i for i in items if i.id == entry and i.pack in (municipality, COMMON)), None)
    if item is None:
        raise HTTPException(404)
    if not staff.may(Capability.EDIT, item.pack):
        raise HTTPException(403)
    at, login = web.clock(), staff.staff.login
    asked = {"why": why, "section": section, "pack": pack}
    try:
        if item.revision != revision:
            raise ReviewRefused("見ている間に、ほかの人がこの項目を公開しました。もう一度見てください。")
        may_publish = staff.may(Capability.PUBLISH, item.pack)
        release = note_review(session, item, _day(review_by), author=login, may_publish=may_publish, at=at)
    except ReviewRefused as fault:
        return _page(request, web, session, staff, municipality, asked, 1, status=422, fault=str(fault))
    before, after = {"review_by": str(item.entry.review_by)}, {"review_by": review_by}
    write_audit(
        session, staff.staff, "review entry", item.id, at=at, municipality=municipality, before=before, after=after
    )
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value and value.isascii())
    done = "published" if release is not None else "sent"
    return RedirectResponse(f"/admin/{municipality}/due?done={done}&{query}".rstrip("&"), status_code=303)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReviewRefused("次の見直しの日を選んでください。") from None


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    asked: dict[str, str],
    number: int,
    *,
    status: int = 200,
    fault: str = "",
) -> Response:
    published = web.library.published(session)
    shared = staff.role_in(COMMON) is not None
    packs = packs_of(municipality, shared and asked["pack"] != "own")
    facts = known(session, municipality, web.clock())
    found = due_list(published, municipality, packs, facts)
    kept = narrowed(found, why=asked["why"], section=asked["section"])
    return view(
        request,
        "worklists/due.html",
        staff,
        status=status,
        city=web.library.city(session, municipality),
        asked=asked,
        shared=shared,
        fault=fault,
        done=request.query_params.get("done", ""),
        labels=LABELS,
        counts={why: sum(why in due.reasons for due in found) for why in Why},
        sections=sections(found),
        total=len(kept),
        rows=kept[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=(len(kept) + PAGE - 1) // PAGE,
        watched=facts.watched,
        next_review=next_review(in_japan(web.clock()).date()),
        may={pack: staff.may(Capability.EDIT, pack) for pack in packs},
    )
