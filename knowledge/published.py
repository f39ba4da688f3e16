"""What citizens of a municipality can be told: the published entries of its pack, and of the common pack.

A release is read by what changed: of all that is as it was, the very same objects go on. With 1,741 municipalities a
release of one of them costs a look at ids and texts, not a hundred thousand checks of models.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col

from knowledge.editing import current_release
from knowledge.importing import AUTHOR
from knowledge.listing_store import load_listings
from knowledge.listings import PackListings
from knowledge.packs import ReadPacks, register_of
from knowledge.schema import COMMON, Entry, NationalFact, Pack, PlanFact
from knowledge.sources import SourceRegister
from knowledge.tables import (
    EntryRow,
    ListingRow,
    PackRow,
    ReleaseChangeRow,
    ReleaseRow,
    RevisionRow,
    SourceRow,
)

TRIES = 3
"""To load a release while others are published."""
AT_ONCE = 500
"""Texts that are read by their ids; of more, all are read."""

Value = TypeVar("Value")
Texts = Mapping[str, bytes]
"""What a database's text was when a value was read from it, as a fingerprint by the value's id."""


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
class Read:
    """From which texts of the database a release was read, so that the next one reads only what is new."""

    packs: Texts = field(default_factory=dict)
    facts: Texts = field(default_factory=dict)
    listings: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """A release: everything that is published, of all packs.

    `changed` tells the newest release that changed something of a pack; `read` is for the next reading.
    """

    release: int
    packs: Mapping[str, Pack]
    entries: tuple[VisibleEntry, ...]
    register: SourceRegister
    listings: Mapping[str, PackListings] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    read: Read = field(default_factory=Read, repr=False, compare=False)
    _by_pack: Mapping[str, tuple[VisibleEntry, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, list[VisibleEntry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.pack].append(entry)
        object.__setattr__(self, "_by_pack", {pack: tuple(entries) for pack, entries in found.items()})

    @property
    def municipalities(self) -> tuple[str, ...]:
        """Ids of the packs that are cities."""
        return tuple(sorted(pack for pack in self.packs if pack != COMMON))

    def entries_of(self, pack: str) -> tuple[VisibleEntry, ...]:
        """The published entries of one pack, by id."""
        return self._by_pack.get(pack, ())

    def visible_in(self, municipality: str, on: date) -> tuple[VisibleEntry, ...]:
        """What people of `municipality` can be told on that day."""
        packs = dict.fromkeys((COMMON, municipality))
        return visible_entries((e for pack in packs for e in self.entries_of(pack)), municipality, on)

    def release_of(self, municipality: str) -> int:
        """The newest release that changed what this municipality sees: the same in every process."""
        return max((self.changed.get(pack, 0) for pack in (municipality, COMMON)), default=0) or self.release

    def has_same(self, pack: str, other: Published) -> bool:
        """Whether a pack is in both as the very same text, settings and lists."""
        return (
            self.packs.get(pack) is other.packs.get(pack)
            and self.listings.get(pack) is other.listings.get(pack)
            and self.entries_of(pack) == other.entries_of(pack)
        )


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


def load_published(session: Session, before: Published | None = None) -> Published:
    """Reads the newest release from the database. What is as it was in `before` is the very same object.

    It takes several queries, and between two of them the next release may be published: then all are made anew, so
    that nobody ever sees half of one. Where release follows on release, `before` is given back after a few tries: not
    the newest, but whole, and nobody waits for an answer meanwhile.
    """
    for number in count(1):
        if (published := _load(session, before)).release == current_release(session):
            return published
        if before is not None and number >= TRIES:
            return before
    raise AssertionError("counting ended")


def _load(session: Session, before: Published | None) -> Published:
    release = current_release(session)
    if before is None or before.release > release:  # the latter when what was seen was never committed
        before = Published(0, {}, (), SourceRegister())
    profiles = columns(col(PackRow.id), cast(col(PackRow.profile), Text)).order_by(col(PackRow.id))
    contents = columns(col(SourceRow.id), cast(col(SourceRow.content), Text)).order_by(col(SourceRow.id))
    packs, of_packs = _renewed(_texts(session, profiles), before.packs, before.read.packs, Pack.model_validate)
    facts, of_facts = _renewed(_texts(session, contents), before.register.facts, before.read.facts, _fact)
    listings, of_listings = _listings(session, before)
    return Published(
        release,
        packs,
        _entries(session, before),
        _register(packs, facts, before.register),
        listings,
        _changed(session, before, packs),
        Read(of_packs, of_facts, of_listings),
    )


def _texts(session: Session, query: Select[str, str]) -> dict[str, str]:
    """JSON texts as they stand in the database, by id: comparing them costs less than reading."""
    return dict(session.connection().execute(query).all())


def _renewed(
    texts: Mapping[str, str],
    known: Mapping[str, Value],
    prints: Texts,
    read: Callable[[dict[str, Any]], Value],
) -> tuple[Mapping[str, Value], Texts]:
    """The values of texts, and the texts' fingerprints: what is known where all is as it was."""
    now = {name: _fingerprint(text) for name, text in texts.items()}
    if now == prints:
        return known, prints
    same = {name for name, mark in now.items() if prints.get(name) == mark}
    return {name: known[name] if name in same else read(json.loads(text)) for name, text in texts.items()}, now


