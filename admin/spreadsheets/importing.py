"""An Excel file on its way in: kept as a job, compared with what there is, and saved as drafts when confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlmodel import Session, col, select

from admin.jobs.runner import Job, JobFault
from admin.spreadsheets.checking import with_rules
from admin.spreadsheets.columns import ID
from admin.spreadsheets.comparing import Known, Verdict, compare, invalid
from admin.spreadsheets.reading import Layout, ReadRow, read_sheet
from knowledge.catalogue import catalogue
from knowledge.published import load_published
from knowledge.schema import COMMON, EntryId
from knowledge.tables import DraftRow, EntryRow, RevisionRow
from knowledge.workbooks import SheetCell, SheetRow, WorkbookFault

KIND = "excel"
_EXAMPLE = "mynumber-card/lost-card"
_ENTRY_ID = TypeAdapter(EntryId)
_TELL_EVERY = 100


def kept(rows: Sequence[SheetRow], file: str, *, common: bool) -> dict[str, Any]:
    """What a job keeps of an uploaded file. `common`: whether the entries of all cities may be changed by it.

    Raises WorkbookFault for a sheet that is not of entries.
    """
    read_sheet(rows)
    return {"file": file[:120], "common": common, "rows": [_packed(row) for row in rows]}


def _packed(row: SheetRow) -> list[Any]:
    faults = {number: cell.fault for number, cell in enumerate(row.cells) if cell.fault}
    return [row.number, [cell.text for cell in row.cells], faults]


def _rows_of(wanted: Mapping[str, Any]) -> list[SheetRow]:
    return [
        SheetRow(number, tuple(SheetCell(text, faults.get(str(i), "")) for i, text in enumerate(texts)))
        for number, texts, faults in wanted["rows"]
    ]


def compare_file(job: Job) -> dict[str, Any]:
    """The task: the verdict on every row, as JSON. Raises JobFault."""
    try:
        layout, rows = read_sheet(_rows_of(job.wanted))
    except WorkbookFault as fault:
        raise JobFault(str(fault)) from None
    packs = [job.municipality, *([COMMON] if job.wanted["common"] else [])]
    with job.database.reading() as session:
        verdicts = _verdicts(job, session, rows, layout, packs)
        published = load_published(session)
    judged = with_rules(verdicts, published, (job.municipality, COMMON), layout)
    return {"notices": list(layout.notices), "verdicts": [asdict(verdict) for verdict in judged]}


def _verdicts(
    job: Job, session: Session, rows: Sequence[ReadRow], layout: Layout, packs: Sequence[str]
) -> list[Verdict]:
    known = KnownTexts(session, packs, [row.revision for row in rows if row.revision])
    verdicts: list[Verdict] = []
    first: dict[str, str] = {}
    for done, row in enumerate(rows):
        place = layout.cell(ID, row.number)
        entry, fault = _entry_of(row.id, job.municipality, packs)
        if entry in first and not fault:
            fault = f"同じ項目が {first[entry]} にもあります"
        if faults := [*([f"{place}: {fault}"] if fault else []), *row.faults]:
            verdicts.append(invalid(row, entry, *faults))
        else:
            verdicts.append(compare(row, entry, entry.split("/", 1)[1], known.of(entry, row.revision), layout))
        first.setdefault(entry, place)
        if done % _TELL_EVERY == 0:
            job.tell(done, len(rows))
    return verdicts


def _entry_of(text: str, municipality: str, packs: Sequence[str]) -> tuple[str, str]:
    """The entry's id, and what is wrong with it (empty for nothing). The city's own needs no city in front."""
    name = f"{municipality}/{text}" if text.count("/") == 1 else text
    try:
        _ENTRY_ID.validate_python(name)
    except ValidationError:
        return name, f"項目のIDは {municipality}/{_EXAMPLE} のように書いてください"
    pack, group, _ = name.split("/")
    if pack not in packs:
        return name, "共通の項目は、共通の担当の人だけが直せます" if pack == COMMON else "ほかの市の項目です"
    if group not in catalogue().groups:
        return name, f"分野「{group}」はありません（あるのは {'、'.join(catalogue().groups)}）"
    return name, ""


class KnownTexts:
    """The texts that rows are compared with: today's of every entry of these packs, and those exported."""

    def __init__(self, session: Session, packs: Sequence[str], revisions: Iterable[int]) -> None:
        rows = session.exec(select(EntryRow).where(col(EntryRow.pack).in_(packs))).all()
        drafts = {d.entry_id: d for d in session.exec(select(DraftRow)).all()}
        self._heads = {row.id: _head(row, drafts.get(row.id)) for row in rows}
        wanted = {*revisions, *(head for head in self._heads.values() if head)}
        found = session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(wanted))).all()
        self._texts = {(text.entry_id, text.id): text.content for text in found}

    def of(self, entry: str, revision: int | None) -> Known:
        """What there is of an entry; `revision` is the one that a row was exported with."""
        head = self._heads.get(entry)
        if head is None:
            return Known()
        return Known(self._texts.get((entry, revision)), self._texts.get((entry, head)), head)


def _head(row: EntryRow, draft: DraftRow | None) -> int | None:
    return draft.revision_id if draft is not None else row.published_revision_id
