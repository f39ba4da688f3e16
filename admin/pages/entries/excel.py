"""Entries out to Excel and back in: export, upload, preview, confirm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse

from admin.access import Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.entries.diffs import field_diffs
from admin.entries.labels import field_label
from admin.jobs.queue import JobState, enqueue, find_job, latest_job
from admin.jobs.tables import JobRow
from admin.pages.files import XLSX, Choices, SentFile, attachment
from admin.pages.view import view
from admin.spreadsheets.comparing import Kind
from admin.spreadsheets.exporting import sheet_entries, zip_packs
from admin.spreadsheets.importing import KIND, kept
from admin.spreadsheets.saving import SAVE, chosen_rows
from admin.staff import Role
from bot.responses.days import in_japan
from bot.web.state import Reading, Web, Writing
from knowledge.catalogue import catalogue
from knowledge.schema import COMMON
from knowledge.tables import RevisionRow
from knowledge.workbooks import WorkbookFault, read_rows

router = APIRouter(prefix="/admin")
Scope = Literal["own", "common", "all"]
_TAKEN = (Kind.NEW, Kind.CHANGED, Kind.MERGED)


@router.get("/{municipality}/excel")
def page(request: Request, web: Web, session: Reading, staff: Viewer, municipality: str) -> Response:
    """What can be exported, and where a file is given back."""
    return _page(request, web, session, staff, municipality)


@router.get("/{municipality}/excel/entries.xlsx")
def export_entries(
    web: Web,
    session: Writing,
    staff: Viewer,
    municipality: str,
    scope: Scope = "own",
    group: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """The entries as an Excel file; the export is audited."""
    packs = _packs(staff, municipality, scope)
    entries = sheet_entries(session, packs, group)
    name = f"{municipality}-faq-{in_japan(web.clock()):%Y%m%d}.xlsx"
    _audit_export(session, web, staff, municipality, name, {"packs": packs, "group": group, "entries": len(entries)})
    from admin.spreadsheets.writing import write_entries  # noqa: PLC0415 - openpyxl takes its time to load

    return attachment(write_entries(entries), name, XLSX)


@router.get("/{municipality}/excel/packs.zip")
def export_packs(web: Web, session: Writing, staff: Viewer, municipality: str, scope: Scope = "own") -> Response:
    """What is published as pack files; the export is audited."""
    packs = _packs(staff, municipality, scope)
    name = f"{municipality}-packs-{in_japan(web.clock()):%Y%m%d}.zip"
    _audit_export(session, web, staff, municipality, name, {"packs": packs})
    return attachment(zip_packs(web.library.published(session), packs), name, "application/zip")


@router.post("/{municipality}/excel/import")
def upload(request: Request, web: Web, session: Writing, staff: Editor, municipality: str, sent: SentFile) -> Response:
    """Keeps the file's rows and has them compared."""
    try:
        if sent.fault:
            raise WorkbookFault(sent.fault)
        wanted = kept(read_rows(sent.content, formulas=False), sent.name, common=_may_change_common(staff))
    except WorkbookFault as fault:
        return _page(request, web, session, staff, municipality, status=422, fault=str(fault))
    job = enqueue(session, KIND, municipality, wanted, author=staff.staff.login, at=web.clock())
    return RedirectResponse(f"/admin/{municipality}/excel/import/{job.id}", status_code=303)


@router.get("/{municipality}/excel/import/{number}")
def preview(request: Request, web: Web, session: Reading, staff: Editor, municipality: str, number: int) -> Response:
    """What the file would change; nothing is written yet."""
    job = _own_job(session, staff, municipality, KIND, number)
    city = web.library.city(session, municipality)
    if job.state != JobState.DONE or job.result is None:
        return view(request, "entries/excel/waiting.html", staff, city=city, job=job, title="ファイルを調べています")
    shown = _shown(session, job.result["verdicts"])
    saving = latest_job(session, municipality, SAVE)
    taken = saving if saving is not None and saving.wanted.get("source") == number else None
    return view(
        request, "entries/excel/preview.html", staff, city=city, job=job, saving=taken, labels=field_label, **shown
    )


