"""Drafts as staff see them: what changes, who had a hand in it, what stands in its way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from admin.entries.diffs import FieldDiff, field_diffs
from admin.tables import StaffRow
from knowledge.drafting import DraftState, find_draft, is_overtaken, list_drafts, writers
from knowledge.published import VisibleEntry
from knowledge.tables import DraftRow, EntryRow, RevisionRow

NOT_PEOPLE = {"pack": "パックの取り込み", "schedule": "予約", "system": "しくみ", "sample": "見本"}


class Shelf(StrEnum):
    """Where a draft is shown: its state, and apart from the approved those that wait for their moment."""

    DRAFT = "書きかけ"
    REVIEW = "確認待ち"
    APPROVED = "承認ずみ"
    SCHEDULED = "予約"


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft beside what is published. `before` none: a new entry; `after` none: it is to be taken down."""

    draft: DraftRow
    row: EntryRow
    before: RevisionRow | None
    after: RevisionRow | None
    diffs: tuple[FieldDiff, ...]

    @property
    def title(self) -> str:
        """The question, as it will be."""
        shown = self.after or self.before
        return str(shown.content["question"]) if shown else self.row.topic

    @property
    def shelf(self) -> Shelf:
        """Where it stands."""
        if self.draft.state == DraftState.APPROVED and self.draft.publish_at is not None:
            return Shelf.SCHEDULED
        return Shelf[DraftState(self.draft.state).name]

    @property
    def overtaken(self) -> bool:
        """Whether another text was published since it was begun."""
        return is_overtaken(self.draft, self.row)

    @property
    def writers(self) -> tuple[str, ...]:
        """Sign-in names of all who had a hand in it."""
        return tuple(sorted(writers(self.draft)))


def draft_view(session: Session, entry: str) -> DraftView | None:
    """An entry's draft."""
    draft = find_draft(session, entry)
    return next(iter(_views(session, [draft])), None) if draft is not None else None


def draft_views(session: Session, packs: Sequence[str]) -> list[DraftView]:
    """All drafts of these packs, the last touched first."""
    return _views(session, list_drafts(session, packs))


def by_shelf(views: Iterable[DraftView]) -> Mapping[Shelf, list[DraftView]]:
    """Drafts by where they stand; every place is there."""
    shelves: dict[Shelf, list[DraftView]] = {shelf: [] for shelf in Shelf}
    for view in views:
        shelves[view.shelf].append(view)
    return shelves


def people(session: Session) -> dict[str, str]:
    """Names by sign-in name, and what is written where no person did something."""
    return {**NOT_PEOPLE, **dict(session.exec(select(StaffRow.login, StaffRow.name)).all())}


def ending(entries: Iterable[VisibleEntry], packs: Sequence[str]) -> list[VisibleEntry]:
    """Published entries of these packs that have a last day, the earliest first."""
    return sorted((e for e in entries if e.pack in packs and e.entry.valid_until), key=_last_day)


def _last_day(visible: VisibleEntry) -> date:
    return visible.entry.valid_until or date.max


def _views(session: Session, drafts: Sequence[DraftRow]) -> list[DraftView]:
    ids = [draft.entry_id for draft in drafts]
    rows = {row.id: row for row in session.exec(select(EntryRow).where(col(EntryRow.id).in_(ids))).all()}
    wanted = {n for d in drafts for n in (d.revision_id, rows[d.entry_id].published_revision_id) if n}
    found = session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(wanted))).all()
    texts: dict[int | None, RevisionRow] = {text.id: text for text in found}
    return [_view(draft, rows[draft.entry_id], texts) for draft in drafts]


def _view(draft: DraftRow, row: EntryRow, texts: Mapping[int | None, RevisionRow]) -> DraftView:
    before = texts.get(row.published_revision_id)
    after = None if draft.removal else texts.get(draft.revision_id)
    diffs = field_diffs(before.content if before else None, after.content if after else None)
    return DraftView(draft, row, before, after, tuple(diffs))
