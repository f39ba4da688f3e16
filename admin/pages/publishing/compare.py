"""Common and city side by side: what differs, overriding, dropping an override, taking over a common change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.pages.publishing.joining import Choices, Number, conflicts_shown
from admin.pages.view import view
from admin.publishing.comparing import Topic, adopting, topics
from admin.publishing.drafts import people
from admin.publishing.joining import CannotJoin, Joining
from admin.staff import Role
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.catalogue import catalogue
from knowledge.drafting import begin_entry, draft_removal, save_draft
from knowledge.editing import EditConflict, EntryExists, entry_id

router = APIRouter(prefix="/admin/{municipality}/compare")

_MOVED = "書いている間に、文がまた変わりました。今の文を見て、もう一度選んでください。"


@router.get("")
def overview(
    request: Request, web: Web, session: Reading, staff: Viewer, municipality: str, every: bool = False
) -> Response:
    """Topics that a city answers in its own words; with `every` all topics."""
    cities = _cities(session, web, staff, municipality)
    found = topics(session, web.library.published(session), list(cities))
    return view(
        request,
        "publishing/compare.html",
        staff,
        city=web.library.city(session, municipality),
        topics=[topic for topic in found if topic.cities or every],
        cities=cities,
        groups=catalogue().groups,
        every=every,
    )


@router.get("/{group}/{name}")
def topic(
    request: Request, web: Web, session: Reading, staff: Viewer, municipality: str, group: str, name: str
) -> Response:
    """One topic: the texts side by side, and what can be done."""
    return _page(request, web, session, staff, municipality, f"{group}/{name}")


@router.post("/{group}/{name}/override")
def override(web: Web, session: Writing, staff: Editor, municipality: str, group: str, name: str) -> Response:
    """The city's own entry, begun as a draft with the common text."""
    found = _topic(session, web, staff, municipality, f"{group}/{name}")
    if found.common is None or municipality in found.cities:
        raise HTTPException(404)
    note, now = "共通の文をもとに、市の文を作る", web.clock()
    try:
        content = found.common.entry
        draft = begin_entry(session, municipality, content, author=staff.staff.login, note=note, at=now)
    except EntryExists:
        draft_page = f"/admin/{municipality}/drafts/{entry_id(municipality, found.topic)}"
        return RedirectResponse(draft_page, status_code=303)
    write_audit(session, staff.staff, "override common", draft.entry_id, at=now, municipality=municipality)
    return RedirectResponse(f"/admin/{municipality}/drafts/{draft.entry_id}", status_code=303)


@router.post("/{group}/{name}/drop")
def drop(
    request: Request, web: Web, session: Writing, staff: Editor, municipality: str, group: str, name: str
) -> Response:
    """A draft that takes the city's entry down: the common one answers again."""
    found = _topic(session, web, staff, municipality, f"{group}/{name}")
    if found.common is None or municipality not in found.cities:
        raise HTTPException(404)
    if municipality in found.drafts:
        fault = "この項目には書きかけの下書きがあります。先に公開するか、捨ててください。"
        return _page(request, web, session, staff, municipality, found.topic, fault=fault, status=409)
    entry, now = entry_id(municipality, found.topic), web.clock()
    draft_removal(session, entry, author=staff.staff.login, note="共通の文に戻す", at=now)
    write_audit(session, staff.staff, "drop override", entry, at=now, municipality=municipality)
    return RedirectResponse(f"/admin/{municipality}/drafts/{entry}", status_code=303)


@router.get("/{group}/{name}/adopt")
def adopt_page(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, group: str, name: str
) -> Response:
    """What the common pack changed since, to be taken over."""
    return _joining(request, web, session, staff, municipality, f"{group}/{name}")


@router.post("/{group}/{name}/adopt")
def adopt(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    group: str,
    name: str,
    choices: Choices,
    onto: Annotated[int, Form()],
    head: Number = None,
) -> Response:
    """Saves the joined text as the city's draft."""
    joining = _adopting(session, municipality, f"{group}/{name}")
    entry, now = entry_id(municipality, f"{group}/{name}"), web.clock()
    if joining.theirs is None or joining.theirs.id != onto:
        return _joining(request, web, session, staff, municipality, f"{group}/{name}", [_MOVED], 409)
    try:
        content = joining.joined(choices)
        with session.begin_nested():
            author, note = staff.staff.login, "共通の変更を取り入れた"
            save_draft(session, entry, content, started_from=head, author=author, note=note, at=now)
    except CannotJoin as error:
        return _joining(request, web, session, staff, municipality, f"{group}/{name}", error.faults, 422)
    except EditConflict:
        return _joining(request, web, session, staff, municipality, f"{group}/{name}", [_MOVED], 409)
    write_audit(session, staff.staff, "adopt common change", entry, at=now, municipality=municipality)
    return RedirectResponse(f"/admin/{municipality}/drafts/{entry}?done=merged", status_code=303)


def _cities(session: Session, web: WebParts, staff: SignedIn, municipality: str) -> dict[str, str]:
    """The cities this person may see, with their names; the one whose pages these are first."""
    published = web.library.published(session)
    others = [city for city in published.municipalities if city != municipality and staff.role_in(city)]
    return {city: published.packs[city].name for city in (municipality, *others) if city in published.packs}


def _topic(session: Session, web: WebParts, staff: SignedIn, municipality: str, name: str) -> Topic:
    cities = _cities(session, web, staff, municipality)
    found = topics(session, web.library.published(session), list(cities))
    shown = next((topic for topic in found if topic.topic == name), None)
    if shown is None:
        raise HTTPException(404)
    return shown


def _adopting(session: Session, municipality: str, topic: str) -> Joining:
    joining = adopting(session, municipality, topic)
    if joining is None:
        raise HTTPException(404)
    return joining


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    name: str,
    fault: str = "",
    status: int = 200,
) -> Response:
    held = staff.role_in(municipality)
    return view(
        request,
        "publishing/topic.html",
        staff,
        status=status,
        city=web.library.city(session, municipality),
        topic=_topic(session, web, staff, municipality, name),
        cities=_cities(session, web, staff, municipality),
        editor=bool(held and held.allows(Role.EDITOR)),
        fault=fault,
    )


def _joining(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    topic: str,
    faults: list[str] | None = None,
    status: int = 200,
) -> Response:
    joining = _adopting(session, municipality, topic)
    return view(
        request,
        "publishing/joining.html",
        staff,
        status=status,
        city=web.library.city(session, municipality),
        entry=entry_id(municipality, topic),
        topic=topic,
        kind="adopt",
        joining=joining,
        removal=False,
        conflicts=conflicts_shown(joining),
        choices={},
        faults=faults or [],
        people=people(session),
    )
