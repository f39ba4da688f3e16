"""All texts an entry ever had, what differs between any two, and going back to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.entries.diffs import field_diffs
from admin.pages.packs import may, packs_of, require
from admin.pages.publishing.parts import UNFINISHED, TopicOf, put_back
from admin.pages.visit import EditorWrites, ViewerReads, Visit
from admin.publishing.drafts import people
from admin.staff import Role
from knowledge.drafting import find_draft
from knowledge.editing import EditConflict, EditingError, EntryNotFound, entry_id, find_entry
from knowledge.releases import history, released_in
from knowledge.tables import EntryRow, RevisionRow

router = APIRouter(prefix="/admin/{municipality}/entries/{group}/{name}/history")

Pack = Annotated[str, Query(max_length=31)]


@router.get("")
def shown(visit: ViewerReads, topic: TopicOf, pack: Pack = "", old: int = 0, new: int = 0) -> Response:
    """The texts, newest first, and the diff between two of them (by number); the newest two unless told."""
    return _page(visit, _find(visit, topic, pack), old=old, new=new)


@router.post("/restore")
def go_back(visit: EditorWrites, topic: TopicOf, revision: Annotated[int, Form()], pack: Pack = "") -> Response:
    """A draft with the text of this number."""
    row = _find(visit, topic, pack)
    require(visit.staff, row.id, Role.EDITOR)
    text = _numbered(history(visit.session, row.id), revision)
    if text is None:
        raise HTTPException(404)
    try:
        return put_back(visit, row.id, text, f"{revision} 版に戻す")
    except EditConflict:
        return _page(visit, row, fault=UNFINISHED, status=409)
    except EditingError:
        raise HTTPException(404) from None


def _find(visit: Visit, topic: str, pack: str) -> EntryRow:
    """The entry of the pack that is asked for; else the city's own, else the common one. Raises 404."""
    packs = packs_of(visit.municipality)
    if pack and pack not in packs:
        raise HTTPException(404)
    for place in [pack] if pack else packs:
        try:
            return find_entry(visit.session, entry_id(place, topic))
        except EntryNotFound:
            continue
    raise HTTPException(404)


def _page(visit: Visit, row: EntryRow, old: int = 0, new: int = 0, fault: str = "", status: int = 200) -> Response:
    texts = history(visit.session, row.id)
    after = _numbered(texts, new) or (texts[0] if texts else None)
    earlier = [text for text in texts if after is not None and text.number < after.number]
    before = _numbered(texts, old) or (earlier[0] if earlier else None)
    return visit.show(
        "publishing/history.html",
        status=status,
        row=row,
        title=texts[0].content["question"] if texts else row.topic,
        texts=texts,
        before=before,
        after=after,
        diffs=field_diffs(before.content if before else None, after.content if after else None),
        released=released_in(visit.session, row.id),
        draft=find_draft(visit.session, row.id),
        people=people(visit.session),
        editor=may(visit.staff, row.id, Role.EDITOR),
        fault=fault,
    )


def _numbered(texts: Sequence[RevisionRow], number: int) -> RevisionRow | None:
    return next((text for text in texts if text.number == number), None)
