"""Listings in the database: what packs list, and the classes that staff bring in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.editing import publish
from knowledge.listings import Listing, PackListings, Place, PlaceKind, Procedure, SmartphoneClass
from knowledge.tables import ListingRow, ReleaseRow

_PROCEDURE, _PLACE, _CLASS = "procedure", "place", "class"
_OWN_PROCEDURE, _OWN_PLACE = "own-procedure", "own-place"
"""What staff wrote themselves: it stands before the pack's of the same id and outlives an import of packs."""
_GONE = {"gone": True}
"""The content of something of the pack that staff took off the list."""
_BROUGHT: Mapping[PlaceKind, str] = {"wifi": "wifi-list", "facility": "facility-list"}
"""Places that came in as a list stand apart from the pack's, so that an import of packs leaves them alone."""
Contents = Mapping[str, dict[str, object]]


def publish_listings(session: Session, *, author: str, reason: str, at: datetime) -> ReleaseRow:
    """A release in which no entry changes: it tells every process to read the lists anew."""
    return publish(session, {}, author=author, reason=reason, at=at)


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
    wanted = list(places)
    for row in _rows(session, pack, _OWN_PLACE):
        if row.content == _GONE and row.key in {place.id for place in wanted}:
            session.delete(row)
    return _replace(session, pack, _BROUGHT[kind], wanted)


def brought_places(session: Session, pack: str, kind: PlaceKind) -> tuple[Place, ...]:
    """The places of a municipality that came in as a list of this kind. Raises KeyError for a kind without a list."""
    return tuple(Place.model_validate(row.content) for row in _rows(session, pack, _BROUGHT[kind]))


def save_listing(
    session: Session, pack: str, item: Procedure | Place | SmartphoneClass, *, brought: PlaceKind | None = None
) -> None:
    """Stores one listing of a municipality, new or changed. What came in as a list is changed there; a new place
    goes to the list of the kind `brought`, if that is given."""
    content = item.model_dump(mode="json")
    rows = [row for kind in _written_in(item) for row in _rows(session, pack, kind) if row.key == item.id]
    for gone in (row for row in rows if row.content == _GONE):
        session.delete(gone)
    session.flush()
    found = next((row for row in rows if row.content != _GONE), None)
    if found is None:
        kind = _BROUGHT[brought] if brought else _written_in(item)[-1]
        session.add(ListingRow(pack=pack, kind=kind, key=item.id, content=content))
    else:
        found.content = content
    session.flush()


def drop_listing(session: Session, pack: str, item: Procedure | Place | SmartphoneClass) -> None:
    """Takes a listing of a municipality off; one that its pack lists stays off at the next import of packs."""
    kinds = _written_in(item)
    for kind in kinds:
        for row in _rows(session, pack, kind):
            if row.key == item.id:
                session.delete(row)
    session.flush()
    below = {_OWN_PROCEDURE: _PROCEDURE, _OWN_PLACE: _PLACE}.get(kinds[-1])
    if below and any(row.key == item.id for row in _rows(session, pack, below)):
        session.add(ListingRow(pack=pack, kind=kinds[-1], key=item.id, content=dict(_GONE)))
        session.flush()


def _written_in(item: Procedure | Place | SmartphoneClass) -> tuple[str, ...]:
    """The kinds of rows where staff's text of this listing can stand; a new one goes to the last."""
    if isinstance(item, SmartphoneClass):
        return (_CLASS,)
    return (_OWN_PROCEDURE,) if isinstance(item, Procedure) else (*_BROUGHT.values(), _OWN_PLACE)


def _rows(session: Session, pack: str, kind: str) -> Sequence[ListingRow]:
    query = select(ListingRow).where(col(ListingRow.pack) == pack, col(ListingRow.kind) == kind)
    return session.exec(query.order_by(col(ListingRow.id))).all()


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


def load_listings(session: Session, packs: Collection[str] | None = None) -> dict[str, PackListings]:
    """All listings by pack, or those of some packs."""
    query = select(ListingRow).order_by(col(ListingRow.id))
    found: dict[str, list[ListingRow]] = {}
    for row in session.exec(query if packs is None else query.where(col(ListingRow.pack).in_(packs))).all():
        found.setdefault(row.pack, []).append(row)
    return {pack: _listings(found[pack]) for pack in sorted(found)}


def _listings(rows: Iterable[ListingRow]) -> PackListings:
    # What somebody brought in says more of the same thing than the pack does, and what staff wrote most of all.
    layers = {**dict.fromkeys(_BROUGHT.values(), 1), _OWN_PROCEDURE: 2, _OWN_PLACE: 2}
    procedures: dict[str, Procedure] = {}
    places: dict[str, Place] = {}
    classes: list[SmartphoneClass] = []
    for row in sorted(rows, key=lambda row: layers.get(row.kind, 0)):
        if row.kind == _CLASS:
            classes.append(SmartphoneClass.model_validate(row.content))
        elif row.kind in (_PROCEDURE, _OWN_PROCEDURE):
            _lay(procedures, row, Procedure)
        else:
            _lay(places, row, Place)
    in_order = sorted(classes, key=lambda c: (c.starts, c.id))
    return PackListings(tuple(procedures.values()), tuple(places.values()), tuple(in_order))


def _lay(found: dict[str, Listing], row: ListingRow, model: type[Listing]) -> None:
    if row.content == _GONE:
        found.pop(row.key, None)
    else:
        found[row.key] = model.model_validate(row.content)


def _replace(
    session: Session, pack: str, kind: str, items: Iterable[Procedure] | Iterable[Place] | Iterable[SmartphoneClass]
) -> bool:
    known = {row.key: row for row in _rows(session, pack, kind)}
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
