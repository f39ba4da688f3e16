"""Saving an entry: always as a draft; somebody who comes second merges, and nobody's words are lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from admin.audit import write_audit
from admin.entries.opened import Opened
from admin.entries.typed import drop_typed
from admin.tables import StaffRow
from knowledge.drafting import begin_entry, discard, draft_removal, head_revision, save_draft
from knowledge.editing import EditConflict, EntryExists, entry_id
from knowledge.merging import FieldConflict, Merged, choose, merge
from knowledge.schema import Entry
from knowledge.tables import DraftRow, EntryRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody saved in between: their text, what both started from, and both changes joined."""

    theirs: RevisionRow
    base: RevisionRow | None
    merged: Merged


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes something, for which municipality, and when."""

    staff: StaffRow
    municipality: str
    at: datetime


def save(
    session: Session, pack: str, entry: Entry, author: Author, *, started_from: int | None, note: str
) -> DraftRow | Clash:
    """Saves an edit as the entry's draft in a pack, or says what clashes; nothing is written then.

    An entry that this pack does not have (any more) begins with it.
    """
    name = entry_id(pack, entry.topic)
    before = _now(session, name)
    try:
        draft = _save(session, pack, entry, author, started_from, note)
    except EditConflict as conflict:
        return _clash(session, conflict.current, started_from, entry)
    drop_typed(session, name, author.staff.login)
    _audit(session, author, "save draft", name, before, entry)
    return draft


def _save(session: Session, pack: str, entry: Entry, author: Author, started_from: int | None, note: str) -> DraftRow:
    login, at = author.staff.login, author.at
    try:
        return begin_entry(session, pack, entry, author=login, note=note, at=at)
    except EntryExists as exists:
        name = str(exists)
    return save_draft(session, name, entry, started_from=started_from, author=login, note=note, at=at)


def _clash(session: Session, theirs: RevisionRow, started_from: int | None, mine: Entry) -> Clash:
    base = session.get(RevisionRow, started_from) if started_from is not None else None
    if base is not None and not base.entry_id.endswith(f"/{mine.topic}"):
        base = None
    content = mine.model_dump(mode="json")
    return Clash(theirs, base, merge(base.content if base else None, theirs.content, content))


def with_theirs(session: Session, entry: Entry, fields: Sequence[str], revision: int | None) -> Entry:
    """The entry with these (dotted) fields taken from a colleague's revision. Raises pydantic's ValidationError when
    the two don't go together."""
    row = session.get(RevisionRow, revision) if revision is not None else None
    if row is None or not fields:
        return entry
    conflicts = tuple(FieldConflict(name, None, _part(row.content, name), None) for name in fields)
    return Entry.model_validate(choose(Merged(entry.model_dump(mode="json"), conflicts), fields))


def _part(content: Mapping[str, Any], name: str) -> object:
    found: object = content
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def propose_removal(session: Session, opened: Opened, author: Author, *, note: str) -> DraftRow:
    """Proposes to take an entry down. Raises EntryNotFound and WrongState."""
    draft = draft_removal(session, opened.id, author=author.staff.login, note=note, at=author.at)
    _audit(session, author, "draft removal", opened.id, _now(session, opened.id), None)
    return draft


def keep_entry(session: Session, opened: Opened, author: Author) -> None:
    """Gives up the proposal to take an entry down. Raises DraftNotFound."""
    discard(session, opened.id)
    _audit(session, author, "keep entry", opened.id, None, None)


def _now(session: Session, name: str) -> Entry | None:
    """The text an editor would start from now."""
    row = session.get(EntryRow, name)
    head = head_revision(session, row) if row else None
    revision = session.get(RevisionRow, head) if head else None
    return Entry.model_validate(revision.content) if revision else None


def _audit(session: Session, author: Author, action: str, name: str, before: Entry | None, after: Entry | None) -> None:
    write_audit(
        session,
        author.staff,
        action,
        name,
        at=author.at,
        municipality=author.municipality,
        before=before.model_dump(mode="json") if before else None,
        after=after.model_dump(mode="json") if after else None,
    )
