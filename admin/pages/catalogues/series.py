"""A class that is held every week: the days are seen first, then the sessions are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Editor
from admin.catalogues import storing
from admin.catalogues.series import MOST, MOST_WEEKS_APART, Series, weekly
from admin.catalogues.shelves import SHELVES
from admin.pages.catalogues.finding import item_of, listings_of, when_of
from admin.pages.view import view
from bot.responses.days import day_text, in_japan
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.listings import SmartphoneClass

router = APIRouter(prefix="/admin/{municipality}/catalogues/classes")


@dataclass(frozen=True, slots=True)
class Wish:
    """How often, how far apart, with or without days off."""

    count: int = 4
    apart: int = 1
    holidays: str = "skip"

    def made(self, session: SmartphoneClass) -> Series:
        """The series. Raises ValueError with a Japanese sentence."""
        return weekly(session, self.count, apart=self.apart, skip_holidays=self.holidays == "skip")


def _asked(
    count: Annotated[int, Query(ge=1, le=MOST)] = 4,
    apart: Annotated[int, Query(ge=1, le=MOST_WEEKS_APART)] = 1,
    holidays: Annotated[str, Query(max_length=5)] = "",
    shown: Annotated[str, Query(max_length=1)] = "",
) -> Wish:
    return Wish(count, apart, "skip" if holidays == "skip" or not shown else "")


@router.get("/{key}/series")
def preview(
    request: Request,
    web: Web,
    session: Reading,
    staff: Editor,
    municipality: str,
    key: str,
    wish: Annotated[Wish, Depends(_asked)],
) -> Response:
    """The days that a series would have."""
    item = _session(web, session, municipality, key)
    series, today = wish.made(item), in_japan(web.clock()).date()
    known = {other.id for other in listings_of(web.library, session, municipality).classes}
    return view(
        request,
        "catalogues/series.html",
        staff,
        city=web.library.city(session, municipality),
        shelf=SHELVES["classes"],
        item=item,
        key=quote(item.id),
        wish=wish,
        most=MOST,
        when=when_of(item, today),
        days=[(when_of(made, today), made.id in known) for made in series.sessions],
        left_out=[(day_text(on, today), why) for on, why in series.left_out],
    )


@router.post("/{key}/series")
def make(
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    key: str,
    count: Annotated[int, Form(ge=1, le=MOST)],
    apart: Annotated[int, Form(ge=1, le=MOST_WEEKS_APART)],
    holidays: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Makes the sessions; those that are there already stay as they are."""
    item = _session(web, session, municipality, key)
    known = {other.id for other in listings_of(web.library, session, municipality).classes}
    made = [one for one in Wish(count, apart, holidays).made(item).sessions if one.id not in known]
    if made:
        subject = f"{item.title}（毎週 {len(made)} 回）"
        storing.bring_in(
            session, municipality, made, (), brought=None, subject=subject, staff=staff.staff, at=web.clock()
        )
    return RedirectResponse(f"/admin/{municipality}/catalogues/classes?done=series", status_code=303)


def _session(web: WebParts, session: Session, municipality: str, key: str) -> SmartphoneClass:
    item = item_of(web.library, session, municipality, SHELVES["classes"], key)
    if not isinstance(item, SmartphoneClass):
        raise HTTPException(404)
    return item
