"""The list of entries, and where a new one begins."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, StringConstraints

from admin.access import Capability
from admin.entries.listing import MARK_LABELS, PAGE, Wanted, list_entries, narrowed, sections
from admin.entries.opened import STATE_LABELS, EntryState, new_topic, open_entry
from admin.pages.visit import EditorReads, ViewerReads
from bot.conversation.city import CityKnowledge
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
def entries(visit: ViewerReads, asked: Annotated[Asked, Query()]) -> Response:
    """All entries, or those that are wanted."""
    wanted, page = asked.wanted(), asked.page
    city = visit.city
    rows = list_entries(visit.session, city, visit.web.library.published(visit.session), visit.at)
    found = narrowed(rows, wanted, city)
    return visit.show(
        "entries/listing.html",
        city=city,
        rows=found[(page - 1) * PAGE : page * PAGE],
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
        may_edit=visit.may(Capability.EDIT),
    )


def _address(wanted: Wanted, add: str) -> str:
    """The query of this list without its page, for links to the other pages."""
    names = ("q", "group", "state", "pack", "section")
    fields = [(name, value) for name in names if (value := getattr(wanted, name))]
    return urlencode([*fields, *(("marks", mark) for mark in wanted.marks), *([("add", add)] if add else [])])


@router.get("/{municipality}/entries/new")
def new_entry(
    visit: EditorReads,
    topic: Annotated[str, Query(max_length=80)] = "",
    group: Annotated[str, Query(max_length=80)] = "",
    name: Annotated[str, Query(max_length=80)] = "",
    pack: Annotated[str, Query(max_length=31)] = "",
    add: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Which question the new entry answers; chosen, it leads to the editor. Nothing is written yet."""
    city = visit.city
    missing, fault = _missing(city), ""
    try:
        chosen = topic if topic in missing else new_topic(group, name, tuple(catalogue().groups)) if name else ""
        if chosen and open_entry(visit.session, visit.municipality, chosen) is not None:
            raise ValueError("この名前の項目は、もうあります。ほかの名前にするか、一覧から開いてください。")
    except ValueError as error:
        chosen, fault = "", str(error)
    if chosen:
        query = urlencode({"new": 1, **({"pack": pack} if pack == COMMON else {}), **({"add": add} if add else {})})
        return visit.go(f"entries/{chosen}?{query}")
    return visit.show(
        "entries/new.html",
        status=422 if fault else 200,
        city=city,
        missing=missing,
        groups=catalogue().groups,
        fault=fault,
        typed={"group": group, "name": name, "pack": pack},
        add=add,
        may_common=visit.staff.may(Capability.EDIT, COMMON),
    )


def _missing(city: CityKnowledge) -> dict[str, Topic]:
    """Topics of the catalogue that the city should answer and that nothing answers."""
    packs = {city.municipality, COMMON}
    topics = catalogue().topics.values()
    return {topic.id: topic for topic in topics if packs & set(topic.packs) and topic.id not in city.entries}
