"""What the catalogues' pages look up first."""

from __future__ import annotations

from datetime import date, datetime

from fastapi import HTTPException

from admin.catalogues.shelves import SHELVES, Item, Shelf
from admin.pages.visit import Visit
from bot.responses.days import clock_text, day_text, in_japan
from knowledge.listings import PackListings, Place, Procedure, SmartphoneClass
from knowledge.open_data.procedures import ONLINE_LABELS


def shelf_of(path: str) -> Shelf:
    """The catalogue of this address. Raises HTTPException (404)."""
    if path not in SHELVES:
        raise HTTPException(404)
    return SHELVES[path]


def listings_of(visit: Visit) -> PackListings:
    """What a municipality itself lists, made-up sessions included."""
    return visit.web.library.published(visit.session).listings.get(visit.municipality, PackListings())


def item_of(visit: Visit, shelf: Shelf, key: str) -> Item:
    """A listing by its id: the city's own, or a common procedure that it may replace. Raises HTTPException (404)."""
    own = shelf.items(listings_of(visit))
    shared = visit.city.procedures if shelf.model is Procedure else ()
    found = next((item for item in (*own, *shared) if item.id == key), None)
    if found is None or (isinstance(found, SmartphoneClass) and found.sample):
        raise HTTPException(404)
    return found


def when_of(session: SmartphoneClass, today: date) -> str:
    """The day and the times of a session."""
    starts, ends = in_japan(session.starts), in_japan(session.ends)
    end = f"〜{clock_text(ends)}" if ends > starts else ""
    return f"{day_text(starts.date(), today)}{clock_text(starts)}{end}"


def line_of(item: Item, now: datetime) -> str:
    """What is shown of a listing below its name."""
    if isinstance(item, SmartphoneClass):
        seats = f"・定員 {item.capacity} 人" if item.capacity else ""
        return f"{when_of(item, in_japan(now).date())}・{item.place}{seats}"
    if isinstance(item, Place):
        return "・".join(filter(None, (item.address, item.tel, item.hours)))
    return f"オンライン: {ONLINE_LABELS[item.online]}・入口: {item.entrance}"


def is_over(item: Item, now: datetime) -> bool:
    """Whether it is a session that has ended."""
    return isinstance(item, SmartphoneClass) and in_japan(item.ends) < in_japan(now)
