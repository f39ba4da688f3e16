"""An entry as the editor opens it: whose it is, where it stands, and the text to start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Session, col, select

from knowledge.drafting import DraftState
from knowledge.editing import entry_id
from knowledge.schema import COMMON, Entry
from knowledge.tables import DraftRow, EntryRow, RevisionRow


class EntryState(StrEnum):
    """Where an entry stands on its way to citizens."""

    PUBLISHED = "published"
    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    TAKEN_DOWN = "taken-down"
    NEW = "new"


STATE_LABELS = {
    EntryState.PUBLISHED: "公開中",
    EntryState.DRAFT: "下書き",
    EntryState.REVIEW: "確認待ち",
    EntryState.APPROVED: "承認ずみ",
    EntryState.SCHEDULED: "予約ずみ",
    EntryState.TAKEN_DOWN: "取り下げ",
    EntryState.NEW: "新しい項目",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry of a pack with its published text, its draft and its newest text, as far as there are any."""

    pack: str
    topic: str
    published: RevisionRow | None = None
    draft: DraftRow | None = None
    newest: RevisionRow | None = None

    @property
    def id(self) -> str:
        """`<pack>/<topic>`."""
        return entry_id(self.pack, self.topic)

    @property
    def state(self) -> EntryState:
        """Where it stands."""
        if self.draft is not None:
            return draft_state(self.draft)
        if self.published is not None:
            return EntryState.PUBLISHED
        return EntryState.TAKEN_DOWN if self.newest is not None else EntryState.NEW

    @property
    def head(self) -> int | None:
        """The revision an edit starts from; none for an entry that is not live."""
        alive = self.draft is not None or self.published is not None
        return self.newest.id if alive and self.newest is not None else None

    @property
    def entry(self) -> Entry | None:
        """The text an edit starts from."""
        return Entry.model_validate(self.newest.content) if self.newest is not None else None


def draft_state(draft: DraftRow) -> EntryState:
    """The state of an entry that has a draft."""
    if draft.state == DraftState.APPROVED:
        return EntryState.SCHEDULED if draft.publish_at is not None else EntryState.APPROVED
    return EntryState.REVIEW if draft.state == DraftState.REVIEW else EntryState.DRAFT


def open_entry(session: Session, municipality: str, topic: str, pack: str = "") -> Opened | None:
    """The entry of this topic that the city's people get: its own where it is live, else the common one, else what
    was taken down. `pack` asks for the one of that pack. None when there was never any."""
    packs = [pack] if pack in (municipality, COMMON) else [municipality, COMMON]
    found = [opened for name in packs if (opened := _open(session, name, topic))]
    return next((o for o in found if o.state is not EntryState.TAKEN_DOWN), found[0] if found else None)


def _open(session: Session, pack: str, topic: str) -> Opened | None:
    row = session.get(EntryRow, entry_id(pack, topic))
    if row is None:
        return None
    draft = session.get(DraftRow, row.id)
    published = session.get(RevisionRow, row.published_revision_id) if row.published_revision_id else None
    head = session.get(RevisionRow, draft.revision_id) if draft and draft.revision_id else published
    return Opened(pack, topic, published, draft, head or _last(session, row.id))


def _last(session: Session, entry: str) -> RevisionRow | None:
    query = select(RevisionRow).where(RevisionRow.entry_id == entry).order_by(col(RevisionRow.number).desc())
    return session.exec(query.limit(1)).first()


def new_topic(group: str, name: str, groups: Sequence[str]) -> str:
    """The id of a new topic. Raises ValueError (a Japanese sentence) for a group or name that can't be."""
    if group not in groups:
        raise ValueError("分野を選んでください。")
    if not name or not name.isascii() or not name.replace("-", "a").isalnum() or name != name.lower():
        raise ValueError("名前は、英語の小文字・数字・ハイフンで書いてください（例: card-at-hospital）。")
    if name.startswith("-") or len(f"{group}/{name}") > 80:
        raise ValueError("名前は、英字か数字で始めて、60 文字までにしてください。")
    return f"{group}/{name}"
