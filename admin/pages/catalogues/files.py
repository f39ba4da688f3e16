"""Lists in and out as files: choose a file, say which column is what, look at what would change, confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Response

from admin.access import Capability
from admin.catalogues import lists, storing
from admin.catalogues.exporting import CodeNeeded, write_list
from admin.catalogues.lists import KINDS
from admin.catalogues.shelves import Shelf
from admin.jobs.queue import find_job
from admin.jobs.tables import JobRow
from admin.pages.catalogues.finding import line_of, listings_of, shelf_of
from admin.pages.files import Choices, SentFile, attachment
from admin.pages.visit import EditorReads, EditorWrites, ViewerReads, ViewerWrites, Visit
from knowledge.listings import Place
from knowledge.municipalities import FOUNDING
from knowledge.open_data.grid import GridFault, read_grid

router = APIRouter(prefix="/admin/{municipality}/catalogues/{shelf}")
_YEARS = range(2000, 2100)


@router.get("/files")
def files(visit: ViewerReads, shelf: str) -> Response:
    """What can be brought in and taken out."""
    return _files(visit, shelf_of(shelf))


@router.get("/export.csv")
def export(
    visit: ViewerWrites,
    shelf: str,
    kind: Annotated[str, Query(max_length=20)] = "",
    code: Annotated[str, Query(max_length=6)] = "",
    prefecture: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A list as CSV; the export is audited."""
    found = shelf_of(shelf)
    kind = _list_of(found, kind)
    try:
        content = write_list(kind, listings_of(visit), visit.municipality, visit.city.name, code, prefecture)
    except CodeNeeded as fault:
        return _files(visit, found, status=422, fault=str(fault))
    name = f"{visit.municipality}-{kind}-{visit.today:%Y%m%d}.csv"
    visit.audit("export", name, after={"list": kind})
    return attachment(content, name, "text/csv; charset=utf-8")


@router.post("/files")
def upload(visit: EditorWrites, shelf: str, sent: SentFile) -> Response:
    """Keeps the file and asks which column is what; a file with the standard's own columns needs no asking."""
    found = shelf_of(shelf)
    kind = _list_of(found, sent.fields.get("kind", ""))
    try:
        if sent.fault:
            raise GridFault(sent.fault)
        grid = read_grid(sent.content, sent.name, KINDS[kind].names)
    except GridFault as fault:
        return _files(visit, found, status=422, fault=str(fault))
    year = visit.today.year
    job = lists.kept(visit.session, visit.municipality, grid, kind, year=year, author=visit.login, at=visit.at)
    step = "preview" if lists.is_clear(job.wanted) else "columns"
    return visit.go(f"catalogues/{shelf}/files/{job.id}/{step}")


def _list_of(shelf: Shelf, kind: str) -> str:
    """The list that was asked for, or the shelf's first."""
    return kind if kind in shelf.lists else next(iter(shelf.lists))


@router.get("/files/{number}/columns")
def columns(visit: EditorReads, shelf: str, number: int) -> Response:
    """Which column is what, with samples."""
    return _columns(visit, shelf_of(shelf), _kept_file(visit, number))


@router.post("/files/{number}/columns")
def map_columns(visit: EditorWrites, shelf: str, number: int, choices: Choices) -> Response:
    """Keeps the mapping and shows what would change."""
    found, job = shelf_of(shelf), _kept_file(visit, number)
    kind, grid = KINDS[job.wanted["list"]], lists.grid_of(job.wanted)
    numbers = {field: choices.get(f"field-{field}", "") for field in kind.names}
    mapping = {f: int(n) for f, n in numbers.items() if n.isdecimal() and int(n) < len(grid.columns)}
    year = choices.get("year", "")
    job.wanted = {
        **job.wanted,
        "mapping": mapping,
        "year": int(year) if year.isdecimal() and int(year) in _YEARS else job.wanted["year"],
    }
    if missing := [kind.names[field][0] for field in kind.names if field in kind.required and field not in mapping]:
        return _columns(visit, found, job, status=422, fault=f"「{'」「'.join(missing)}」の列を選んでください。")
    return visit.go(f"catalogues/{shelf}/files/{number}/preview")


@router.get("/files/{number}/preview")
def preview(visit: EditorReads, shelf: str, number: int) -> Response:
    """What the file would do; nothing is written yet."""
    found, job = shelf_of(shelf), _kept_file(visit, number)
    labels = {field.name: field.label for field in found.fields}
    return visit.show(
        "catalogues/preview.html",
        shelf=found,
        job=job,
        compared=_compared(visit, job),
        labels={**labels, "starts": "始まり", "ends": "終わり"},
        name_of=storing.name_of,
        line_of=lambda item: line_of(item, visit.at),
    )


@router.post("/files/{number}/preview")
def confirm(visit: EditorWrites, shelf: str, number: int, choices: Choices) -> Response:
    """Writes what was chosen, as one release."""
    shelf_of(shelf)
    job = _kept_file(visit, number)
    compared = _compared(visit, job)
    chosen = [c.item for c in (*compared.new, *compared.changed) if f"take-{c.item.id}" in choices]
    gone = compared.gone if choices.get("gone") == "drop" else ()
    if not chosen and not gone:
        return visit.go(f"catalogues/{shelf}/files/{number}/preview?none=1")
    kind = chosen[0].kind if chosen and isinstance(chosen[0], Place) else None
    subject, who = str(job.wanted["file"]), visit.staff.staff
    storing.bring_in(
        visit.session, visit.municipality, chosen, gone, brought=kind, subject=subject, staff=who, at=visit.at
    )
    return visit.go(f"catalogues/{shelf}?done=imported")


def _compared(visit: Visit, job: JobRow) -> lists.Comparison:
    current = lists.current_of(visit.session, visit.municipality, job.wanted["list"], listings_of(visit))
    return lists.compare(job.wanted, current, visit.at)


def _kept_file(visit: Visit, number: int) -> JobRow:
    job = find_job(visit.session, visit.municipality, lists.KIND, number)
    if job is None or job.author != visit.login:
        raise HTTPException(404)
    return job


def _files(visit: Visit, shelf: Shelf, *, status: int = 200, fault: str = "") -> Response:
    return visit.show(
        "catalogues/files.html",
        status=status,
        shelf=shelf,
        fault=fault,
        needs_code=visit.municipality not in FOUNDING and shelf.path != "procedures",
        may_edit=visit.may(Capability.EDIT),
    )


def _columns(visit: Visit, shelf: Shelf, job: JobRow, *, status: int = 200, fault: str = "") -> Response:
    grid = lists.grid_of(job.wanted)
    given: Mapping[str, Any] = job.wanted["mapping"]
    kind = KINDS[job.wanted["list"]]
    fields = [(field, names[0], field in kind.required, given.get(field)) for field, names in kind.names.items()]
    return visit.show(
        "catalogues/columns.html",
        status=status,
        shelf=shelf,
        job=job,
        fields=sorted(fields, key=lambda field: not field[2]),
        columns=[(number, name, grid.samples(number)) for number, name in enumerate(grid.columns)],
        unused=[name for number, name in enumerate(grid.columns) if name and number not in given.values()],
        rows=len(grid.records),
        fault=fault,
    )
