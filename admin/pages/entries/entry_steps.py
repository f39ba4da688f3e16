"""What else is done with an entry: keeping what is typed, taking it down, or keeping it after all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from starlette.responses import JSONResponse, RedirectResponse

from admin.access import Editor, SignedIn
from admin.entries.saving import Author, keep_entry, propose_removal
from admin.entries.typed import drop_typed, keep_typed
from admin.pages.entries.desk import Desk, may_edit_common, open_desk
from admin.pages.entries.sent import Sent
from admin.pages.view import view
from bot.web.state import Reading, Web, Writing
from bot.web.static import JAPAN
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin")


@router.post("/{municipality}/entries/{group}/{name}/typed")
def keep(web: Web, session: Writing, staff: Editor, municipality: str, group: str, name: str, sent: Sent) -> Response:
    """Keeps what is typed, as it is typed; answers when that was."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", sent.pack, new=True)
    keep_typed(session, desk.opened.id, staff.staff.login, sent.form, started_from=sent.revision, at=desk.now)
    return JSONResponse({"at": f"{desk.now.astimezone(JAPAN):%-H:%M}"})


@router.post("/{municipality}/entries/{group}/{name}/typed/drop")
def drop(
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    group: str,
    name: str,
    pack: Annotated[str, Form(max_length=31)] = "",
) -> Response:
    """Throws away what this person typed and did not save."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", pack, new=True)
    drop_typed(session, desk.opened.id, staff.staff.login)
    return _back(desk)


@router.get("/{municipality}/entries/{group}/{name}/remove")
def ask_removal(
    request: Request,
    web: Web,
    session: Reading,
    staff: Editor,
    municipality: str,
    group: str,
    name: str,
    pack: str = "",
) -> Response:
    """Asks once before an entry is proposed to be taken down."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", pack)
    below = (
        desk.opened.pack != COMMON and bool(desk.city.entries[desk.opened.topic].inherited) if _live(desk) else False
    )
    return view(request, "entries/remove.html", staff, city=desk.city, opened=desk.opened, below=below)


@router.post("/{municipality}/entries/{group}/{name}/remove")
def remove(
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    group: str,
    name: str,
    pack: Annotated[str, Form(max_length=31)] = "",
    note: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Proposes to take the entry down; it goes on being answered until that is published."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", pack)
    _may_change(desk, staff)
    if desk.opened.published is not None:
        propose_removal(session, desk.opened, _author(desk), note=note)
    return _back(desk)


@router.post("/{municipality}/entries/{group}/{name}/keep")
def keep_it(
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    group: str,
    name: str,
    pack: Annotated[str, Form(max_length=31)] = "",
) -> Response:
    """Gives up the proposal to take the entry down."""
    desk = open_desk(web, session, staff, municipality, f"{group}/{name}", pack)
    _may_change(desk, staff)
    if desk.opened.draft is not None and desk.opened.draft.removal:
        keep_entry(session, desk.opened, _author(desk))
    return _back(desk)


def _live(desk: Desk) -> bool:
    return desk.opened.topic in desk.city.entries


def _author(desk: Desk) -> Author:
    return Author(desk.staff.staff, desk.city.municipality, desk.now)


def _may_change(desk: Desk, staff: SignedIn) -> None:
    """A common entry is changed by those of the common pack; for others it is as if there were nothing to change."""
    if desk.opened.pack == COMMON and not may_edit_common(staff):
        raise HTTPException(409, "共通の項目を変えられるのは、共通の担当の人だけです。")


def _back(desk: Desk) -> Response:
    pack = f"?pack={COMMON}" if desk.opened.pack == COMMON else ""
    return RedirectResponse(f"/admin/{desk.city.municipality}/entries/{desk.opened.topic}{pack}", status_code=303)
