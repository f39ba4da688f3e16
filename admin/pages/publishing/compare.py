"""Common and city side by side: what differs, overriding, dropping an override, taking over a common change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response

from admin.access import Capability
from admin.pages.publishing.joining import MOVED, Choices, Number, show_joining
from admin.pages.publishing.parts import UNFINISHED, TopicOf
from admin.pages.visit import EditorReads, EditorWrites, ViewerReads, Visit
from admin.publishing.comparing import Topic, adopting, topics
from admin.publishing.joining import CannotJoin, Joining
from knowledge.catalogue import catalogue
from knowledge.drafting import begin_entry, draft_removal, save_draft
from knowledge.editing import EditConflict, EntryExists, entry_id

router = APIRouter(prefix="/admin/{municipality}/compare")


@router.get("")
def overview(visit: ViewerReads, every: bool = False) -> Response:
    """Topics that a city answers in its own words; with `every` all topics."""
    cities = _cities(visit)
    return visit.show(
        "publishing/compare.html",
        topics=[topic for topic in _topics(visit) if topic.cities or every],
        cities=cities,
        groups=catalogue().groups,
        every=every,
    )


@router.get("/{group}/{name}")
def topic(visit: ViewerReads, topic: TopicOf) -> Response:
    """One topic: the texts side by side, and what can be done."""
    return _page(visit, topic)


@router.post("/{group}/{name}/override")
def override(visit: EditorWrites, topic: TopicOf) -> Response:
    """The city's own entry, begun as a draft with the common text."""
    found, entry = _topic(visit, topic), entry_id(visit.municipality, topic)
    if found.common is None or visit.municipality in found.cities:
        raise HTTPException(404)
    note = "共通の文をもとに、市の文を作る"
    try:
        content = found.common.entry
        begin_entry(visit.session, visit.municipality, content, author=visit.login, note=note, at=visit.at)
    except EntryExists:
        return visit.go(f"drafts/{entry}")
    visit.audit("override common", entry)
    return visit.go(f"drafts/{entry}")


@router.post("/{group}/{name}/drop")
def drop(visit: EditorWrites, topic: TopicOf) -> Response:
    """A draft that takes the city's entry down: the common one answers again."""
    found, entry = _topic(visit, topic), entry_id(visit.municipality, topic)
    if found.common is None or visit.municipality not in found.cities:
        raise HTTPException(404)
    if visit.municipality in found.drafts:
        return _page(visit, topic, fault=UNFINISHED, status=409)
    draft_removal(visit.session, entry, author=visit.login, note="共通の文に戻す", at=visit.at)
    visit.audit("drop override", entry)
    return visit.go(f"drafts/{entry}")


@router.get("/{group}/{name}/adopt")
def adopt_page(visit: EditorReads, topic: TopicOf) -> Response:
    """What the common pack changed since, to be taken over."""
    return _joining(visit, topic)


@router.post("/{group}/{name}/adopt")
def adopt(
    visit: EditorWrites, topic: TopicOf, choices: Choices, onto: Annotated[int, Form()], head: Number = None
) -> Response:
    """Saves the joined text as the city's draft."""
    joining, entry = _adopting(visit, topic), entry_id(visit.municipality, topic)
    if joining.theirs is None or joining.theirs.id != onto:
        return _joining(visit, topic, [MOVED], 409)
    try:
        content = joining.joined(choices)
        with visit.session.begin_nested():
            author, note = visit.login, "共通の変更を取り入れた"
            save_draft(visit.session, entry, content, started_from=head, author=author, note=note, at=visit.at)
    except CannotJoin as error:
        return _joining(visit, topic, error.faults, 422)
    except EditConflict:
        return _joining(visit, topic, [MOVED], 409)
    visit.audit("adopt common change", entry)
    return visit.go(f"drafts/{entry}?done=merged")


def _cities(visit: Visit) -> dict[str, str]:
    """The cities this person may see, with their names; the one whose pages these are first."""
    return {visit.municipality: visit.city.name, **visit.other_cities}


def _topics(visit: Visit) -> list[Topic]:
    return topics(visit.session, visit.web.library.published(visit.session), list(_cities(visit)))


def _topic(visit: Visit, name: str) -> Topic:
    shown = next((topic for topic in _topics(visit) if topic.topic == name), None)
    if shown is None:
        raise HTTPException(404)
    return shown


def _adopting(visit: Visit, topic: str) -> Joining:
    joining = adopting(visit.session, visit.municipality, topic)
    if joining is None:
        raise HTTPException(404)
    return joining


def _page(visit: Visit, topic: str, fault: str = "", status: int = 200) -> Response:
    return visit.show(
        "publishing/topic.html",
        status=status,
        topic=_topic(visit, topic),
        cities=_cities(visit),
        editor=visit.may(Capability.EDIT),
        fault=fault,
    )


def _joining(visit: Visit, topic: str, faults: list[str] | None = None, status: int = 200) -> Response:
    entry, joining = entry_id(visit.municipality, topic), _adopting(visit, topic)
    return show_joining(visit, entry, "adopt", joining, status=status, faults=faults or [], topic=topic)
