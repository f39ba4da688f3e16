"""Two texts of one entry become one draft: a release overtook a draft, or a pack upgrade meets staff edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Editor, SignedIn
from admin.audit import write_audit
from admin.entries.diffs import shown_value
from admin.entries.labels import field_label
from admin.pages.packs import EntryOf, require
from admin.pages.view import view
from admin.publishing.drafts import people
from admin.publishing.joining import CannotJoin, Joining, overtaken, upgraded
from admin.staff import Role
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.drafting import find_draft, rebase
from knowledge.editing import EditConflict, EditingError, EntryNotFound, Overtaken, WrongState
from knowledge.upgrading import keep_own, take_upgrade

router = APIRouter(prefix="/admin/{municipality}/drafts/{pack}/{group}/{name}")

Number = Annotated[int | None, Form()]
_MOVED = "書いている間に、文がまた変わりました。今の文を見て、もう一度選んでください。"


async def _choices(request: Request) -> dict[str, str]:
    """The choices of the form: `choice:<field>` -> mine or theirs."""
    form = await request.form()
    return {name.removeprefix("choice:"): str(side) for name, side in form.items() if name.startswith("choice:")}


Choices = Annotated[Mapping[str, str], Depends(_choices)]


@router.get("/merge")
def overtaken_page(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, entry: EntryOf
) -> Response:
    """A draft that something else overtook."""
    return _page(request, web, session, staff, municipality, entry, "merge", _found(overtaken(session, entry)))


@router.post("/merge")
def join_overtaken(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    entry: EntryOf,
    choices: Choices,
    head: Number = None,
    onto: Number = None,
) -> Response:
    """Saves the joined text as the draft, on top of what is published now."""
    require(staff, entry, Role.EDITOR)
    joining = _found(overtaken(session, entry))
    login, now = staff.staff.login, web.clock()
    try:
        content = joining.joined(choices)
        with session.begin_nested():
            note = "公開された文と合わせた"
            rebase(session, entry, content, started_from=head, onto=onto, author=login, note=note, at=now)
    except (CannotJoin, EditConflict, Overtaken) as error:
        return _refused(request, web, session, staff, municipality, entry, "merge", error, choices)
    return _saved(session, web, staff, municipality, entry, "merge draft", joining)


@router.get("/upgrade")
def upgrade_page(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, entry: EntryOf
) -> Response:
    """A pack text that waits beside the staff's."""
    return _page(request, web, session, staff, municipality, entry, "upgrade", _upgraded(session, entry))


@router.post("/upgrade")
def join_upgrade(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    entry: EntryOf,
    choices: Choices,
    onto: Annotated[int, Form()],
    head: Number = None,
) -> Response:
    """Saves the joined text as a draft; the pack text waits until that is published."""
    require(staff, entry, Role.EDITOR)
    joining = _upgraded(session, entry)
    login, now = staff.staff.login, web.clock()
    try:
        content = joining.joined(choices)
        with session.begin_nested():
            note = "新しいパックの文と合わせた"
            take_upgrade(session, entry, content, upgrade=onto, started_from=head, author=login, note=note, at=now)
    except (CannotJoin, EditConflict, WrongState) as error:
        return _refused(request, web, session, staff, municipality, entry, "upgrade", error, choices)
    return _saved(session, web, staff, municipality, entry, "merge pack text", joining)


@router.post("/upgrade/keep")
def keep(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    entry: EntryOf,
    onto: Annotated[int, Form()],
) -> Response:
    """The staff's text stays; this pack text no longer waits."""
    require(staff, entry, Role.EDITOR)
    try:
        keep_own(session, entry, upgrade=onto)
    except EntryNotFound:
        raise HTTPException(404) from None
    except WrongState as error:
        return _refused(request, web, session, staff, municipality, entry, "upgrade", error, {})
    write_audit(session, staff.staff, "keep own text", entry, at=web.clock(), municipality=municipality)
    return RedirectResponse(f"/admin/{municipality}/drafts?done=kept", status_code=303)


def conflicts_shown(joining: Joining) -> list[tuple[object, ...]]:
    """The fields to choose in: field, its name, and the three values as people read them."""
    return [
        (c.field, field_label(c.field), *(shown_value(c.field, v) for v in (c.base, c.theirs, c.mine)))
        for c in joining.merged.conflicts
    ]


def _found(joining: Joining | None) -> Joining:
    if joining is None:
        raise HTTPException(404)
    return joining


def _upgraded(session: Session, entry: str) -> Joining:
    try:
        return _found(upgraded(session, entry))
    except EntryNotFound:
        raise HTTPException(404) from None


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    entry: str,
    kind: str,
    joining: Joining,
    faults: list[str] | None = None,
    choices: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    require(staff, entry, Role.EDITOR)
    return view(
        request,
        "publishing/joining.html",
        staff,
        status=status,
        city=web.library.city(session, municipality),
        entry=entry,
        kind=kind,
        joining=joining,
        removal=bool((draft := find_draft(session, entry)) and draft.removal),
        conflicts=conflicts_shown(joining),
        choices=choices or {},
        faults=faults or [],
        people=people(session),
    )


def _refused(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    entry: str,
    kind: str,
    error: CannotJoin | EditingError,
    choices: Mapping[str, str],
) -> Response:
    """The page with the texts as they are now, and what was chosen so far."""
    joining = overtaken(session, entry) if kind == "merge" else upgraded(session, entry)
    if joining is None:
        return RedirectResponse(f"/admin/{municipality}/drafts/{entry}", status_code=303)
    faults, status = (error.faults, 422) if isinstance(error, CannotJoin) else ([_MOVED], 409)
    return _page(
        request, web, session, staff, municipality, entry, kind, joining, faults=faults, choices=choices, status=status
    )


def _saved(
    session: Session, web: WebParts, staff: SignedIn, municipality: str, entry: str, action: str, joining: Joining
) -> Response:
    draft = find_draft(session, entry)
    before = joining.mine.content if joining.mine else None
    after = {"revision": draft.revision_id if draft else None}
    now = web.clock()
    write_audit(session, staff.staff, action, entry, at=now, municipality=municipality, before=before, after=after)
    return RedirectResponse(f"/admin/{municipality}/drafts/{entry}?done=merged", status_code=303)
