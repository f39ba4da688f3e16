"""Releases: who published what, when and why; and taking one back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response

from admin.access import SignedIn
from admin.entries.diffs import field_diffs
from admin.pages.packs import may, packs_of, require
from admin.pages.publishing.parts import UNFINISHED, put_back
from admin.pages.visit import ApproverReads, ApproverWrites, EditorWrites, ViewerReads, Visit
from admin.publishing.drafts import people
from admin.staff import Role
from knowledge.editing import EditConflict, EditingError, EntryNotFound, Overtaken
from knowledge.releases import ReleaseSummary, changes_of, find_release, list_releases, undo_release

router = APIRouter(prefix="/admin/{municipality}/releases")


@router.get("")
def overview(visit: ViewerReads) -> Response:
    """The newest releases that concern this municipality."""
    found = list_releases(visit.session, packs_of(visit.municipality))
    return visit.show(
        "publishing/releases.html",
        releases=[(summary.release, _own(summary, visit.municipality)) for summary in found],
        people=people(visit.session),
    )


@router.get("/{number}")
def shown(visit: ViewerReads, number: int, undone: int = 0) -> Response:
    """What a release changed, entry by entry."""
    return _page(visit, number, undone=undone)


@router.get("/{number}/undo")
def ask_undo(visit: ApproverReads, number: int) -> Response:
    """Asks once, with the reason to be kept."""
    _allowed(visit, number)
    return _page(visit, number, template="undo.html")


@router.post("/{number}/undo")
def undo(visit: ApproverWrites, number: int, reason: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Puts everything back, as a new release. Where something was published since, says so and changes nothing."""
    found, why = _allowed(visit, number), reason.strip()
    if not why:
        fault = "取り消すわけを書いてください。あとで見る人の手がかりになります。"
        return _page(visit, number, template="undo.html", fault=fault, status=422)
    try:
        with visit.session.begin_nested():
            release = undo_release(visit.session, number, author=visit.login, reason=why, at=visit.at)
    except Overtaken as error:
        return _page(visit, number, late=error.entries, status=409)
    except EntryNotFound:
        raise HTTPException(404) from None
    after = {"release": release.number, "entries": list(found.entries), "reason": why}
    visit.audit("undo release", f"公開 {number}", after=after)
    return visit.go(f"releases/{release.number}?undone={number}")


@router.post("/{number}/restore")
def restore_entry(visit: EditorWrites, number: int, entry: Annotated[str, Form()] = "") -> Response:
    """One entry's text from before the release, as a draft."""
    if entry not in _own(_found(visit, number), visit.municipality):
        raise HTTPException(404)
    require(visit.staff, entry, Role.EDITOR)
    change = next(change for change in changes_of(visit.session, number) if change.entry == entry)
    try:
        return put_back(visit, entry, change.before, f"公開 {number} の前の文に戻す")
    except EditConflict:
        fault = UNFINISHED
    except EditingError:
        fault = "この項目は、すでに公開から外れています。"
    return _page(visit, number, fault=fault, status=409)


def _own(found: ReleaseSummary, municipality: str) -> list[str]:
    return [entry for entry in found.entries if entry.split("/", 1)[0] in packs_of(municipality)]


def _found(visit: Visit, number: int) -> ReleaseSummary:
    found = find_release(visit.session, packs_of(visit.municipality), number)
    if found is None:
        raise HTTPException(404)
    return found


def _may_undo(staff: SignedIn, found: ReleaseSummary) -> bool:
    return bool(found.entries) and all(may(staff, entry, Role.APPROVER) for entry in found.entries)


def _allowed(visit: Visit, number: int) -> ReleaseSummary:
    """The release, for those who may take it back: an approver of every pack in it."""
    found = _found(visit, number)
    if not found.entries:
        raise HTTPException(404)
    if not _may_undo(visit.staff, found):
        raise HTTPException(403, "この公開には、あなたの担当でない項目が入っています。")
    return found


def _page(visit: Visit, number: int, status: int = 200, template: str = "release.html", **more: object) -> Response:
    found = _found(visit, number)
    own = _own(found, visit.municipality)
    changes = [
        (c, field_diffs(c.before.content if c.before else None, c.after.content if c.after else None))
        for c in changes_of(visit.session, number)
        if c.entry in own
    ]
    values = {
        "release": found.release,
        "changes": changes,
        "elsewhere": len(found.entries) - len(own),
        "people": people(visit.session),
        "may_undo": _may_undo(visit.staff, found),
        "editor": {entry: may(visit.staff, entry, Role.EDITOR) for entry in own},
        "late": (),
    }
    return visit.show(f"publishing/{template}", status=status, **{**values, **more})
