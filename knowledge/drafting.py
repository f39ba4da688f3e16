"""Drafts: an entry on its way to citizens. draft → review → approved → published, one shared draft an entry.

Each save is a revision, so nothing that was ever saved is lost, and somebody who comes second merges with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from knowledge.editing import (
    DraftNotFound,
    EditConflict,
    EntryExists,
    Overtaken,
    OwnWork,
    WrongState,
    add_revision,
    entry_id,
    find_entry,
    publish,
)
from knowledge.schema import Entry
from knowledge.tables import CommentRow, DraftRow, EntryRow, ReleaseRow, RevisionRow


class DraftState(StrEnum):
    """Where a draft stands."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"


def find_draft(session: Session, entry: str) -> DraftRow | None:
    """The draft of an entry, if somebody is changing it."""
    return session.get(DraftRow, entry)


def list_drafts(session: Session, packs: Sequence[str]) -> Sequence[DraftRow]:
    """All drafts of these packs, the last touched first."""
    query = select(DraftRow).join(EntryRow, col(EntryRow.id) == DraftRow.entry_id).where(col(EntryRow.pack).in_(packs))
    return session.exec(query.order_by(col(DraftRow.updated_at).desc(), col(DraftRow.entry_id))).all()


def head_revision(session: Session, row: EntryRow) -> int | None:
    """The id of the text an editor starts from: the draft's, else the published one, else none."""
    draft = session.get(DraftRow, row.id)
    return draft.revision_id if draft is not None else row.published_revision_id


def save_draft(
    session: Session, entry: str, content: Entry, *, started_from: int | None, author: str, note: str, at: datetime
) -> DraftRow:
    """Saves an edit that was begun at revision `started_from` (its id); an approval given before is void.

    Raises EntryNotFound, or EditConflict when somebody saved or published another text in between.
    """
    row, draft = find_entry(session, entry, lock=True), _fresh(session, entry)
    head = draft.revision_id if draft is not None else row.published_revision_id
    if head is not None and head != started_from:
        raise EditConflict(_revision(session, head))
    revision = add_revision(session, row, content, author=author, note=note, at=at)
    draft = draft or _begun(session, row, author, at)
    draft.revision_id, draft.removal, draft.note = revision.id, False, note or draft.note
    _write(draft, author, at)
    session.flush()
    return draft


def begin_entry(session: Session, pack: str, content: Entry, *, author: str, note: str, at: datetime) -> DraftRow:
    """A new entry, as a draft. Raises EntryExists."""
    name = entry_id(pack, content.topic)
    row = session.get(EntryRow, name)
    if row is not None and (row.published_revision_id is not None or session.get(DraftRow, name) is not None):
        raise EntryExists(name)
    if row is None:
        _add_entry(session, EntryRow(id=name, pack=pack, topic=content.topic))
    return save_draft(session, name, content, started_from=None, author=author, note=note, at=at)


def draft_removal(session: Session, entry: str, *, author: str, note: str, at: datetime) -> DraftRow:
    """Proposes to take the entry down. Raises EntryNotFound, and WrongState when it is not published."""
    row = find_entry(session, entry, lock=True)
    if row.published_revision_id is None:
        raise WrongState(entry)
    draft = _fresh(session, entry) or _begun(session, row, author, at)
    draft.removal, draft.note = True, note
    draft.base_revision_id = draft.revision_id = row.published_revision_id
    _write(draft, author, at)
    session.flush()
    return draft


def submit(session: Session, entry: str, *, author: str, at: datetime) -> DraftRow:
    """Asks for review. Raises DraftNotFound and WrongState."""
    return _step(session, entry, (DraftState.DRAFT,), DraftState.REVIEW, author, at)


def approve(session: Session, entry: str, *, reviewer: str, at: datetime, four_eyes: bool) -> DraftRow:
    """Approves a draft. With `four_eyes` whoever wrote any of it can't. Raises DraftNotFound, WrongState, OwnWork."""
    draft = _locked(session, entry)
    if four_eyes and reviewer in writers(draft):
        raise OwnWork(entry)
    _step(session, entry, (DraftState.DRAFT, DraftState.REVIEW), DraftState.APPROVED, draft.updated_by, at)
    draft.reviewer = reviewer
    session.flush()
    return draft


def send_back(session: Session, entry: str, *, at: datetime) -> DraftRow:
    """Back to its writer. Raises DraftNotFound and WrongState."""
    draft = _locked(session, entry)
    return _step(session, entry, (DraftState.REVIEW, DraftState.APPROVED), DraftState.DRAFT, draft.updated_by, at)


def schedule(session: Session, entry: str, publish_at: datetime | None) -> DraftRow:
    """Sets when an approved draft goes out by itself; None: when somebody publishes it.

    Raises DraftNotFound, and WrongState for one that is not approved.
    """
    draft = _locked(session, entry)
    if draft.state != DraftState.APPROVED:
        raise WrongState(entry)
    draft.publish_at = publish_at
    session.flush()
    return draft


def discard(session: Session, entry: str) -> None:
    """Gives a draft up; its revisions and what anybody typed and did not save stay. Raises DraftNotFound."""
    session.delete(_locked(session, entry))
    session.flush()


def writers(draft: DraftRow) -> frozenset[str]:
    """Everybody who had a hand in this draft since it was begun: its texts, merging it, proposing a removal."""
    return frozenset(draft.writers or (draft.updated_by,))


