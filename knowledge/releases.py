"""Releases as staff see them: what each changed, an entry's history, and taking a release back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from knowledge.editing import EntryNotFound, Overtaken, publish
from knowledge.schema import Entry
from knowledge.tables import EntryRow, ReleaseChangeRow, ReleaseRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Change:
    """What a release did to one entry; none: it was not published before, or is not after."""

    entry: str
    before: RevisionRow | None
    after: RevisionRow | None


@dataclass(frozen=True, slots=True)
class ReleaseSummary:
    """A release and the ids of the entries it changed (none: only listings)."""

    release: ReleaseRow
    entries: tuple[str, ...]


def list_releases(session: Session, packs: Sequence[str], limit: int = 100) -> list[ReleaseSummary]:
    """The newest releases that changed something in these packs, newest first."""
    changed = (
        select(ReleaseChangeRow.release_number)
        .join(EntryRow, col(EntryRow.id) == ReleaseChangeRow.entry_id)
        .where(col(EntryRow.pack).in_(packs))
    )
    query = select(ReleaseRow).where(col(ReleaseRow.number).in_(changed) | _about(packs))
    releases = session.exec(query.order_by(col(ReleaseRow.number).desc()).limit(limit)).all()
    entries = _entries_of(session, [release.number for release in releases])
    return [ReleaseSummary(release, entries.get(release.number, ())) for release in releases]


def _entries_of(session: Session, numbers: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = select(ReleaseChangeRow.release_number, ReleaseChangeRow.entry_id)
    rows = session.exec(
        query.where(col(ReleaseChangeRow.release_number).in_(numbers)).order_by(col(ReleaseChangeRow.entry_id))
    ).all()
    found: dict[int, list[str]] = {}
    for number, entry in rows:
        found.setdefault(number, []).append(entry)
    return {number: tuple(entries) for number, entries in found.items()}


def find_release(session: Session, packs: Sequence[str], number: int) -> ReleaseSummary | None:
    """A release that concerns these packs, with the ids of its entries in all packs."""
    release = session.get(ReleaseRow, number)
    if release is None:
        return None
    entries = _entries_of(session, [number]).get(number, ())
    own = any(entry.split("/", 1)[0] in packs for entry in entries)
    return ReleaseSummary(release, entries) if own or (not entries and release.pack in (None, *packs)) else None


def _about(packs: Sequence[str]) -> ColumnElement[bool]:
    """Releases without entries, of these packs or of nobody in particular."""
    without = ~col(ReleaseRow.number).in_(select(ReleaseChangeRow.release_number))
    return without & (col(ReleaseRow.pack).in_(packs) | col(ReleaseRow.pack).is_(None))


def changes_of(session: Session, number: int) -> list[Change]:
    """What a release changed, by entry."""
    query = select(ReleaseChangeRow).where(ReleaseChangeRow.release_number == number)
    rows = session.exec(query.order_by(col(ReleaseChangeRow.entry_id))).all()
    revisions = _revisions(session, [i for row in rows for i in (row.before_revision_id, row.after_revision_id) if i])
    return [
        Change(row.entry_id, revisions.get(row.before_revision_id), revisions.get(row.after_revision_id))
        for row in rows
    ]


def _revisions(session: Session, ids: Sequence[int]) -> Mapping[int | None, RevisionRow]:
    return {row.id: row for row in session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(ids))).all()}


def undo_release(session: Session, number: int, *, author: str, reason: str, at: datetime) -> ReleaseRow:
    """Puts everything back that a release changed, as a new release.

    Raises EntryNotFound for a release that changed no entry, and Overtaken when one of its entries was published
    again since: taking it back would throw that away too.
    """
    changes = session.exec(select(ReleaseChangeRow).where(ReleaseChangeRow.release_number == number)).all()
    if not changes:
        raise EntryNotFound(f"release {number}")
    ids = [change.entry_id for change in changes]
    query = select(EntryRow).where(col(EntryRow.id).in_(ids)).order_by(col(EntryRow.id)).with_for_update()
    rows = {row.id: row for row in session.exec(query.execution_options(populate_existing=True)).all()}
    if late := [c.entry_id for c in changes if rows[c.entry_id].published_revision_id != c.after_revision_id]:
        raise Overtaken(late)
    back = {change.entry_id: change.before_revision_id for change in changes}
    return publish(session, back, author=author, reason=reason, at=at, undoes=number)


def history(session: Session, entry: str) -> Sequence[RevisionRow]:
    """All texts an entry ever had, newest first."""
    query = select(RevisionRow).where(RevisionRow.entry_id == entry)
    return session.exec(query.order_by(col(RevisionRow.number).desc())).all()


def released_in(session: Session, entry: str) -> dict[int, int]:
    """Which release made which revision of an entry public: revision id -> the newest such release's number."""
    query = select(ReleaseChangeRow).where(ReleaseChangeRow.entry_id == entry)
    rows = session.exec(query.order_by(col(ReleaseChangeRow.release_number))).all()
    return {row.after_revision_id: row.release_number for row in rows if row.after_revision_id is not None}


def text_of(session: Session, revision: int) -> Entry:
    """The text of a revision. Raises EntryNotFound."""
    row = session.get(RevisionRow, revision)
    if row is None:
        raise EntryNotFound(f"revision {revision}")
    return Entry.model_validate(row.content)
