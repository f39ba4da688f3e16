"""Changes of the catalogues: stored, audited, and told to every process by a release."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from admin.audit import write_audit
from admin.catalogues.shelves import Item, Shelf
from admin.tables import AuditRow, StaffRow
from knowledge.listing_store import drop_listing, publish_listings, save_listing
from knowledge.listings import Place, PlaceKind, Procedure, SmartphoneClass

DELETED = "delete listing"


def keep(
    session: Session, municipality: str, item: Item, before: Item | None, *, staff: StaffRow, at: datetime
) -> None:
    """Stores one listing, new or changed."""
    save_listing(session, municipality, item)
    action = "change listing" if before else "add listing"
    _audit(session, municipality, action, item, before=before, after=item, staff=staff, at=at)
    publish_listings(session, author=staff.login, reason=f"一覧: {name_of(item)}"[:400], at=at)


def remove(session: Session, municipality: str, item: Item, *, staff: StaffRow, at: datetime) -> AuditRow:
    """Takes a listing off. Returns the row of the audit log from which it can be put back."""
    drop_listing(session, municipality, item)
    row = _audit(session, municipality, DELETED, item, before=item, after=None, staff=staff, at=at)
    publish_listings(session, author=staff.login, reason=f"一覧から消した: {name_of(item)}"[:400], at=at)
    return row


def removed_item(session: Session, municipality: str, shelf: Shelf, number: int) -> Item | None:
    """The listing whose removal this row of the audit log tells of."""
    row = session.get(AuditRow, number)
    if row is None or (row.municipality, row.action) != (municipality, DELETED) or row.before is None:
        return None
    if row.before.get("shelf") != shelf.path:
        return None
    return shelf.model.model_validate(row.before["item"])


def bring_in(
    session: Session,
    municipality: str,
    items: Iterable[Item],
    gone: Iterable[Item],
    *,
    brought: PlaceKind | None,
    subject: str,
    staff: StaffRow,
    at: datetime,
) -> tuple[int, int]:
    """Stores what a list brought and drops what it no longer has; `brought` is the kind of a list of places.

    Returns how many of each.
    """
    stored, dropped = list(items), list(gone)
    for item in stored:
        save_listing(session, municipality, item, brought=brought)
    for item in dropped:
        drop_listing(session, municipality, item)
    before = {"gone": [item.model_dump(mode="json") for item in dropped]}
    after = {"stored": [item.id for item in stored], "dropped": [item.id for item in dropped]}
    write_audit(
        session, staff, "import listings", subject, at=at, municipality=municipality, before=before, after=after
    )
    publish_listings(session, author=staff.login, reason=f"一覧の取り込み: {subject}"[:400], at=at)
    return len(stored), len(dropped)


def name_of(item: Item) -> str:
    """What people call it."""
    return item.title if isinstance(item, SmartphoneClass) else item.name


def _shelf_of(item: Item) -> str:
    return {SmartphoneClass: "classes", Place: "places", Procedure: "procedures"}[type(item)]


def _audit(
    session: Session,
    municipality: str,
    action: str,
    item: Item,
    *,
    before: Item | None,
    after: Item | None,
    staff: StaffRow,
    at: datetime,
) -> AuditRow:
    """Writes the row and gives it back with its number."""
    shown = [{"shelf": _shelf_of(item), "item": i.model_dump(mode="json")} if i else None for i in (before, after)]
    write_audit(
        session, staff, action, name_of(item), at=at, municipality=municipality, before=shown[0], after=shown[1]
    )
    row = next(added for added in session.new if isinstance(added, AuditRow))
    session.flush()
    return row