def publish_drafts(session: Session, entries: Sequence[str], *, author: str, reason: str, at: datetime) -> ReleaseRow:
    """Publishes approved drafts as one release.

    Raises DraftNotFound, WrongState for one that is not approved, Overtaken when another text was published since.
    """
    drafts = [_locked(session, entry) for entry in sorted(set(entries))]
    if waiting := [draft.entry_id for draft in drafts if draft.state != DraftState.APPROVED]:
        raise WrongState(", ".join(waiting))
    # Read anew: while we waited for the locks somebody may have published, and this session saw the rows before.
    rows = {draft.entry_id: find_entry(session, draft.entry_id, lock=True) for draft in drafts}
    if late := [d.entry_id for d in drafts if is_overtaken(d, rows[d.entry_id])]:
        raise Overtaken(late)
    changes = {draft.entry_id: None if draft.removal else draft.revision_id for draft in drafts}
    release = publish(session, changes, author=author, reason=reason, at=at)
    for draft in drafts:
        _finish(session, draft, rows[draft.entry_id])
    session.flush()
    return release


def is_overtaken(draft: DraftRow, row: EntryRow) -> bool:
    """Whether another text was published since the draft was begun."""
    return draft.base_revision_id != row.published_revision_id


def _finish(session: Session, draft: DraftRow, row: EntryRow) -> None:
    if draft.takes_revision_id is not None and draft.takes_revision_id == row.conflict_revision_id:
        row.conflict_revision_id = row.conflict_base_revision_id = None
    session.delete(draft)


def rebase(
    session: Session,
    entry: str,
    content: Entry,
    *,
    started_from: int | None,
    onto: int | None,
    author: str,
    note: str,
    at: datetime,
) -> DraftRow:
    """Puts a draft on top of what was published since it was begun. `content` joins the draft's text at revision
    `started_from` with the published text at revision `onto`.

    Raises DraftNotFound, EditConflict when the draft was saved and Overtaken when something was published in between.
    """
    draft, row = _locked(session, entry), find_entry(session, entry)
    if draft.revision_id != started_from and draft.revision_id is not None:
        raise EditConflict(_revision(session, draft.revision_id))
    if row.published_revision_id != onto:
        raise Overtaken([entry])
    revision = add_revision(session, row, content, author=author, note=note, at=at)
    draft.base_revision_id, draft.revision_id, draft.removal = row.published_revision_id, revision.id, False
    _write(draft, author, at)
    session.flush()
    return draft


def due_drafts(session: Session, now: datetime) -> Sequence[DraftRow]:
    """Approved drafts whose moment has come."""
    query = select(DraftRow).where(col(DraftRow.publish_at) <= now, DraftRow.state == DraftState.APPROVED)
    return session.exec(query.order_by(col(DraftRow.publish_at), col(DraftRow.entry_id))).all()


def add_comment(session: Session, entry: str, *, author: str, text: str, at: datetime) -> None:
    """Says something about a draft. Empty words are not kept. Raises EntryNotFound."""
    find_entry(session, entry)
    if text.strip():
        session.add(CommentRow(entry_id=entry, author=author, text=text.strip()[:1000], at=at))


def comments(session: Session, entry: str) -> Sequence[CommentRow]:
    """What was said about an entry's drafts, oldest first."""
    return session.exec(select(CommentRow).where(CommentRow.entry_id == entry).order_by(col(CommentRow.id))).all()


def _begun(session: Session, row: EntryRow, author: str, at: datetime) -> DraftRow:
    draft = DraftRow(entry_id=row.id, base_revision_id=row.published_revision_id, updated_by=author, updated_at=at)
    session.add(draft)
    return draft


def _add_entry(session: Session, row: EntryRow) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise EntryExists(row.id) from None  # somebody else began the same one at this moment


def _write(draft: DraftRow, author: str, at: datetime) -> None:
    draft.writers = sorted({*(draft.writers or ()), author})
    _touch(draft, DraftState.DRAFT, author, at)


def _touch(draft: DraftRow, state: DraftState, author: str, at: datetime) -> None:
    if state is DraftState.DRAFT:
        draft.reviewer = draft.publish_at = None
    draft.state, draft.updated_by, draft.updated_at = state, author, at


def _step(
    session: Session, entry: str, allowed: Sequence[DraftState], to: DraftState, author: str, at: datetime
) -> DraftRow:
    draft = _locked(session, entry)
    if draft.state not in allowed:
        raise WrongState(entry)
    _touch(draft, to, author, at)
    session.flush()
    return draft


def _locked(session: Session, entry: str) -> DraftRow:
    """The draft, with its entry's row locked before it: everybody takes the two locks in this order."""
    session.exec(select(EntryRow.id).where(EntryRow.id == entry).with_for_update()).one_or_none()
    draft = _fresh(session, entry)
    if draft is None:
        raise DraftNotFound(entry)
    return draft


def _fresh(session: Session, entry: str) -> DraftRow | None:
    """The draft as it is now that the entry's row is locked, and not as this session may have read it before."""
    query = select(DraftRow).where(DraftRow.entry_id == entry).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()


def _revision(session: Session, number: int) -> RevisionRow:
    return session.exec(select(RevisionRow).where(RevisionRow.id == number)).one()