@router.post("/{municipality}/excel/import/{number}")
def confirm(web: Web, session: Writing, staff: Editor, municipality: str, number: int, choices: Choices) -> Response:
    """Has the chosen rows saved as drafts."""
    job = _own_job(session, staff, municipality, KIND, number)
    if job.result is None:
        raise HTTPException(404)
    earlier = latest_job(session, municipality, SAVE)
    if earlier is not None and earlier.wanted.get("source") == number:
        return RedirectResponse(f"/admin/{municipality}/excel/saved/{earlier.id}", status_code=303)
    picked = {name.removeprefix("row-"): value for name, value in choices.items() if name.startswith("row-")}
    chosen = chosen_rows(job.result["verdicts"], picked)
    if not chosen:
        return RedirectResponse(f"/admin/{municipality}/excel/import/{number}?none=1", status_code=303)
    wanted = {"source": number, "chosen": chosen}
    saving = enqueue(session, SAVE, municipality, wanted, author=staff.staff.login, at=web.clock())
    return RedirectResponse(f"/admin/{municipality}/excel/saved/{saving.id}", status_code=303)


@router.get("/{municipality}/excel/saved/{number}")
def saved(request: Request, web: Web, session: Reading, staff: Editor, municipality: str, number: int) -> Response:
    """What became of the chosen rows."""
    job = _own_job(session, staff, municipality, SAVE, number)
    city = web.library.city(session, municipality)
    if job.state != JobState.DONE:
        return view(request, "entries/excel/waiting.html", staff, city=city, job=job, title="下書きにしています")
    return view(request, "entries/excel/saved.html", staff, city=city, job=job)


def _page(
    request: Request,
    web: Web,
    session: Session,
    staff: SignedIn,
    municipality: str,
    *,
    status: int = 200,
    fault: str = "",
) -> Response:
    city = web.library.city(session, municipality)
    held = staff.role_in(municipality)
    return view(
        request,
        "entries/excel/page.html",
        staff,
        status=status,
        city=city,
        fault=fault,
        groups=catalogue().groups,
        may_import=held is not None and held.allows(Role.EDITOR),
        has_common=staff.role_in(COMMON) is not None,
    )


def _packs(staff: SignedIn, municipality: str, scope: Scope) -> list[str]:
    if scope != "own" and staff.role_in(COMMON) is None:
        raise HTTPException(403)
    return {"own": [municipality], "common": [COMMON], "all": [COMMON, municipality]}[scope]


def _may_change_common(staff: SignedIn) -> bool:
    held = staff.role_in(COMMON)
    return held is not None and held.allows(Role.EDITOR)


def _own_job(session: Session, staff: SignedIn, municipality: str, kind: str, number: int) -> JobRow:
    """The job, for the person who began it: somebody else's file may hold what only its sender may change."""
    job = find_job(session, municipality, kind, number)
    if job is None or job.author != staff.staff.login:
        raise HTTPException(404)
    return job


def _shown(session: Session, verdicts: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The verdicts by kind, with what changes in each."""
    heads = [v["head"] for v in verdicts if v["head"] and v["content"]]
    rows = session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(heads))).all()
    texts = {row.id: row.content for row in rows}
    found = [{**v, "diffs": field_diffs(texts.get(v["head"]), v["content"]) if v["content"] else []} for v in verdicts]
    return {
        "counts": Counter(v["kind"] for v in verdicts),
        "taken": [v for v in found if v["kind"] in _TAKEN],
        "conflicting": [v for v in found if v["kind"] == Kind.CONFLICT],
        "invalid": [v for v in found if v["kind"] == Kind.INVALID],
    }


def _audit_export(
    session: Session, web: Web, staff: SignedIn, municipality: str, name: str, after: dict[str, Any]
) -> None:
    at: datetime = web.clock()
    write_audit(session, staff.staff, "export", name, at=at, municipality=municipality, after=after)
