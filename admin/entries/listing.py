"""The list of entries of a city: all that its people get, all that is on its way, and what was taken down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from admin.entries.counts import Use, uses
from admin.entries.opened import EntryState, draft_state
from bot.conversation.city import CityKnowledge
from bot.intents import recognize
from bot.web.static import JAPAN
from knowledge.catalogue import catalogue
from knowledge.drafting import list_drafts
from knowledge.published import Published
from knowledge.schema import COMMON, Entry
from knowledge.tables import DraftRow, EntryRow, RevisionRow
from knowledge.validation import normalise

PAGE = 50
SOON = timedelta(days=30)


class Mark(StrEnum):
    """What about an entry wants somebody's attention."""

    TO_FILL = "to-fill"
    DUE = "due"
    STALE = "stale"
    UNUSED = "unused"
    LOW_RATED = "low-rated"


MARK_LABELS = {
    Mark.TO_FILL: "市が書き足す",
    Mark.DUE: "見直しの時期",
    Mark.STALE: "ほかの言葉が古い",
    Mark.UNUSED: "90 日使われていない",
    Mark.LOW_RATED: "「しなかった」が多い",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry in the list, with its newest text."""

    pack: str
    entry: Entry
    state: EntryState
    use: Use = field(default_factory=Use)
    marks: frozenset[Mark] = frozenset()
    removal: bool = False

    @property
    def id(self) -> str:
        """`<pack>/<topic>`."""
        return f"{self.pack}/{self.entry.topic}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty means everything."""

    q: str = ""
    group: str = ""
    state: str = ""
    pack: str = ""
    section: str = ""
    marks: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        """Whether something other than the search is set."""
        return bool(self.group or self.state or self.pack or self.section or self.marks)


def list_entries(session: Session, city: CityKnowledge, published: Published, now: datetime) -> list[Listed]:
    """Everything that can be listed for a city, by group and topic.

    A common entry whose topic the city answers itself is left out.
    """
    mine = (city.municipality, COMMON)
    drafts = {draft.entry_id: draft for draft in list_drafts(session, mine)}
    texts = {e.id: (e.pack, e.entry) for e in published.entries if e.pack in mine}
    texts |= _drafted(session, drafts.values())
    own = {entry.topic for pack, entry in texts.values() if pack == city.municipality}
    used, today = uses(session, city.municipality, now), now.astimezone(JAPAN).date()
    rows = [
        _listed(pack, entry, _state(drafts.get(name)), used.get(name, Use()), today, drafts.get(name))
        for name, (pack, entry) in texts.items()
        if pack != COMMON or entry.topic not in own
    ]
    rows += [Listed(pack, entry, EntryState.TAKEN_DOWN) for pack, entry in _taken_down(session, mine)]
    order = list(catalogue().groups)
    return sorted(rows, key=lambda row: (_place(row.entry.group, order), row.entry.topic, row.pack))


def _place(group: str, order: Sequence[str]) -> int:
    return order.index(group) if group in order else len(order)


def narrowed(rows: Iterable[Listed], wanted: Wanted, city: CityKnowledge) -> list[Listed]:
    """The rows that are wanted; with a search, the best fitting first. What was taken down is shown when asked for."""
    kept = [row for row in rows if _fits(row, wanted)]
    return _found(kept, wanted.q, city) if wanted.q.strip() else kept


def sections(rows: Iterable[Listed]) -> list[str]:
    """The sections in charge that are named anywhere."""
    return sorted({row.entry.section for row in rows if row.entry.section})


def _fits(row: Listed, wanted: Wanted) -> bool:
    shown = row.state == wanted.state if wanted.state else row.state is not EntryState.TAKEN_DOWN
    return (
        shown
        and wanted.group in ("", row.entry.group)
        and wanted.pack in ("", "common" if row.pack == COMMON else "own")
        and wanted.section in ("", row.entry.section)
        and all(mark in row.marks for mark in wanted.marks)
    )


def _found(rows: Sequence[Listed], question: str, city: CityKnowledge) -> list[Listed]:
    """What the recogniser finds, then what contains the words: drafts are not in its index yet."""
    by_topic = {row.entry.topic: row for row in rows}
    candidates = recognize(question, city.index).candidates
    best = [by_topic[c.topic] for c in candidates if c.topic in by_topic]
    words = normalise(question)
    return [*best, *(row for row in rows if row not in best and words and _contains(row.entry, words))]


def _contains(entry: Entry, words: str) -> bool:
    texts = (entry.topic, entry.question, *entry.phrasings)
    return any(words in normalise(text) for text in texts)


def _listed(pack: str, entry: Entry, state: EntryState, use: Use, today: date, draft: DraftRow | None) -> Listed:
    facts: Mapping[Mark, bool] = {
        Mark.TO_FILL: bool(entry.to_fill),
        Mark.DUE: entry.review_by <= today + SOON,
        Mark.STALE: bool(entry.stale_variants()),
        Mark.UNUSED: use.given == 0,
        Mark.LOW_RATED: use.low_rated,
    }
    marks = frozenset(mark for mark, holds in facts.items() if holds)
    return Listed(pack, entry, state, use, marks, draft is not None and draft.removal)


def _state(draft: DraftRow | None) -> EntryState:
    return draft_state(draft) if draft is not None else EntryState.PUBLISHED


def _drafted(session: Session, drafts: Iterable[DraftRow]) -> dict[str, tuple[str, Entry]]:
    revisions = {draft.revision_id: draft.entry_id for draft in drafts if draft.revision_id}
    rows = session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(revisions))).all()
    return {row.entry_id: (row.entry_id.split("/", 1)[0], Entry.model_validate(row.content)) for row in rows}


def _taken_down(session: Session, packs: Sequence[str]) -> list[tuple[str, Entry]]:
    """Entries with neither a published text nor a draft, in the last text they had."""
    newest = (
        select(func.max(RevisionRow.id))
        .join(EntryRow, col(EntryRow.id) == RevisionRow.entry_id)
        .join(DraftRow, col(DraftRow.entry_id) == EntryRow.id, isouter=True)
        .where(
            col(EntryRow.pack).in_(packs),
            col(EntryRow.published_revision_id).is_(None),
            col(DraftRow.entry_id).is_(None),
        )
        .group_by(col(RevisionRow.entry_id))
    )
    rows = session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(newest))).all()
    return [(row.entry_id.split("/", 1)[0], Entry.model_validate(row.content)) for row in rows]
