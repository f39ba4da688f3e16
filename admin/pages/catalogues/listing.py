"""A catalogue as a list, and the forms with which it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Capability, Editor, SignedIn, Viewer
from admin.catalogues import storing
from admin.catalogues.forms import blank, faults_of_references, read_form, typed_of
from admin.catalogues.shelves import PLACE_KINDS, Item, Shelf
from admin.pages.catalogues.finding import is_over, item_of, line_of, listings_of, shelf_of
from admin.pages.view import view
from bot.responses.days import in_japan
from bot.web.state import Reading, Web, Writing
from knowledge.listings import Place, Procedure, SmartphoneClass

router = APIRouter(prefix="/admin/{municipality}/catalogues/{shelf}")
_MOST_FIELDS = 200


async def _typed(request: Request) -> Mapping[str, Any]:
    """What a form sends: a text a field, and lists of the fields with several choices."""
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {name: form.getlist(name) if name == "events" else str(form[name]) for name in form}


Typed = Annotated[Mapping[str, Any], Depends(_typed)]


@router.get("")
def listed(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    shelf: str,
    q: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """The catalogue, what is over below the rest."""
    found = shelf_of(shelf)
    city, now = web.library.city(session, municipality), web.clock()
    own = found.items(listings_of(web.library, session, municipality))
    ids = {item.id for item in own}
    shared: tuple[Item, ...] = tuple(p for p in city.procedures if p.id not in ids) if found.model is Procedure else ()
    lines = [_line(item, item.id not in ids, now) for item in (*own, *shared)]
    wanted = [line for line in lines if q.strip() in f"{line['name']} {line['about']}"]
    return view(
        request,
        "catalogues/listed.html",
        staff,
        city=city,
        shelf=found,
        q=q,
        coming=[line for line in wanted if not line["over"]],
        over=[line for line in wanted if line["over"]],
        may_edit=staff.may(Capability.EDIT, municipality),
        notice=_notice(session, request, municipality, found),
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


def _notice(session: Session, request: Request, municipality: str, shelf: Shelf) -> dict[str, Any]:
    """What was just done: the name of what was removed can be put back."""
    asked = request.query_params
    number = asked.get("removed", "")
    gone = storing.removed_item(session, municipality, shelf, int(number)) if number.isdecimal() else None
    return {
        "removed": number if gone else "",
        "name": storing.name_of(gone) if gone else "",
        "done": asked.get("done", "") if asked.get("done") in ("saved", "restored", "imported", "series") else "",
    }


@router.get("/new")
def new(request: Request, web: Web, session: Reading, staff: Editor, municipality: str, shelf: str) -> Response:
    """An empty form."""
    found = shelf_of(shelf)
    typed = blank(found, in_japan(web.clock()).date())
    return _form(request, web, session, staff, municipality, found, typed)


@router.post("/new")
def add(
    request: Request, web: Web, session: Writing, staff: Editor, municipality: str, shelf: str, typed: Typed
) -> Response:
    """Adds a listing, or shows what is wrong with what was typed."""
    found = shelf_of(shelf)
    item, faults = read_form(found, typed, None)
    own = found.items(listings_of(web.library, session, municipality))
    if item is not None and any(item.id == other.id for other in own):
        faults = {found.fields[0].name: f"同じ{found.noun}が、もう一覧にあります。"}
    return _kept(request, web, session, staff, municipality, found, typed, item, faults, None)


@router.get("/{key}")
def edit(
    request: Request, web: Web, session: Reading, staff: Editor, municipality: str, shelf: str, key: str
) -> Response:
    """The form of a listing."""
    found = shelf_of(shelf)
    item = item_of(web.library, session, municipality, found, key)
    return _form(request, web, session, staff, municipality, found, typed_of(item), item=item)


@router.post("/{key}")
def change(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    shelf: str,
    key: str,
    typed: Typed,
) -> Response:
    """Changes a listing; a common procedure becomes the city's own."""
    found = shelf_of(shelf)
    before = item_of(web.library, session, municipality, found, key)
    item, faults = read_form(found, typed, before)
    return _kept(request, web, session, staff, municipality, found, typed, item, faults, before)


@router.post("/{key}/remove")
def remove(web: Web, session: Writing, staff: Editor, municipality: str, shelf: str, key: str) -> Response:
    """Takes a listing off; the next page offers to put it back."""
    found = shelf_of(shelf)
    own = found.items(listings_of(web.library, session, municipality))
    item = next((item for item in own if item.id == key), None)
    if item is None:
        raise HTTPException(404)
    row = storing.remove(session, municipality, item, staff=staff.staff, at=web.clock())
    return RedirectResponse(f"/admin/{municipality}/catalogues/{shelf}?removed={row.id}", status_code=303)


@router.post("/restore/{number}")
def restore(web: Web, session: Writing, staff: Editor, municipality: str, shelf: str, number: int) -> Response:
    """Puts back what was taken off."""
    found = shelf_of(shelf)
    item = storing.removed_item(session, municipality, found, number)
    if item is None:
        raise HTTPException(404)
    storing.keep(session, municipality, item, None, staff=staff.staff, at=web.clock())
    return RedirectResponse(f"/admin/{municipality}/catalogues/{shelf}?done=restored", status_code=303)


def _kept(
    request: Request,
    web: Web,
    session: Session,
    staff: SignedIn,
    municipality: str,
    shelf: Shelf,
    typed: Mapping[str, Any],
    item: Item | None,
    faults: Mapping[str, str],
    before: Item | None,
) -> Response:
    if item is not None and not faults:
        faults = faults_of_references(item, web.library.published(session), municipality)
    if item is None or faults:
        return _form(request, web, session, staff, municipality, shelf, typed, item=before, faults=faults, status=422)
    storing.keep(session, municipality, item, before, staff=staff.staff, at=web.clock())
    return RedirectResponse(f"/admin/{municipality}/catalogues/{shelf.path}?done=saved", status_code=303)


def _form(
    request: Request,
    web: Web,
    session: Session,
    staff: SignedIn,
    municipality: str,
    shelf: Shelf,
    typed: Mapping[str, Any],
    *,
    item: Item | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    city = web.library.city(session, municipality)
    own = {i.id for i in shelf.items(listings_of(web.library, session, municipality))}
    return view(
        request,
        "catalogues/form.html",
        staff,
        status=status,
        city=city,
        shelf=shelf,
        typed=typed,
        item=item,
        key=quote(item.id) if item else "",
        name=storing.name_of(item) if item else "",
        shared=item is not None and item.id not in own,
        faults=faults or {},
    )
