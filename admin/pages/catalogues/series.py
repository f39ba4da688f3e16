"""A class that is held every week: the days are seen first, then the sessions are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Response

from admin.catalogues import storing
from admin.catalogues.series import MOST, MOST_WEEKS_APART, Series, weekly
from admin.catalogues.shelves import SHELVES
from admin.pages.catalogues.finding import item_of, listings_of, when_of
from admin.pages.visit import EditorReads, EditorWrites, Visit
from bot.responses.days import day_text
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
def preview(visit: EditorReads, key: str, wish: Annotated[Wish, Depends(_asked)]) -> Response:
    """The days that a series would have."""
    item = _session(visit, key)
    series, today = wish.made(item), visit.today
    known = {other.id for other in listings_of(visit).classes}
    return visit.show(
        "catalogues/series.html",
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
    visit: EditorWrites,
    key: str,
    count: Annotated[int, Form(ge=1, le=MOST)],
    apart: Annotated[int, Form(ge=1, le=MOST_WEEKS_APART)],
    holidays: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Makes the sessions; those that are there already stay as they are."""
    item = _session(visit, key)
    known = {other.id for other in listings_of(visit).classes}
    made = [one for one in Wish(count, apart, holidays).made(item).sessions if one.id not in known]
    if made:
        subject, who = f"{item.title}（毎週 {len(made)} 回）", visit.staff.staff
        storing.bring_in(
            visit.session, visit.municipality, made, (), brought=None, subject=subject, staff=who, at=visit.at
        )
    return visit.go("catalogues/classes?done=series")


def _session(visit: Visit, key: str) -> SmartphoneClass:
    item = item_of(visit, SHELVES["classes"], key)
    if not isinstance(item, SmartphoneClass):
        raise HTTPException(404)
    return item
