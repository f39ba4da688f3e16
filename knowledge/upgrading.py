"""When a pack upgrade meets staff edits: the new pack text waits beside the staff text until a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from knowledge.drafting import save_draft
from knowledge.editing import WrongState, find_entry
from knowledge.schema import Entry
from knowledge.tables import DraftRow, EntryRow, RevisionRow


@dataclass(frozen=True, slots=True)
class WaitingUpgrade:
    """A pack text that waits. `base` is the pack text the staff text was made from; `mine` is what is published (none:
    staff took the entry down)."""

    entry: str
    base: RevisionRow | None
    theirs: RevisionRow
    mine: RevisionRow | None


def waiting_upgrades(session: Session, packs: Sequence[str]) -> list[WaitingUpgrade]:
    """All pack texts of these packs that wait for a decision, by entry."""
    query = select(EntryRow).where(col(EntryRow.pack).in_(packs), col(EntryRow.conflict_revision_id).is_not(None))
    return [found for row in session.exec(query.order_by(col(EntryRow.id))).all() if (found := _waiting(session, row))]


def waiting_upgrade(session: Session, entry: str) -> WaitingUpgrade | None:
    """The pack text that waits beside an entry. Raises EntryNotFound."""
    return _waiting(session, find_entry(session, entry))


def take_upgrade(
    session: Session,
    entry: str,
    content: Entry,
    *,
    upgrade: int,
    started_from: int | None,
    author: str,
    note: str,
    at: datetime,
) -> DraftRow:
    """The joined text as a draft; the pack text stops waiting once it is published.

    `upgrade` is the pack's revision and `started_from` the staff's (the draft's, else the published one) that were
    joined. Raises EntryNotFound, WrongState when another pack text waits by now, EditConflict.
    """
    row = find_entry(session, entry, lock=True)
    if row.conflict_revision_id != upgrade:
        raise WrongState(entry)
    draft = save_draft(session, entry, content, started_from=started_from, author=author, note=note, at=at)
    draft.takes_revision_id = upgrade
    session.flush()
    return draft


def keep_own(session: Session, entry: str, *, upgrade: int) -> None:
    """Decides for the staff text: this pack text no longer waits. Raises EntryNotFound and WrongState."""
    row = find_entry(session, entry, lock=True)
    if row.conflict_revision_id != upgrade:
        raise WrongState(entry)
    row.conflict_revision_id = row.conflict_base_revision_id = None
    session.flush()


def _waiting(session: Session, row: EntryRow) -> WaitingUpgrade | None:
    if row.conflict_revision_id is None:
        return None
    base, theirs, mine = (
        session.get(RevisionRow, number) if number is not None else None
        for number in (row.conflict_base_revision_id, row.conflict_revision_id, row.published_revision_id)
    )
    return WaitingUpgrade(row.id, base, theirs, mine) if theirs is not None else None
