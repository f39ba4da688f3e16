"""The first page after sign-in: the municipalities one works for."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from admin.access import Staff
from admin.pages.accounts.places import places_of
from admin.pages.view import view
from admin.staff import ALL
from bot.web.state import Reading, Web
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin")


@router.get("")
def home(request: Request, web: Web, session: Reading, staff: Staff) -> Response:
    """Goes straight to the queue where there is only one municipality."""
    published = web.library.published(session)
    mine = [(city, published.packs[city].name) for city in published.municipalities if staff.role_in(city)]
    if len(mine) == 1:
        return RedirectResponse(f"/admin/{mine[0][0]}/unanswered", status_code=303)
    shared = {place: name for place, name in places_of(published, staff.roles).items() if place in (COMMON, ALL)}
    return view(request, "home.html", staff, cities=mine, shared=shared)
