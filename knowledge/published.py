"""What citizens of a municipality can be told: the published entries of its pack, and of the common pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from knowledge.editing import current_release
from knowledge.listing_store import load_listings
from knowledge.listings import PackListings
from knowledge.packs import ReadPacks, register_of
from knowledge.schema import COMMON, Entry, NationalFact, Pack, PlanFact
from knowledge.sources import SourceRegister
from knowledge.tables import EntryRow, PackRow, RevisionRow, SourceRow


@dataclass(frozen=True, slots=True)
class VisibleEntry:
    """An entry as one municipality sees it.

    `inherited` are the common pack's ways to ask the same thing: a city's own answer is found by them too.
    """

    pack: str
    entry: Entry
    revision: int = 0
    inherited: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """`<pack>/<topic>`."""
        return f"{self.pack}/{self.entry.topic}"


@dataclass(frozen=True, slots=True)
class Published:
    """A release: everything that is published, of all packs."""

    release: int
    packs: Mapping[str, Pack]
    entries: tuple[VisibleEntry, ...]
    register: SourceRegister
    listings: Mapping[str, PackListings] = field(default_factory=dict)

    @property
    def municipalities(self) -> tuple[str, ...]:
        """Ids of the packs that are cities."""
        return tuple(sorted(pack for pack in self.packs if pack != COMMON))

    def visible_in(self, municipality: str, on: date) -> tuple[VisibleEntry, ...]:
        """What people of `municipality` can be told on that day."""
        return visible_entries(self.entries, municipality, on)


def visible_entries(entries: Iterable[VisibleEntry], municipality: str, on: date) -> tuple[VisibleEntry, ...]:
    """The city's own entries first; of the common ones those whose topic the city has not."""
    valid = [e for e in entries if e.pack in (municipality, COMMON) and _is_valid(e.entry, on)]
    common = {e.entry.topic: e for e in valid if e.pack == COMMON}
    own = {e.entry.topic: _inheriting(e, common.get(e.entry.topic)) for e in valid if e.pack == municipality}
    merged = {**common, **own}
    return tuple(merged[topic] for topic in sorted(merged))


def _is_valid(entry: Entry, on: date) -> bool:
    return (entry.valid_from is None or entry.valid_from <= on) and (
        entry.valid_until is None or on <= entry.valid_until
    )


def _inheriting(own: VisibleEntry, common: VisibleEntry | None) -> VisibleEntry:
    if common is None or own.pack == COMMON:
        return own
    return VisibleEntry(own.pack, own.entry, own.revision, (common.entry.question, *common.entry.phrasings))


def load_published(session: Session) -> Published:
    """Reads the newest release from the database."""
    release = current_release(session)
    packs = {row.id: Pack.model_validate(row.profile) for row in session.exec(select(PackRow)).all()}
    facts = {row.id: _fact(row.content) for row in session.exec(select(SourceRow)).all()}
    rows = session.exec(
        select(EntryRow.pack, RevisionRow.id, RevisionRow.content)
        .join(RevisionRow, col(RevisionRow.id) == EntryRow.published_revision_id)
        .order_by(EntryRow.id)
    ).all()
    entries = tuple(VisibleEntry(pack, Entry.model_validate(content), number or 0) for pack, number, content in rows)
    return Published(release, packs, entries, register_of(packs.values(), facts), load_listings(session))


def published_from_files(read: ReadPacks, facts: Mapping[str, PlanFact | NationalFact]) -> Published:
    """Pack files as if they were published, without a database: for trying and measuring."""
    entries = tuple(VisibleEntry(item.pack, item.entry) for item in read.entries)
    return Published(0, read.packs, entries, register_of(read.packs.values(), facts), read.listings.packs)


def _fact(content: dict[str, object]) -> PlanFact | NationalFact:
    return PlanFact.model_validate(content) if "pack" in content else NationalFact.model_validate(content)
