"""The next release as it would be with drafts in it: a value that citizens never get."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from knowledge.published import Published, VisibleEntry
from knowledge.schema import Entry
from knowledge.tables import DraftRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a draft would make of an entry: another text (`revision` is its id), or nothing when it is taken down."""

    entry: str
    revision: int
    content: Entry | None

    @property
    def pack(self) -> str:
        """The pack it belongs to."""
        return self.entry.split("/", 1)[0]


def with_proposed(published: Published, proposed: Collection[Proposed]) -> Published:
    """The release with these texts in place of the published ones."""
    by_entry: Mapping[str, Proposed] = {p.entry: p for p in proposed}
    kept = [e for e in published.entries if e.id not in by_entry]
    new = [VisibleEntry(p.pack, p.content, p.revision) for p in proposed if p.content is not None]
    return replace(published, entries=tuple(sorted((*kept, *new), key=lambda e: e.id)))


def proposed_by(session: Session, drafts: Sequence[DraftRow]) -> tuple[Proposed, ...]:
    """The texts of drafts; a draft without any text yet is left out."""
    wanted = {draft.entry_id: draft.revision_id for draft in drafts if draft.revision_id is not None}
    removals = {draft.entry_id for draft in drafts if draft.removal}
    rows = session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(wanted.values()))).all()
    texts = {row.id: row.content for row in rows}
    return tuple(
        Proposed(entry, revision, None if entry in removals else Entry.model_validate(texts[revision]))
        for entry, revision in wanted.items()
    )


def drafted(published: Published, session: Session, entries: Collection[str] | None = None) -> Published:
    """The release as it would be with the drafts of these entries (None: all drafts there are)."""
    query = select(DraftRow).order_by(col(DraftRow.entry_id))
    drafts = session.exec(query if entries is None else query.where(col(DraftRow.entry_id).in_(entries))).all()
    return with_proposed(published, proposed_by(session, drafts))
