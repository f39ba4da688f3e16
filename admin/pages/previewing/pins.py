"""Pinned questions: what must go on being answered by its entry, and whether it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.pages.view import view
from admin.publishing import wording
from admin.publishing.drafted import drafted
from admin.publishing.pins import LONGEST, PinRefused, pin, tested_pins, unpin
from admin.staff import Role
from bot.conversation.city import CityKnowledge
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.catalogue import catalogue

router = APIRouter(prefix="/admin/{municipality}/pins")


@router.get("")
def overview(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    text: Annotated[str, Query(max_length=LONGEST)] = "",
    topic: Annotated[str, Query(max_length=80)] = "",
    done: str = "",
) -> Response:
    """All of them, each asked now and with all drafts; and the form for another (`text`, `topic`: filled in)."""
    return _page(request, web, session, staff, municipality, text=text, topic=topic, done=done)


@router.post("")
def add(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    text: Annotated[str, Form(max_length=LONGEST)] = "",
    topic: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Pins a question."""
    city = web.library.city(session, municipality)
    try:
        row = pin(session, city, text, topic, author=staff.staff.login, at=web.clock())
    except PinRefused as error:
        return _page(request, web, session, staff, municipality, text=text, topic=topic, fault=str(error))
    after = {"text": row.text, "topic": row.topic}
    at = web.clock()
    write_audit(session, staff.staff, "pin question", row.topic, at=at, municipality=municipality, after=after)
    return RedirectResponse(f"/admin/{municipality}/pins?done=pinned", status_code=303)


@router.post("/{number}/remove")
def remove(web: Web, session: Writing, staff: Approver, municipality: str, number: int) -> Response:
    """Lets go of one. What the gate is made of is for those who may open it."""
    row = unpin(session, municipality, number)
    if row is None:
        raise HTTPException(404)
    before = {"text": row.text, "topic": row.topic}
    at = web.clock()
    write_audit(session, staff.staff, "unpin question", row.topic, at=at, municipality=municipality, before=before)
    return RedirectResponse(f"/admin/{municipality}/pins?done=removed", status_code=303)


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    *,
    text: str,
    topic: str,
    done: str = "",
    fault: str = "",
) -> Response:
    city = web.library.city(session, municipality)
    with_drafts = web.library.drafted_city(session, drafted(web.library.published(session), session), municipality)
    tested = tested_pins(session, city, with_drafts, web.clock())
    held = staff.role_in(municipality)
    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in catalogue().groups.values()}
    for visible in (*city.entries.values(), *city.refusals.values()):
        name = catalogue().groups.get(visible.entry.group, visible.entry.group)
        groups.setdefault(name, []).append((visible.entry.topic, visible.entry.question))
    return view(
        request,
        "previewing/pins.html",
        staff,
        status=422 if fault else 200,
        city=city,
        tested=tested,
        wrong=sum(not t.holds for t in tested),
        would_break=sum(t.holds and not t.would_hold for t in tested),
        questions={**_questions(with_drafts), **_questions(city)},
        groups=groups,
        decisions=wording.DECISIONS,
        text=text,
        topic=topic,
        done=done,
        fault=fault,
        longest=LONGEST,
        editor=held is not None and held.allows(Role.EDITOR),
        approver=held is not None and held.allows(Role.APPROVER),
    )


def _questions(city: CityKnowledge) -> dict[str, str]:
    return {topic: visible.entry.question for topic, visible in (*city.entries.items(), *city.refusals.items())}
