"""A catalogue as a list, and the forms with which it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from admin.access import Capability
from admin.catalogues import storing
from admin.catalogues.forms import blank, faults_of_references, read_form, typed_of
from admin.catalogues.shelves import PLACE_KINDS, Item, Shelf
from admin.pages.catalogues.finding import is_over, item_of, line_of, listings_of, shelf_of
from admin.pages.visit import EditorReads, EditorWrites, ViewerReads, Visit
from knowledge.listings import Place, Procedure, SmartphoneClass

router = APIRouter(prefix="/admin/{municipality}/catalogues/{shelf}")
_MOST_FIELDS = 200


async def _typed(request: Request) -> Mapping[str, Any]:
    """What a form sends: a text a field, and lists of the fields with several choices."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {name: form.getlist(name) if name == "events" else str(form[name]) for name in form}


Typed = Annotated[Mapping[str, Any], Depends(_typed)]


@router.get("")
def listed(visit: ViewerReads, shelf: str, q: Annotated[str, Query(max_length=100)] = "") -> Response:
    """The catalogue, what is over below the rest."""
    found = shelf_of(shelf)
    city, own = visit.city, found.items(listings_of(visit))
    ids = {item.id for item in own}
    shared: tuple[Item, ...] = tuple(p for p in city.procedures if p.id not in ids) if found.model is Procedure else ()
    lines = [_line(item, item.id not in ids, visit.at) for item in (*own, *shared)]
    wanted = [line for line in lines if q.strip() in f"{line['name']} {line['about']}"]
    return visit.show(
        "catalogues/listed.html",
        city=city,
        shelf=found,
        q=q,
        coming=[line for line in wanted if not line["over"]],
        over=[line for line in wanted if line["over"]],
        may_edit=visit.may(Capability.EDIT),
        notice=_notice(visit, found),
    )


def _line(item: Item, shared: bool, now: Any) -> dict[str, Any]:  # noqa: ANN401 - a moment
    kind = PLACE_KINDS[item.kind] if isinstance(item, Place) else ""
    held = item if isinstance(item, SmartphoneClass) else None
    return {
        "id": quote(item.id),
        "name": storing.name_of(item),
        "about": line_of(item, now),
        "over": is_over(item, now),
        "kind": kind,
        "shared": shared,
        "cancelled": held is not None and held.cancelled,
        "sample": held is not None and held.sample,
    }


def _notice(visit: Visit, shelf: Shelf) -> dict[str, Any]:
    """What was just done: the name of what was removed can be put back."""
    asked = visit.request.query_params
    number = asked.get("removed", "")
    gone = _removed(visit, shelf, int(number)) if number.isdecimal() else None
    return {
        "removed": number if gone else "",
        "name": storing.name_of(gone) if gone else "",
        "done": asked.get("done", "") if asked.get("done") in ("saved", "restored", "imported", "series") else "",
    }


def _removed(visit: Visit, shelf: Shelf, number: int) -> Item | None:
    return storing.removed_item(visit.session, visit.municipality, shelf, number)


@router.get("/new")
def new(visit: EditorReads, shelf: str) -> Response:
    """An empty form."""
    found = shelf_of(shelf)
    return _form(visit, found, blank(found, visit.today))


@router.post("/new")
def add(visit: EditorWrites, shelf: str, typed: Typed) -> Response:
    """Adds a listing, or shows what is wrong with what was typed."""
    found = shelf_of(shelf)
    item, faults = read_form(found, typed, None)
    if item is not None and any(item.id == other.id for other in found.items(listings_of(visit))):
        faults = {found.fields[0].name: f"同じ{found.noun}が、もう一覧にあります。"}
    return _kept(visit, found, typed, item, faults, None)


@router.get("/{key}")
def edit(visit: EditorReads, shelf: str, key: str) -> Response:
    """The form of a listing."""
    found = shelf_of(shelf)
    item = item_of(visit, found, key)
    return _form(visit, found, typed_of(item), item=item)


@router.post("/{key}")
def change(visit: EditorWrites, shelf: str, key: str, typed: Typed) -> Response:
    """Changes a listing; a common procedure becomes the city's own."""
    found = shelf_of(shelf)
    before = item_of(visit, found, key)
    item, faults = read_form(found, typed, before)
    return _kept(visit, found, typed, item, faults, before)


@router.post("/{key}/remove")
def remove(visit: EditorWrites, shelf: str, key: str) -> Response:
    """Takes a listing off; the next page offers to put it back."""
    own = shelf_of(shelf).items(listings_of(visit))
    item = next((item for item in own if item.id == key), None)
    if item is None:
        raise HTTPException(404)
    row = storing.remove(visit.session, visit.municipality, item, staff=visit.staff.staff, at=visit.at)
    return visit.go(f"catalogues/{shelf}?removed={row.id}")


@router.post("/restore/{number}")
def restore(visit: EditorWrites, shelf: str, number: int) -> Response:
    """Puts back what was taken off."""
    item = _removed(visit, shelf_of(shelf), number)
    if item is None:
        raise HTTPException(404)
    storing.keep(visit.session, visit.municipality, item, None, staff=visit.staff.staff, at=visit.at)
    return visit.go(f"catalogues/{shelf}?done=restored")


def _kept(
    visit: Visit,
    shelf: Shelf,
    typed: Mapping[str, Any],
    item: Item | None,
    faults: Mapping[str, str],
    before: Item | None,
) -> Response:
    if item is not None and not faults:
        faults = faults_of_references(item, visit.web.library.published(visit.session), visit.municipality)
    if item is None or faults:
        return _form(visit, shelf, typed, item=before, faults=faults, status=422)
    storing.keep(visit.session, visit.municipality, item, before, staff=visit.staff.staff, at=visit.at)
    return visit.go(f"catalogues/{shelf.path}?done=saved")


def _form(
    visit: Visit,
    shelf: Shelf,
    typed: Mapping[str, Any],
    *,
    item: Item | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    own = {i.id for i in shelf.items(listings_of(visit))}
    return visit.show(
        "catalogues/form.html",
        status=status,
        shelf=shelf,
        typed=typed,
        item=item,
        key=quote(item.id) if item else "",
        name=storing.name_of(item) if item else "",
        shared=item is not None and item.id not in own,
        faults=faults or {},
    )
