"""Two texts of one entry become one draft: a release overtook a draft, or a pack upgrade meets staff edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from sqlmodel import Session

from admin.entries.diffs import shown_value
from admin.entries.labels import field_label
from admin.pages.packs import EntryOf, require
from admin.pages.visit import EditorReads, EditorWrites, Visit
from admin.publishing.joining import CannotJoin, Joining, overtaken, upgraded
from admin.staff import Role
from knowledge.drafting import find_draft, rebase
from knowledge.editing import EditConflict, EditingError, EntryNotFound, Overtaken, WrongState
from knowledge.upgrading import keep_own, take_upgrade

router = APIRouter(prefix="/admin/{municipality}/drafts/{pack}/{group}/{name}")

Number = Annotated[int | None, Form()]
MOVED = "書いている間に、文がまた変わりました。今の文を見て、もう一度選んでください。"


async def _choices(request: Request) -> dict[str, str]:
    """The choices of the form: `choice:<field>` -> mine or theirs."""
    form = await request.form()
    return {name.removeprefix("choice:"): str(side) for name, side in form.items() if name.startswith("choice:")}


Choices = Annotated[Mapping[str, str], Depends(_choices)]


@router.get("/merge")
def overtaken_page(visit: EditorReads, entry: EntryOf) -> Response:
    """A draft that something else overtook."""
    return _page(visit, entry, "merge", _found(overtaken(visit.session, entry)))


@router.post("/merge")
def join_overtaken(
    visit: EditorWrites, entry: EntryOf, choices: Choices, head: Number = None, onto: Number = None
) -> Response:
    """Saves the joined text as the draft, on top of what is published now."""
    require(visit.staff, entry, Role.EDITOR)
    session, author, at = visit.session, visit.login, visit.at
    joining = _found(overtaken(session, entry))
    try:
        content = joining.joined(choices)
        with session.begin_nested():
            note = "公開された文と合わせた"
            rebase(session, entry, content, started_from=head, onto=onto, author=author, note=note, at=at)
    except (CannotJoin, EditConflict, Overtaken) as error:
        return _refused(visit, entry, "merge", error, choices)
    return _saved(visit, entry, "merge draft", joining)


@router.get("/upgrade")
def upgrade_page(visit: EditorReads, entry: EntryOf) -> Response:
    """A pack text that waits beside the staff's."""
    return _page(visit, entry, "upgrade", _upgraded(visit.session, entry))


@router.post("/upgrade")
def join_upgrade(
    visit: EditorWrites, entry: EntryOf, choices: Choices, onto: Annotated[int, Form()], head: Number = None
) -> Response:
    """Saves the joined text as a draft; the pack text waits until that is published."""
    require(visit.staff, entry, Role.EDITOR)
    session, author, at = visit.session, visit.login, visit.at
    joining = _upgraded(session, entry)
    try:
        content = joining.joined(choices)
        with session.begin_nested():
            note = "新しいパックの文と合わせた"
            take_upgrade(session, entry, content, upgrade=onto, started_from=head, author=author, note=note, at=at)
    except (CannotJoin, EditConflict, WrongState) as error:
        return _refused(visit, entry, "upgrade", error, choices)
    return _saved(visit, entry, "merge pack text", joining)


@router.post("/upgrade/keep")
def keep(visit: EditorWrites, entry: EntryOf, onto: Annotated[int, Form()]) -> Response:
    """The staff's text stays; this pack text no longer waits."""
    require(visit.staff, entry, Role.EDITOR)
    try:
        keep_own(visit.session, entry, upgrade=onto)
    except EntryNotFound:
        raise HTTPException(404) from None
    except WrongState as error:
        return _refused(visit, entry, "upgrade", error, {})
    visit.audit("keep own text", entry)
    return visit.go("drafts?done=kept")


def show_joining(visit: Visit, entry: str, kind: str, joining: Joining, status: int = 200, **more: object) -> Response:
    """The page on which two texts become one; `more` has what was chosen so far, and the faults."""
    conflicts = [
        (c.field, field_label(c.field), *(shown_value(c.field, v) for v in (c.base, c.theirs, c.mine)))
        for c in joining.merged.conflicts
    ]
    values = {"entry": entry, "kind": kind, "joining": joining, "conflicts": conflicts}
    unless_told = {"removal": False, "choices": {}, "faults": []}
    return visit.show("publishing/joining.html", status=status, **{**unless_told, **values, **more})


def _found(joining: Joining | None) -> Joining:
    if joining is None:
        raise HTTPException(404)
    return joining


def _upgraded(session: Session, entry: str) -> Joining:
    try:
        return _found(upgraded(session, entry))
    except EntryNotFound:
        raise HTTPException(404) from None


def _page(visit: Visit, entry: str, kind: str, joining: Joining, status: int = 200, **more: object) -> Response:
    require(visit.staff, entry, Role.EDITOR)
    draft = find_draft(visit.session, entry)
    removal = draft is not None and draft.removal
    return show_joining(visit, entry, kind, joining, status=status, removal=removal, **more)


def _refused(
    visit: Visit, entry: str, kind: str, error: CannotJoin | EditingError, choices: Mapping[str, str]
) -> Response:
    """The page with the texts as they are now, and what was chosen so far."""
    joining = overtaken(visit.session, entry) if kind == "merge" else upgraded(visit.session, entry)
    if joining is None:
        return visit.go(f"drafts/{entry}")
    faults, status = (error.faults, 422) if isinstance(error, CannotJoin) else ([MOVED], 409)
    return _page(visit, entry, kind, joining, faults=faults, choices=choices, status=status)


def _saved(visit: Visit, entry: str, action: str, joining: Joining) -> Response:
    draft = find_draft(visit.session, entry)
    before = joining.mine.content if joining.mine else None
    visit.audit(action, entry, before=before, after={"revision": draft.revision_id if draft else None})
    return visit.go(f"drafts/{entry}?done=merged")
