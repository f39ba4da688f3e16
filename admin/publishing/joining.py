"""Two changes of one entry side by side, to become one draft: overtaken drafts, and pack texts that wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from admin.entries.diffs import FieldDiff, field_diffs
from knowledge.drafting import find_draft, is_overtaken
from knowledge.editing import find_entry
from knowledge.merging import Merged, choose, merge
from knowledge.reading import explain
from knowledge.schema import Entry
from knowledge.tables import RevisionRow
from knowledge.upgrading import waiting_upgrade

MINE, THEIRS = "mine", "theirs"


class CannotJoin(ValueError):
    """The joined text can't be saved; `faults` are Japanese sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Joining:
    """`base` became `theirs` (what is published now, or the pack's new text) and `mine` (the staff's text)."""

    base: RevisionRow | None
    theirs: RevisionRow | None
    mine: RevisionRow | None

    @property
    def title(self) -> str:
        """The question."""
        shown = self.mine or self.theirs
        return str(shown.content["question"]) if shown else ""

    @property
    def merged(self) -> Merged:
        """The joined text, and where a person has to choose. One text alone is taken as it is."""
        sides = [side.content for side in (self.theirs, self.mine) if side is not None]
        if len(sides) < 2:
            return Merged(dict(sides[0]) if sides else {})
        return merge(self.base.content if self.base else None, *sides)

    @property
    def taken_over(self) -> list[FieldDiff]:
        """What comes into mine without anybody having to choose."""
        return field_diffs(self.mine.content, self.merged.content) if self.mine else []

    def joined(self, choices: Mapping[str, str]) -> Entry:
        """The text with these choices (field -> mine or theirs). Raises CannotJoin."""
        merged = self.merged
        if any(choices.get(conflict.field) not in (MINE, THEIRS) for conflict in merged.conflicts):
            raise CannotJoin(["どちらの文にするか、すべて選んでください。"])
        content = choose(merged, [field for field, side in choices.items() if side == THEIRS])
        return _checked(content)


def _checked(content: Mapping[str, Any]) -> Entry:
    try:
        return Entry.model_validate(content)
    except ValidationError as error:
        raise CannotJoin([explain(fault) for fault in error.errors(include_url=False)]) from None


def overtaken(session: Session, entry: str) -> Joining | None:
    """A draft and what was published since it was begun; None when nothing was."""
    draft = find_draft(session, entry)
    if draft is None:
        return None
    row = find_entry(session, entry)
    if not is_overtaken(draft, row):
        return None
    mine = None if draft.removal else draft.revision_id
    return Joining(*(_text(session, n) for n in (draft.base_revision_id, row.published_revision_id, mine)))


def upgraded(session: Session, entry: str) -> Joining | None:
    """A pack text that waits, and the staff's text: their draft, else what is published."""
    waiting = waiting_upgrade(session, entry)
    if waiting is None:
        return None
    draft = find_draft(session, entry)
    mine = _text(session, draft.revision_id) if draft is not None else waiting.mine
    return Joining(waiting.base, waiting.theirs, mine)


def _text(session: Session, revision: int | None) -> RevisionRow | None:
    return session.get(RevisionRow, revision) if revision is not None else None
