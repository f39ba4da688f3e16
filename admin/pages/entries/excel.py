"""Entries out to Excel and back in: export, upload, preview, confirm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query, Response
from sqlmodel import Session, col, select

from admin.access import Capability
from admin.entries.diffs import field_diffs
from admin.entries.labels import field_label
from admin.jobs.queue import JobState, enqueue, find_job, latest_job
from admin.jobs.tables import JobRow
from admin.pages.files import XLSX, Choices, SentFile, attachment
from admin.pages.visit import EditorReads, EditorWrites, ViewerReads, ViewerWrites, Visit
from admin.spreadsheets.comparing import Kind
from admin.spreadsheets.exporting import sheet_entries, zip_packs
from admin.spreadsheets.importing import KIND, kept
from admin.spreadsheets.saving import SAVE, chosen_rows
from knowledge.catalogue import catalogue
from knowledge.schema import COMMON
from knowledge.tables import RevisionRow
from knowledge.workbooks import WorkbookFault, read_rows

router = APIRouter(prefix="/admin")
Scope = Literal["own", "common", "all"]
_TAKEN = (Kind.NEW, Kind.CHANGED, Kind.MERGED)


@router.get("/{municipality}/excel")
def page(visit: ViewerReads) -> Response:
    """What can be exported, and where a file is given back."""
    return _page(visit)


@router.get("/{municipality}/excel/entries.xlsx")
def export_entries(
    visit: ViewerWrites, scope: Scope = "own", group: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """The entries as an Excel file; the export is audited."""
    packs = _packs(visit, scope)
    entries = sheet_entries(visit.session, packs, group)
    name = f"{visit.municipality}-faq-{visit.today:%Y%m%d}.xlsx"
    visit.audit("export", name, after={"packs": packs, "group": group, "entries": len(entries)})
    from admin.spreadsheets.writing import write_entries  # noqa: PLC0415 - openpyxl takes its time to load

    return attachment(write_entries(entries), name, XLSX)


@router.get("/{municipality}/excel/packs.zip")
def export_packs(visit: ViewerWrites, scope: Scope = "own") -> Response:
    """What is published as pack files; the export is audited."""
    packs = _packs(visit, scope)
    name = f"{visit.municipality}-packs-{visit.today:%Y%m%d}.zip"
    visit.audit("export", name, after={"packs": packs})
    return attachment(zip_packs(visit.web.library.published(visit.session), packs), name, "application/zip")


@router.post("/{municipality}/excel/import")
def upload(visit: EditorWrites, sent: SentFile) -> Response:
    """Keeps the file's rows and has them compared."""
    try:
        if sent.fault:
            raise WorkbookFault(sent.fault)
        may_common = visit.staff.may(Capability.EDIT, COMMON)
        wanted = kept(read_rows(sent.content, formulas=False), sent.name, common=may_common)
    except WorkbookFault as fault:
        return _page(visit, str(fault))
    job = enqueue(visit.session, KIND, visit.municipality, wanted, author=visit.login, at=visit.at)
    return visit.go(f"excel/import/{job.id}")


@router.get("/{municipality}/excel/import/{number}")
def preview(visit: EditorReads, number: int) -> Response:
    """What the file would change; nothing is written yet."""
    job = _own_job(visit, KIND, number)
    if job.state != JobState.DONE or job.result is None:
        return visit.show("entries/excel/waiting.html", job=job, title="ファイルを調べています")
    shown = _shown(visit.session, job.result["verdicts"])
    saving = _saving_of(visit, number)
    return visit.show("entries/excel/preview.html", job=job, saving=saving, labels=field_label, **shown)


@router.post("/{municipality}/excel/import/{number}")
def confirm(visit: EditorWrites, number: int, choices: Choices) -> Response:
    """Has the chosen rows saved as drafts."""
    job = _own_job(visit, KIND, number)
    if job.result is None:
        raise HTTPException(404)
    if (earlier := _saving_of(visit, number)) is not None:
        return visit.go(f"excel/saved/{earlier.id}")
    picked = {name.removeprefix("row-"): value for name, value in choices.items() if name.startswith("row-")}
    chosen = chosen_rows(job.result["verdicts"], picked)
    if not chosen:
        return visit.go(f"excel/import/{number}?none=1")
    wanted = {"source": number, "chosen": chosen}
    saving = enqueue(visit.session, SAVE, visit.municipality, wanted, author=visit.login, at=visit.at)
    return visit.go(f"excel/saved/{saving.id}")


@router.get("/{municipality}/excel/saved/{number}")
def saved(visit: EditorReads, number: int) -> Response:
    """What became of the chosen rows."""
    job = _own_job(visit, SAVE, number)
    if job.state != JobState.DONE:
        return visit.show("entries/excel/waiting.html", job=job, title="下書きにしています")
    return visit.show("entries/excel/saved.html", job=job)


def _page(visit: Visit, fault: str = "") -> Response:
    return visit.show(
        "entries/excel/page.html",
        status=422 if fault else 200,
        fault=fault,
        groups=catalogue().groups,
        may_import=visit.may(Capability.EDIT),
        has_common=visit.staff.role_in(COMMON) is not None,
    )


def _packs(visit: Visit, scope: Scope) -> list[str]:
    if scope != "own" and visit.staff.role_in(COMMON) is None:
        raise HTTPException(403)
    own = visit.municipality
    return {"own": [own], "common": [COMMON], "all": [COMMON, own]}[scope]


def _own_job(visit: Visit, kind: str, number: int) -> JobRow:
    """The job, for the person who began it: somebody else's file may hold what only its sender may change."""
    job = find_job(visit.session, visit.municipality, kind, number)
    if job is None or job.author != visit.login:
        raise HTTPException(404)
    return job


def _saving_of(visit: Visit, number: int) -> JobRow | None:
    """The work that saves the rows chosen of this file, if somebody has begun it."""
    saving = latest_job(visit.session, visit.municipality, SAVE)
    return saving if saving is not None and saving.wanted.get("source") == number else None


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
