"""An older text of an entry becomes a draft again."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from knowledge.drafting import draft_removal, find_draft, save_draft
from knowledge.editing import EditConflict, EntryNotFound, find_entry
from knowledge.schema import Entry
from knowledge.tables import DraftRow, RevisionRow


def restore(
    session: Session, entry: str, text: RevisionRow | None, *, author: str, note: str, at: datetime
) -> DraftRow:
    """A draft with this older text; none: a draft that takes the entry down, as it was before.

    Raises EntryNotFound, WrongState (nothing to take down), and EditConflict when somebody has a draft of it.
    """
    row = find_entry(session, entry, lock=True)
    if draft := find_draft(session, entry):
        current = session.get(RevisionRow, draft.revision_id)
        raise EditConflict(current) if current else EntryNotFound(entry)
    if text is None:
        return draft_removal(session, entry, author=author, note=note, at=at)
    content = Entry.model_validate(text.content)
    head = row.published_revision_id
    return save_draft(session, entry, content, started_from=head, author=author, note=note, at=at)
