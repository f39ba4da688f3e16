"""Lists in and out as files: choose a file, say which column is what, look at what would change, confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Capability, Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.catalogues import lists, storing
from admin.catalogues.exporting import CodeNeeded, write_list
from admin.catalogues.lists import KINDS
from admin.catalogues.shelves import Shelf
from admin.jobs.queue import find_job
from admin.jobs.tables import JobRow
from admin.pages.catalogues.finding import line_of, listings_of, shelf_of
from admin.pages.files import Choices, SentFile, attachment
from admin.pages.view import view
from bot.responses.days import in_japan
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.listings import Place
from knowledge.municipalities import FOUNDING
from knowledge.open_data.grid import GridFault, read_grid

router = APIRouter(prefix="/admin/{municipality}/catalogues/{shelf}")
_YEARS = range(2000, 2100)


@router.get("/files")
def files(request: Request, web: Web, session: Reading, staff: Viewer, municipality: str, shelf: str) -> Response:
    """What can be brought in and taken out."""
    return _files(request, web, session, staff, municipality, shelf_of(shelf))


@router.get("/export.csv")
def export(
    request: Request,
    web: Web,
    session: Writing,
    staff: Viewer,
    municipality: str,
    shelf: str,
    kind: Annotated[str, Query(max_length=20)] = "",
    code: Annotated[str, Query(max_length=6)] = "",
    prefecture: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A list as CSV; the export is audited."""
    found = shelf_of(shelf)
    kind = kind if kind in found.lists else next(iter(found.lists))
    city, own = web.library.city(session, municipality), listings_of(web.library, session, municipality)
    try:
        content = write_list(kind, own, municipality, city.name, code, prefecture)
    except CodeNeeded as fault:
        return _files(request, web, session, staff, municipality, found, status=422, fault=str(fault))
    name = f"{municipality}-{kind}-{in_japan(web.clock()):%Y%m%d}.csv"
    write_audit(session, staff.staff, "export", name, at=web.clock(), municipality=municipality, after={"list": kind})
    return attachment(content, name, "text/csv; charset=utf-8")


@router.post("/files")
def upload(
    request: Request, web: Web, session: Writing, staff: Editor, municipality: str, shelf: str, sent: SentFile
) -> Response:
    """Keeps the file and asks which column is what; a file with the standard's own columns needs no asking."""
    found = shelf_of(shelf)
    kind = sent.fields.get("kind", "")
    kind = kind if kind in found.lists else next(iter(found.lists))
    try:
        if sent.fault:
            raise GridFault(sent.fault)
        grid = read_grid(sent.content, sent.name, KINDS[kind].names)
    except GridFault as fault:
        return _files(request, web, session, staff, municipality, found, status=422, fault=str(fault))
    at = web.clock()
    job = lists.kept(session, municipality, grid, kind, year=in_japan(at).year, author=staff.staff.login, at=at)
    step = "preview" if lists.is_clear(job.wanted) else "columns"
    return RedirectResponse(f"/admin/{municipality}/catalogues/{shelf}/files/{job.id}/{step}", status_code=303)


@router.get("/files/{number}/columns")
def columns(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, shelf: str, number: int
) -> Response:
    """Which column is what, with samples."""
    found, job = shelf_of(shelf), _kept_file(session, staff, municipality, number)
    return _columns(request, web, session, staff, municipality, found, job)


@router.post("/files/{number}/columns")
def map_columns(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    shelf: str,
    number: int,
    choices: Choices,
) -> Response:
    """Keeps the mapping and shows what would change."""
    found, job = shelf_of(shelf), _kept_file(session, staff, municipality, number)
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
        fault = f"「{'」「'.join(missing)}」の列を選んでください。"
        return _columns(request, web, session, staff, municipality, found, job, status=422, fault=fault)
    return RedirectResponse(f"/admin/{municipality}/catalogues/{shelf}/files/{number}/preview", status_code=303)


@router.get("/files/{number}/preview")
def preview(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, shelf: str, number: int
) -> Response:
    """What the file would do; nothing is written yet."""
    found, job = shelf_of(shelf), _kept_file(session, staff, municipality, number)
    compared = _compared(web, session, municipality, job)
    labels = {field.name: field.label for field in found.fields}
    return view(
        request,
        "catalogues/preview.html",
        staff,
        city=web.library.city(session, municipality),
        shelf=found,
        job=job,
        compared=compared,
        labels={**labels, "starts": "始まり", "ends": "終わり"},
        name_of=storing.name_of,
        line_of=lambda item: line_of(item, web.clock()),
    )


@router.post("/files/{number}/preview")
def confirm(
    web: Web, session: Writing, staff: Editor, municipality: str, shelf: str, number: int, choices: Choices
) -> Response:
    """Writes what was chosen, as one release."""
    shelf_of(shelf)
    job = _kept_file(session, staff, municipality, number)
    compared = _compared(web, session, municipality, job)
    chosen = [c.item for c in (*compared.new, *compared.changed) if f"take-{c.item.id}" in choices]
    gone = compared.gone if choices.get("gone") == "drop" else ()
    place = f"/admin/{municipality}/catalogues/{shelf}"
    if not chosen and not gone:
        return RedirectResponse(f"{place}/files/{number}/preview?none=1", status_code=303)
    kind = chosen[0].kind if chosen and isinstance(chosen[0], Place) else None
    subject = str(job.wanted["file"])
    storing.bring_in(
        session, municipality, chosen, gone, brought=kind, subject=subject, staff=staff.staff, at=web.clock()
    )
    return RedirectResponse(f"{place}?done=imported", status_code=303)


def _compared(web: WebParts, session: Session, municipality: str, job: JobRow) -> lists.Comparison:
    own = listings_of(web.library, session, municipality)
    current = lists.current_of(session, municipality, job.wanted["list"], own)
    return lists.compare(job.wanted, current, web.clock())


def _kept_file(session: Session, staff: SignedIn, municipality: str, number: int) -> JobRow:
    job = find_job(session, municipality, lists.KIND, number)
    if job is None or job.author != staff.staff.login:
        raise HTTPException(404)
    return job


def _files(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    shelf: Shelf,
    *,
    status: int = 200,
    fault: str = "",
) -> Response:
    city = web.library.city(session, municipality)
    needs_code = municipality not in FOUNDING and shelf.path != "procedures"
    return view(
        request,
        "catalogues/files.html",
        staff,
        status=status,
        city=city,
        shelf=shelf,
        fault=fault,
        needs_code=needs_code,
        may_edit=staff.may(Capability.EDIT, municipality),
    )


def _columns(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    shelf: Shelf,
    job: JobRow,
    *,
    status: int = 200,
    fault: str = "",
) -> Response:
    grid = lists.grid_of(job.wanted)
    given: Mapping[str, Any] = job.wanted["mapping"]
    kind = KINDS[job.wanted["list"]]
    fields = [(field, names[0], field in kind.required, given.get(field)) for field, names in kind.names.items()]
    return view(
        request,
        "catalogues/columns.html",
        staff,
        status=status,
        city=web.library.city(session, municipality),
        shelf=shelf,
        job=job,
        fields=sorted(fields, key=lambda field: not field[2]),
        columns=[(number, name, grid.samples(number)) for number, name in enumerate(grid.columns)],
        unused=[name for number, name in enumerate(grid.columns) if name and number not in given.values()],
        rows=len(grid.records),
        fault=fault,
    )
