"""All texts an entry ever had, what differs between any two, and going back to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.entries.diffs import field_diffs
from admin.pages.packs import may, packs_of, require
from admin.pages.view import view
from admin.publishing.drafts import people
from admin.publishing.restoring import restore
from admin.staff import Role
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.drafting import find_draft
from knowledge.editing import EditConflict, EditingError, EntryNotFound, entry_id, find_entry
from knowledge.releases import history, released_in
from knowledge.tables import EntryRow, RevisionRow

router = APIRouter(prefix="/admin/{municipality}/entries/{group}/{name}/history")

Pack = Annotated[str, Query(max_length=31)]


@router.get("")
def shown(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    group: str,
    name: str,
    pack: Pack = "",
    old: int = 0,
    new: int = 0,
) -> Response:
    """The texts, newest first, and the diff between two of them (by number); the newest two unless told."""
    row = _find(session, municipality, f"{group}/{name}", pack)
    return _page(request, web, session, staff, municipality, row, old=old, new=new)


@router.post("/restore")
def go_back(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    group: str,
    name: str,
    revision: Annotated[int, Form()],
    pack: Pack = "",
) -> Response:
    """A draft with the text of this number."""
    row = _find(session, municipality, f"{group}/{name}", pack)
    require(staff, row.id, Role.EDITOR)
    text = next((text for text in history(session, row.id) if text.number == revision), None)
    if text is None:
        raise HTTPException(404)
    note, now = f"{revision} 版に戻す", web.clock()
    try:
        with session.begin_nested():
            restore(session, row.id, text, author=staff.staff.login, note=note, at=now)
    except EditConflict:
        fault = "この項目には書きかけの下書きがあります。先に公開するか、捨ててください。"
        return _page(request, web, session, staff, municipality, row, fault=fault, status=409)
    except EditingError:
        raise HTTPException(404) from None
    write_audit(session, staff.staff, "restore text", row.id, at=now, municipality=municipality, after={"note": note})
    return RedirectResponse(f"/admin/{municipality}/drafts/{row.id}?done=restored", status_code=303)


def _find(session: Session, municipality: str, topic: str, pack: str) -> EntryRow:
    """The entry of the pack that is asked for; else the city's own, else the common one. Raises 404."""
    if pack and pack not in packs_of(municipality):
        raise HTTPException(404)
    for place in [pack] if pack else packs_of(municipality):
        try:
            return find_entry(session, entry_id(place, topic))
        except EntryNotFound:
            continue
    raise HTTPException(404)


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    row: EntryRow,
    old: int = 0,
    new: int = 0,
    fault: str = "",
    status: int = 200,
) -> Response:
    texts = history(session, row.id)
    after = _numbered(texts, new) or (texts[0] if texts else None)
    earlier = [text for text in texts if after is not None and text.number < after.number]
    before = _numbered(texts, old) or (earlier[0] if earlier else None)
    return view(
        request,
        "publishing/history.html",
        staff,
        status=status,
        city=web.library.city(session, municipality),
        row=row,
        title=texts[0].content["question"] if texts else row.topic,
        texts=texts,
        before=before,
        after=after,
        diffs=field_diffs(before.content if before else None, after.content if after else None),
        released=released_in(session, row.id),
        draft=find_draft(session, row.id),
        people=people(session),
        editor=may(staff, row.id, Role.EDITOR),
        fault=fault,
    )


def _numbered(texts: Sequence[RevisionRow], number: int) -> RevisionRow | None:
    return next((text for text in texts if text.number == number), None)
