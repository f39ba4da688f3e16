"""Pinned questions: what must go on being answered by its entry, and whether it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.access import Capability
from admin.pages.previewing.cities import questions, with_drafts
from admin.pages.visit import ApproverWrites, EditorWrites, ViewerReads, Visit
from admin.publishing import wording
from admin.publishing.pins import LONGEST, PinRefused, pin, tested_pins, unpin
from knowledge.catalogue import catalogue

router = APIRouter(prefix="/admin/{municipality}/pins")


@router.get("")
def overview(
    visit: ViewerReads,
    text: Annotated[str, Query(max_length=LONGEST)] = "",
    topic: Annotated[str, Query(max_length=80)] = "",
    done: str = "",
) -> Response:
    """All of them, each asked now and with all drafts; and the form for another (`text`, `topic`: filled in)."""
    return _page(visit, text=text, topic=topic, done=done)


@router.post("")
def add(
    visit: EditorWrites,
    text: Annotated[str, Form(max_length=LONGEST)] = "",
    topic: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """Pins a question."""
    try:
        row = pin(visit.session, visit.city, text, topic, author=visit.login, at=visit.at)
    except PinRefused as error:
        return _page(visit, text=text, topic=topic, fault=str(error))
    visit.audit("pin question", row.topic, after={"text": row.text, "topic": row.topic})
    return visit.go("pins?done=pinned")


@router.post("/{number}/remove")
def remove(visit: ApproverWrites, number: int) -> Response:
    """Lets go of one. What the gate is made of is for those who may open it."""
    row = unpin(visit.session, visit.municipality, number)
    if row is None:
        raise HTTPException(404)
    visit.audit("unpin question", row.topic, before={"text": row.text, "topic": row.topic})
    return visit.go("pins?done=removed")


def _page(visit: Visit, *, text: str, topic: str, done: str = "", fault: str = "") -> Response:
    city, drafted = visit.city, with_drafts(visit)
    tested = tested_pins(visit.session, city, drafted, visit.at)
    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in catalogue().groups.values()}
    for visible in (*city.entries.values(), *city.refusals.values()):
        name = catalogue().groups.get(visible.entry.group, visible.entry.group)
        groups.setdefault(name, []).append((visible.entry.topic, visible.entry.question))
    return visit.show(
        "previewing/pins.html",
        status=422 if fault else 200,
        city=city,
        tested=tested,
        wrong=sum(not t.holds for t in tested),
        would_break=sum(t.holds and not t.would_hold for t in tested),
        questions={**questions(drafted), **questions(city)},
        groups=groups,
        decisions=wording.DECISIONS,
        text=text,
        topic=topic,
        done=done,
        fault=fault,
        longest=LONGEST,
        editor=visit.may(Capability.EDIT),
        approver=visit.may(Capability.PUBLISH),
    )