def _fingerprint(*texts: str) -> bytes:
    return hashlib.blake2b("\x1f".join(texts).encode(), digest_size=16).digest()


def _entries(session: Session, before: Published) -> tuple[VisibleEntry, ...]:
    published = col(EntryRow.published_revision_id)
    query = columns(col(EntryRow.pack), published).where(published.is_not(None)).order_by(col(EntryRow.id))
    wanted = [(pack, revision or 0) for pack, revision in session.connection().execute(query)]
    known = {e.revision: e for e in before.entries}
    missing = [revision for _, revision in wanted if revision not in known]
    texts = _contents(session, missing) if missing else {}
    return tuple(
        known[revision] if revision in known else VisibleEntry(pack, texts[revision], revision)
        for pack, revision in wanted
    )


def _contents(session: Session, revisions: list[int]) -> dict[int, Entry]:
    query = columns(col(RevisionRow.id), col(RevisionRow.content))
    if len(revisions) <= AT_ONCE:
        query = query.where(col(RevisionRow.id).in_(revisions))
    else:
        query = query.join(EntryRow, col(EntryRow.published_revision_id) == col(RevisionRow.id))
    wanted = set(revisions)
    rows = session.connection().execute(query)
    return {number: Entry.model_validate(content) for number, content in rows if number in wanted}


def _listings(session: Session, before: Published) -> tuple[Mapping[str, PackListings], Texts]:
    row = ListingRow
    query = columns(col(row.pack), col(row.kind), col(row.key), cast(col(row.content), Text)).order_by(col(row.id))
    found: dict[str, list[str]] = defaultdict(list)
    for pack, *texts in session.connection().execute(query):
        found[pack] += texts
    now = {pack: _fingerprint(*texts) for pack, texts in found.items()}
    if now == before.read.listings:
        return before.listings, before.read.listings
    new = [pack for pack, mark in now.items() if before.read.listings.get(pack) != mark]
    return {pack: before.listings[pack] for pack in now if pack not in new} | load_listings(session, new), now


def _register(
    packs: Mapping[str, Pack], facts: Mapping[str, PlanFact | NationalFact], before: SourceRegister
) -> SourceRegister:
    new = register_of(packs.values(), facts)
    return before if new.facts is before.facts and new.plans == before.plans else new


def _changed(session: Session, before: Published, packs: Mapping[str, Pack]) -> Mapping[str, int]:
    """The newest release that changed something of each pack, told from the releases since `before`."""
    change, release = ReleaseChangeRow, ReleaseRow
    of_entries = (
        columns(col(EntryRow.pack), func.max(change.release_number))
        .join(change, col(change.entry_id) == col(EntryRow.id))
        .where(col(change.release_number) > before.release)
        .group_by(col(EntryRow.pack))
    )
    of_others = columns(col(release.pack), func.max(release.number)).where(
        col(release.number) > before.release, _beside_entries()
    )
    found = [*session.connection().execute(of_entries)]
    found += session.connection().execute(of_others.group_by(col(release.pack)))
    everybody = max((number for pack, number in found if pack is None), default=0)
    newest: dict[str, int] = {pack: max(before.changed.get(pack, 0), everybody) for pack in packs}
    for pack, number in found:
        if pack is not None:
            newest[pack] = max(newest.get(pack, 0), number)
    return newest


def _beside_entries() -> ColumnElement[bool]:
    """Releases that may have changed settings and lists: those without entries, and those that brought packs in."""
    with_entries = exists().where(col(ReleaseChangeRow.release_number) == col(ReleaseRow.number))
    return or_(~with_entries, col(ReleaseRow.author) == AUTHOR)


def published_from_files(read: ReadPacks, facts: Mapping[str, PlanFact | NationalFact]) -> Published:
    """Pack files as if they were published, without a database: for trying and measuring."""
    entries = tuple(VisibleEntry(item.pack, item.entry) for item in read.entries)
    return Published(0, read.packs, entries, register_of(read.packs.values(), facts), read.listings.packs)


def _fact(content: dict[str, object]) -> PlanFact | NationalFact:
    return PlanFact.model_validate(content) if "pack" in content else NationalFact.model_validate(content)
