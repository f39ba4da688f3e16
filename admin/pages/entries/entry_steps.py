"""What else is done with an entry: keeping what is typed, taking it down, or keeping it after all."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from starlette.responses import JSONResponse

from admin.entries.saving import keep_entry, propose_removal
from admin.entries.typed import drop_typed, keep_typed
from admin.pages.entries.desk import Desk, open_desk
from admin.pages.entries.sent import Sent
from admin.pages.visit import EditorReads, EditorWrites
from bot.responses.days import in_japan
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin")
Pack = Annotated[str, Form(max_length=31)]


@router.post("/{municipality}/entries/{group}/{name}/typed")
def keep(visit: EditorWrites, group: str, name: str, sent: Sent) -> Response:
    """Keeps what is typed, as it is typed; answers when that was."""
    desk = open_desk(visit, f"{group}/{name}", sent.pack, new=True)
    keep_typed(visit.session, desk.opened.id, visit.login, sent.form, started_from=sent.revision, at=visit.at)
    return JSONResponse({"at": f"{in_japan(visit.at):%-H:%M}"})


@router.post("/{municipality}/entries/{group}/{name}/typed/drop")
def drop(visit: EditorWrites, group: str, name: str, pack: Pack = "") -> Response:
    """Throws away what this person typed and did not save."""
    desk = open_desk(visit, f"{group}/{name}", pack, new=True)
    drop_typed(visit.session, desk.opened.id, visit.login)
    return _back(desk)


@router.get("/{municipality}/entries/{group}/{name}/remove")
def ask_removal(visit: EditorReads, group: str, name: str, pack: str = "") -> Response:
    """Asks once before an entry is proposed to be taken down."""
    desk = open_desk(visit, f"{group}/{name}", pack)
    live = desk.city.entries.get(desk.opened.topic)
    below = live is not None and desk.opened.pack != COMMON and bool(live.inherited)
    return visit.show("entries/remove.html", city=desk.city, opened=desk.opened, below=below)


@router.post("/{municipality}/entries/{group}/{name}/remove")
def remove(
    visit: EditorWrites, group: str, name: str, pack: Pack = "", note: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    """Proposes to take the entry down; it goes on being answered until that is published."""
    desk = open_desk(visit, f"{group}/{name}", pack)
    _may_change(desk)
    if desk.opened.published is not None:
        propose_removal(visit.session, desk.opened, visit.author, note=note)
    return _back(desk)


@router.post("/{municipality}/entries/{group}/{name}/keep")
def keep_it(visit: EditorWrites, group: str, name: str, pack: Pack = "") -> Response:
    """Gives up the proposal to take the entry down."""
    desk = open_desk(visit, f"{group}/{name}", pack)
    _may_change(desk)
    if desk.leaving:
        keep_entry(visit.session, desk.opened, visit.author)
    return _back(desk)


def _may_change(desk: Desk) -> None:
    """A common entry is changed by those of the common pack; for others it is as if there were nothing to change."""
    if desk.opened.pack == COMMON and not desk.may_common:
        raise HTTPException(409, "共通の項目を変えられるのは、共通の担当の人だけです。")


def _back(desk: Desk) -> Response:
    pack = f"?pack={COMMON}" if desk.opened.pack == COMMON else ""
    return desk.visit.go(f"entries/{desk.opened.topic}{pack}")
