"""Listings in the database: what packs list, and the classes that staff bring in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.listings import PackListings, Place, PlaceKind, Procedure, SmartphoneClass
from knowledge.tables import ListingRow

_PROCEDURE, _PLACE, _CLASS = "procedure", "place", "class"
_BROUGHT: Mapping[PlaceKind, str] = {"wifi": "wifi-list", "facility": "facility-list"}
"""Places that came in as a list stand apart from the pack's, so that an import of packs leaves them alone."""
Contents = Mapping[str, dict[str, object]]


def store_listings(session: Session, packs: Mapping[str, PackListings]) -> bool:
    """Replaces the procedures and places of these packs. Returns whether anything changed."""
    changed = [
        _replace(session, pack, kind, items)
        for pack, listings in packs.items()
        for kind, items in ((_PROCEDURE, listings.procedures), (_PLACE, listings.places))
    ]
    return any(changed)


def store_classes(session: Session, pack: str, classes: Iterable[SmartphoneClass]) -> bool:
    """Replaces the classes of a municipality. Returns whether anything changed."""
    return _replace(session, pack, _CLASS, classes)


def store_places(session: Session, pack: str, kind: PlaceKind, places: Iterable[Place]) -> bool:
    """Replaces the places of a municipality that came in as a list of this kind (`wifi` or `facility`); what its pack
    lists stays. Returns whether anything changed. Raises KeyError for a kind that has no list."""
    return _replace(session, pack, _BROUGHT[kind], places)


def drop_past_classes(session: Session, before: datetime) -> int:
    """Deletes classes that ended before that time. Returns how many."""
    past = [
        row
        for row in session.exec(select(ListingRow).where(col(ListingRow.kind) == _CLASS)).all()
        if SmartphoneClass.model_validate(row.content).ends < before
    ]
    for row in past:
        session.delete(row)
    return len(past)


def load_listings(session: Session) -> dict[str, PackListings]:
    """All listings by pack."""
    rows = session.exec(select(ListingRow).order_by(col(ListingRow.id))).all()
    packs = sorted({row.pack for row in rows})
    return {pack: _listings([row for row in rows if row.pack == pack]) for pack in packs}


def _listings(rows: Iterable[ListingRow]) -> PackListings:
    procedures, classes = [], []
    places: dict[str, Place] = {}
    for row in sorted(rows, key=lambda row: row.kind in _BROUGHT.values()):
        if row.kind == _PROCEDURE:
            procedures.append(Procedure.model_validate(row.content))
        elif row.kind == _CLASS:
            classes.append(SmartphoneClass.model_validate(row.content))
        else:
            # A list that somebody brought in says more of the same place than the pack does.
            places[row.key] = Place.model_validate(row.content)
    in_order = sorted(classes, key=lambda c: (c.starts, c.id))
    return PackListings(tuple(procedures), tuple(places.values()), tuple(in_order))


def _replace(
    session: Session, pack: str, kind: str, items: Iterable[Procedure] | Iterable[Place] | Iterable[SmartphoneClass]
) -> bool:
    query = select(ListingRow).where(col(ListingRow.pack) == pack, col(ListingRow.kind) == kind)
    known = {row.key: row for row in session.exec(query.order_by(col(ListingRow.id))).all()}
    wanted: Contents = {item.id: item.model_dump(mode="json") for item in items}
    before = {key: row.content for key, row in known.items()}
    for key, row in known.items():
        if key not in wanted:
            session.delete(row)
    for key, content in wanted.items():
        if key not in known:
            session.add(ListingRow(pack=pack, kind=kind, key=key, content=content))
        elif known[key].content != content:
            known[key].content = content
    return wanted != before
