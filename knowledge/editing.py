"""Changing the knowledge base: write a revision, publish revisions as a release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from knowledge.schema import Entry
from knowledge.tables import CurrentReleaseRow, EntryRow, ReleaseChangeRow, ReleaseRow, RevisionRow
from knowledge.telling import Topic, tell


class EditingError(Exception):
    """Base of what can go wrong when staff change the knowledge base.

    EditingError
    ├── EntryNotFound   there is no such entry
    ├── EntryExists     there is one already
    ├── EditConflict    somebody else changed the entry in between
    ├── DraftNotFound   nobody is changing this entry
    ├── WrongState      a draft can't take this step from where it stands
    ├── OwnWork         the four-eyes rule: who wrote a draft can't approve it
    └── Overtaken       something else was published since
    """


class EntryNotFound(EditingError):
    """There is no entry with this id."""


class EntryExists(EditingError):
    """There is an entry with this id already."""


class DraftNotFound(EditingError):
    """Nobody is changing this entry."""


class WrongState(EditingError):
    """A draft can't take this step from the state it is in."""


class OwnWork(EditingError):
    """Somebody else has to approve what this person wrote."""


class Overtaken(EditingError):
    """These entries were published in another way since; `entries` are their ids."""

    def __init__(self, entries: Sequence[str]) -> None:
        super().__init__(", ".join(entries))
        self.entries = tuple(entries)


class EditConflict(EditingError):
    """The entry is no longer at the revision the editor started from."""

    def __init__(self, current: RevisionRow) -> None:
        super().__init__(f"{current.entry_id} is at revision {current.number} by {current.author}")
        self.current = current


def entry_id(pack: str, topic: str) -> str:
    """The id of an entry: `<pack>/<topic>`."""
    return f"{pack}/{topic}"


def published_revision(session: Session, row: EntryRow) -> RevisionRow | None:
    """The text citizens get now, or None."""
    return session.get(RevisionRow, row.published_revision_id) if row.published_revision_id else None


def find_entry(session: Session, entry: str, *, lock: bool = False) -> EntryRow:
    """The entry's row; with `lock` nobody else can change it until the transaction ends.

    Raises EntryNotFound.
    """
    query = select(EntryRow).where(EntryRow.id == entry)
    if lock:
        # What this session read before it had the lock may be old.
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.exec(query).one_or_none()
    if row is None:
        raise EntryNotFound(entry)
    return row


def add_revision(session: Session, row: EntryRow, entry: Entry, *, author: str, note: str, at: datetime) -> RevisionRow:
    """Writes a new text of the entry; what is published stays as it is."""
    newest = session.exec(select(func.max(RevisionRow.number)).where(RevisionRow.entry_id == row.id)).one()
    revision = RevisionRow(
        entry_id=row.id,
        number=(newest or 0) + 1,
        content=entry.model_dump(mode="json"),
        author=author,
        note=note,
        created_at=at,
    )
    session.add(revision)
    session.flush()
    return revision


def publish(
    session: Session,
    changes: Mapping[str, int | None],
    *,
    author: str,
    reason: str,
    at: datetime,
    undoes: int | None = None,
    pack: str | None = None,
) -> ReleaseRow:
    """Makes these revisions (entry id -> revision id, None = taken down) what citizens get, as one release.

    A release that changes no entry (settings, listings) names the `pack` that it belongs to; none: all of them.
    """
    number = _next_release(session)
    release = ReleaseRow(number=number, author=author, reason=reason[:400], created_at=at, undoes=undoes, pack=pack)
    session.add(release)
    session.flush()
    rows = {row.id: row for row in session.exec(select(EntryRow).where(col(EntryRow.id).in_(changes))).all()}
    for entry, revision in changes.items():
        row = rows[entry]
        session.add(
            ReleaseChangeRow(
                release_number=number,
                entry_id=entry,
                before_revision_id=row.published_revision_id,
                after_revision_id=revision,
            )
        )
        row.published_revision_id = revision
    session.flush()
    tell(session, Topic.RELEASE)
    return release


def _next_release(session: Session) -> int:
    """Takes the lock on the one row and counts on."""
    session.exec(update(CurrentReleaseRow).values(number=CurrentReleaseRow.number + 1))
    return session.exec(select(CurrentReleaseRow.number)).one()


def current_release(session: Session) -> int:
    """The newest release's number; 0 when nothing was ever published."""
    return session.exec(select(CurrentReleaseRow.number)).one_or_none() or 0
