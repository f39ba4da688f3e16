"""Releases: who published what, when and why; and taking one back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.entries.diffs import field_diffs
from admin.pages.packs import may, packs_of, require
from admin.pages.view import view
from admin.publishing.drafts import people
from admin.publishing.restoring import restore
from admin.staff import Role
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.editing import EditConflict, EditingError, EntryNotFound, Overtaken
from knowledge.releases import ReleaseSummary, changes_of, find_release, list_releases, undo_release

router = APIRouter(prefix="/admin/{municipality}/releases")


@router.get("")
def overview(request: Request, web: Web, session: Reading, staff: Viewer, municipality: str) -> Response:
    """The newest releases that concern this municipality."""
    packs = packs_of(municipality)
    return view(
        request,
        "publishing/releases.html",
        staff,
        city=web.library.city(session, municipality),
        releases=[(found.release, _own(found, municipality)) for found in list_releases(session, packs)],
        people=people(session),
    )


@router.get("/{number}")
def shown(
    request: Request, web: Web, session: Reading, staff: Viewer, municipality: str, number: int, undone: int = 0
) -> Response:
    """What a release changed, entry by entry."""
    return _page(request, web, session, staff, municipality, number, undone=undone)


@router.get("/{number}/undo")
def ask_undo(request: Request, web: Web, session: Reading, staff: Approver, municipality: str, number: int) -> Response:
    """Asks once, with the reason to be kept."""
    _allowed(session, staff, municipality, number)
    return _page(request, web, session, staff, municipality, number, template="undo.html")


@router.post("/{number}/undo")
def undo(
    request: Request,
    web: Web,
    session: Writing,
    staff: Approver,
    municipality: str,
    number: int,
    reason: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Puts everything back, as a new release. Where something was published since, says so and changes nothing."""
    found = _allowed(session, staff, municipality, number)
    if not reason.strip():
        fault = "取り消すわけを書いてください。あとで見る人の手がかりになります。"
        return _page(request, web, session, staff, municipality, number, template="undo.html", fault=fault, status=422)
    login, now = staff.staff.login, web.clock()
    try:
        with session.begin_nested():
            release = undo_release(session, number, author=login, reason=reason.strip(), at=now)
    except Overtaken as error:
        return _page(request, web, session, staff, municipality, number, late=error.entries, status=409)
    except EntryNotFound:
        raise HTTPException(404) from None
    after = {"release": release.number, "entries": list(found.entries), "reason": reason.strip()}
    write_audit(session, staff.staff, "undo release", f"公開 {number}", at=now, municipality=municipality, after=after)
    return RedirectResponse(f"/admin/{municipality}/releases/{release.number}?undone={number}", status_code=303)


@router.post("/{number}/restore")
def restore_entry(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    number: int,
    entry: Annotated[str, Form()] = "",
) -> Response:
    """One entry's text from before the release, as a draft."""
    found = _found(session, municipality, number)
    if entry not in found.entries or entry.split("/", 1)[0] not in packs_of(municipality):
        raise HTTPException(404)
    require(staff, entry, Role.EDITOR)
    change = next(change for change in changes_of(session, number) if change.entry == entry)
    note, now = f"公開 {number} の前の文に戻す", web.clock()
    try:
        with session.begin_nested():
            restore(session, entry, change.before, author=staff.staff.login, note=note, at=now)
    except EditConflict:
        fault = "この項目には書きかけの下書きがあります。先に公開するか、捨ててください。"
        return _page(request, web, session, staff, municipality, number, fault=fault, status=409)
    except EditingError:
        fault = "この項目は、すでに公開から外れています。"
        return _page(request, web, session, staff, municipality, number, fault=fault, status=409)
    write_audit(session, staff.staff, "restore text", entry, at=now, municipality=municipality, after={"note": note})
    return RedirectResponse(f"/admin/{municipality}/drafts/{entry}?done=restored", status_code=303)


def _own(found: ReleaseSummary, municipality: str) -> list[str]:
    return [entry for entry in found.entries if entry.split("/", 1)[0] in packs_of(municipality)]


def _found(session: Session, municipality: str, number: int) -> ReleaseSummary:
    found = find_release(session, packs_of(municipality), number)
    if found is None:
        raise HTTPException(404)
    return found


def _may_undo(staff: SignedIn, found: ReleaseSummary) -> bool:
    return bool(found.entries) and all(may(staff, entry, Role.APPROVER) for entry in found.entries)


def _allowed(session: Session, staff: SignedIn, municipality: str, number: int) -> ReleaseSummary:
    """The release, for those who may take it back: an approver of every pack in it."""
    found = _found(session, municipality, number)
    if not found.entries:
        raise HTTPException(404)
    if not _may_undo(staff, found):
        raise HTTPException(403, "この公開には、あなたの担当でない項目が入っています。")
    return found


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    number: int,
    status: int = 200,
    template: str = "release.html",
    **more: object,
) -> Response:
    found = _found(session, municipality, number)
    own = _own(found, municipality)
    changes = [
        (c, field_diffs(c.before.content if c.before else None, c.after.content if c.after else None))
        for c in changes_of(session, number)
        if c.entry in own
    ]
    values = {
        "city": web.library.city(session, municipality),
        "release": found.release,
        "changes": changes,
        "elsewhere": len(found.entries) - len(own),
        "people": people(session),
        "may_undo": _may_undo(staff, found),
        "editor": {entry: may(staff, entry, Role.EDITOR) for entry in own},
        "late": (),
    }
    return view(request, f"publishing/{template}", staff, status=status, **{**values, **more})
