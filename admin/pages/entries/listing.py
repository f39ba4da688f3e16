"""The list of entries, and where a new one begins."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import RedirectResponse

from admin.access import Editor, Viewer
from admin.entries.listing import MARK_LABELS, PAGE, Wanted, list_entries, narrowed, sections
from admin.entries.opened import STATE_LABELS, EntryState, new_topic, open_entry
from admin.pages.view import view
from admin.staff import Role
from bot.conversation.city import CityKnowledge
from bot.web.state import Reading, Web
from knowledge.catalogue import Topic, catalogue
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin")
_LISTED_STATES = {state: label for state, label in STATE_LABELS.items() if state is not EntryState.NEW}


class Asked(BaseModel):
    """The address of the list. `add` is a wording to be added to one of the entries."""

    q: Annotated[str, StringConstraints(max_length=200)] = ""
    group: str = ""
    state: str = ""
    pack: str = ""
    section: str = ""
    marks: list[str] = []
    add: Annotated[str, StringConstraints(max_length=200)] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1

    def wanted(self) -> Wanted:
        """What the list is narrowed to."""
        return Wanted(self.q, self.group, self.state, self.pack, self.section, tuple(self.marks))


@router.get("/{municipality}/entries")
def entries(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    asked: Annotated[Asked, Query()],
) -> Response:
    """All entries, or those that are wanted."""
    wanted, page = asked.wanted(), asked.page
    city = web.library.city(session, municipality)
    rows = list_entries(session, city, web.library.published(session), web.clock())
    found = narrowed(rows, wanted, city)
    shown = found[(page - 1) * PAGE : page * PAGE]
    return view(
        request,
        "entries/listing.html",
        staff,
        city=city,
        rows=shown,
        total=len(found),
        page=page,
        pages=-(-len(found) // PAGE),
        address=_address(wanted, asked.add),
        wanted=wanted,
        add=asked.add,
        groups=catalogue().groups,
        states=_LISTED_STATES,
        marks=MARK_LABELS,
        sections=sections(rows),
        may_edit=_may_edit(staff.role_in(municipality)),
    )


def _may_edit(role: Role | None) -> bool:
    return role is not None and role.allows(Role.EDITOR)


def _address(wanted: Wanted, add: str) -> str:
    """The query of this list without its page, for links to the other pages."""
    names = ("q", "group", "state", "pack", "section")
    fields = [(name, value) for name in names if (value := getattr(wanted, name))]
    return urlencode([*fields, *(("marks", mark) for mark in wanted.marks), *([("add", add)] if add else [])])


@router.get("/{municipality}/entries/new")
def new_entry(
    request: Request,
    web: Web,
    session: Reading,
    staff: Editor,
    municipality: str,
    topic: Annotated[str, Query(max_length=80)] = "",
    group: Annotated[str, Query(max_length=80)] = "",
    name: Annotated[str, Query(max_length=80)] = "",
    pack: Annotated[str, Query(max_length=31)] = "",
    add: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Which question the new entry answers; chosen, it leads to the editor. Nothing is written yet."""
    city = web.library.city(session, municipality)
    missing = _missing(city)
    fault = ""
    try:
        chosen = topic if topic in missing else new_topic(group, name, tuple(catalogue().groups)) if name else ""
        if chosen and open_entry(session, municipality, chosen) is not None:
            raise ValueError("この名前の項目は、もうあります。ほかの名前にするか、一覧から開いてください。")
    except ValueError as error:
        chosen, fault = "", str(error)
    if chosen:
        query = urlencode({"new": 1, **({"pack": pack} if pack == COMMON else {}), **({"add": add} if add else {})})
        return RedirectResponse(f"/admin/{municipality}/entries/{chosen}?{query}", status_code=303)
    return view(
        request,
        "entries/new.html",
        staff,
        status=422 if fault else 200,
        city=city,
        missing=missing,
        groups=catalogue().groups,
        fault=fault,
        typed={"group": group, "name": name, "pack": pack},
        add=add,
        may_common=_may_edit(staff.role_in(COMMON)),
    )


def _missing(city: CityKnowledge) -> dict[str, Topic]:
    """Topics of the catalogue that the city should answer and that nothing answers."""
    packs = {city.municipality, COMMON}
    topics = catalogue().topics.values()
    return {topic.id: topic for topic in topics if packs & set(topic.packs) and topic.id not in city.entries}
