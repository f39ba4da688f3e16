"""Entries: the list, and the page where an answer is mended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from starlette.responses import RedirectResponse

from admin.access import Editor, SignedIn, Viewer
from admin.entries import EntryForm, InvalidEdit, apply_form, publish_edit
from admin.pages.view import view
from bot import records
from bot.conversation.city import CityKnowledge
from bot.intents import recognize
from bot.web.state import Reading, Web, Writing
from knowledge.catalogue import catalogue
from knowledge.editing import EditConflict
from knowledge.published import VisibleEntry
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin")


@router.get("/{municipality}/entries")
def entries(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    q: Annotated[str, Query(max_length=200)] = "",
    add: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """All entries by group, or those that fit a question best. `add` is a wording to be added to one of them."""
    city = web.library.city(session, municipality)
    found = _search(q, city) if q.strip() else sorted(city.entries.values(), key=lambda e: e.entry.topic)
    names = catalogue().groups
    return view(request, "entries.html", staff, city=city, entries=found, q=q, add=add, groups=names)


def _search(question: str, city: CityKnowledge) -> list[VisibleEntry]:
    recognition = recognize(question, city.index)
    return [city.entries[c.topic] for c in recognition.candidates if c.topic in city.entries]


@router.get("/{municipality}/entries/{group}/{name}")
def edit_page(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    group: str,
    name: str,
    add: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The edit page of an entry."""
    city, visible = _find(web, session, municipality, f"{group}/{name}")
    return _edit(request, staff, city, visible, EntryForm.of(visible.entry, add), add=add)


@router.post("/{municipality}/entries/{group}/{name}")
def save(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    group: str,
    name: str,
    revision: Annotated[int, Form()],
    question: Annotated[str, Form()] = "",
    phrasings: Annotated[str, Form()] = "",
    answer: Annotated[str, Form()] = "",
    steps: Annotated[str, Form()] = "",
    add: Annotated[str, Form()] = "",
) -> Response:
    """Publishes an edit; the next LINE answer is the new one."""
    city, visible = _find(web, session, municipality, f"{group}/{name}")
    form = EntryForm(question, phrasings, answer, steps)
    if visible.revision != revision:
        return _edit(request, staff, city, visible, form, add=add, conflict=True, status=409)
    _may_edit(staff, visible)
    try:
        entry = apply_form(visible, form, city)
        number = publish_edit(session, visible, entry, staff=staff.staff, municipality=municipality, at=web.clock())
    except InvalidEdit as error:
        return _edit(request, staff, city, visible, form, add=add, faults=error.faults, status=422)
    except EditConflict:
        return _edit(request, staff, city, visible, form, add=add, conflict=True, status=409)
    if add:
        records.settle_text(session, municipality, add, web.clock())
    return RedirectResponse(f"/admin/{municipality}/entries/{group}/{name}?release={number}", status_code=303)


def _find(web: Web, session: Reading, municipality: str, topic: str) -> tuple[CityKnowledge, VisibleEntry]:
    city = web.library.city(session, municipality)
    visible = city.entries.get(topic)
    if visible is None:
        raise HTTPException(404)
    return city, visible


def _may_edit(staff: SignedIn, visible: VisibleEntry) -> None:
    """The common pack is every city's: only those who work for all of them change it."""
    if visible.pack == COMMON and COMMON not in staff.roles and "*" not in staff.roles:
        raise HTTPException(403)


def _edit(
    request: Request,
    staff: SignedIn,
    city: CityKnowledge,
    visible: VisibleEntry,
    form: EntryForm,
    *,
    add: str = "",
    faults: list[str] | None = None,
    conflict: bool = False,
    status: int = 200,
) -> Response:
    citation = city.register.cite(visible.entry.sources)
    return view(
        request,
        "entry.html",
        staff,
        status=status,
        city=city,
        item=visible,
        form=form,
        add=add,
        faults=faults or [],
        conflict=conflict,
        citation=citation,
        release=request.query_params.get("release", ""),
    )
