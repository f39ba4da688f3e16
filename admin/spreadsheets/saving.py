"""The confirmed rows of an Excel file become drafts, some at a time so that nobody waits for the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from admin.audit import write_audit
from admin.jobs.queue import find_job
from admin.jobs.runner import Job, JobFault
from admin.spreadsheets.comparing import Kind
from admin.spreadsheets.importing import KIND
from admin.tables import StaffRow
from knowledge.drafting import begin_entry, find_draft, head_revision, save_draft
from knowledge.editing import EditConflict, EntryExists, EntryNotFound, find_entry
from knowledge.schema import Entry
from knowledge.tables import RevisionRow

SAVE = "excel-save"
MINE, THEIRS = "mine", "theirs"
_AT_ONCE = 25
_NOTE = "Excel の取り込み"


def chosen_rows(verdicts: Sequence[Mapping[str, Any]], choices: Mapping[str, str]) -> dict[str, str]:
    """Of the choices (row → `mine` or `theirs`) those that a preview offers; theirs only where rows conflict."""
    offered = {str(v["row"]): v for v in verdicts if v["content"] is not None}
    return {
        row: choice
        for row, choice in choices.items()
        if row in offered and (choice == MINE or (choice == THEIRS and offered[row]["theirs"] is not None))
    }


def save_rows(job: Job) -> dict[str, Any]:
    """The task: drafts from the chosen rows of the comparison `source`. What changed meanwhile is left and named."""
    with job.database.reading() as session:
        source = find_job(session, job.municipality, KIND, int(job.wanted["source"]))
        if source is None or source.result is None:
            raise JobFault("比べた結果が見つかりません。もう一度ファイルを選んでください。")
        verdicts = {str(v["row"]): v for v in source.result["verdicts"]}
        file = str(source.wanted["file"])
    chosen = [(verdicts[row], choice) for row, choice in job.wanted["chosen"].items()]
    saved: list[str] = []
    moved: list[str] = []
    for start in range(0, len(chosen), _AT_ONCE):
        with job.database.writing() as session:
            for verdict, choice in chosen[start : start + _AT_ONCE]:
                content = verdict["theirs"] if choice == THEIRS else verdict["content"]
                done = _save(session, verdict, Entry.model_validate(content), job.author, job.clock())
                (saved if done else moved).append(verdict["entry"])
        job.tell(start, len(chosen))
    _audit(job, file, saved, moved)
    return {"saved": saved, "moved": moved}


def _save(session: Session, verdict: Mapping[str, Any], content: Entry, author: str, at: datetime) -> bool:
    """Whether the row is a draft now. A row that an interrupted run has saved already counts as saved."""
    entry = str(verdict["entry"])
    try:
        if verdict["kind"] == Kind.NEW:
            begin_entry(session, entry.split("/", 1)[0], content, author=author, note=_NOTE, at=at)
        else:
            save_draft(session, entry, content, started_from=verdict["head"], author=author, note=_NOTE, at=at)
    except (EditConflict, EntryExists, EntryNotFound):
        return _is_there(session, entry, content, author)
    return True


def _is_there(session: Session, entry: str, content: Entry, author: str) -> bool:
    if find_draft(session, entry) is None:
        return False
    head = session.get(RevisionRow, head_revision(session, find_entry(session, entry)))
    return head is not None and head.author == author and head.content == content.model_dump(mode="json")


def _audit(job: Job, file: str, saved: Sequence[str], moved: Sequence[str]) -> None:
    with job.database.writing() as session:
        staff = session.exec(select(StaffRow).where(StaffRow.login == job.author)).one_or_none()
        after = {"saved": list(saved), "left": list(moved)}
        write_audit(session, staff, "import excel", file, at=job.clock(), municipality=job.municipality, after=after)
