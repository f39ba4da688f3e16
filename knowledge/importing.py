"""Packs into the database. Staff edits survive: a pack text replaces only a text that came from a pack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session, col, select

from knowledge.editing import add_revision, publish
from knowledge.listing_store import store_listings
from knowledge.merging import merge
from knowledge.packs import ReadPacks
from knowledge.schema import Entry, NationalFact, Pack, PlanFact
from knowledge.tables import CurrentReleaseRow, EntryRow, PackRow, RevisionRow, SourceRow

AUTHOR = "pack"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, as entry ids. `kept` are staff texts that a differing pack text waits beside."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    release: int | None = None

    @property
    def changed(self) -> int:
        """Entries whose published text changed."""
        return len(self.added) + len(self.updated) + len(self.removed)


def import_packs(
    session: Session, read: ReadPacks, facts: Mapping[str, PlanFact | NationalFact], *, at: datetime, reason: str
) -> Imported:
    """Brings packs into the database as one release; no release when nothing changed.

    Three-way per entry: base = the pack text of last time, theirs = the new pack text, ours = what is published.
    """
    if session.get(CurrentReleaseRow, 1) is None:
        session.add(CurrentReleaseRow())
    profiles_changed = _store_packs(session, read.packs.values())
    _store_facts(session, facts)
    comparison = _Comparison(session, at)
    for item in read.entries:
        comparison.take(item.pack, item.entry)
    comparison.drop_missing(set(read.packs), {item.id for item in read.entries})
    listings_changed = store_listings(session, read.listings.packs)
    return comparison.finish(reason, more=listings_changed or profiles_changed)


def _store_packs(session: Session, packs: Iterable[Pack]) -> bool:
    """Whether a profile changed. What staff set differently from the last file stays."""
    changed = False
    for pack in packs:
        theirs = pack.model_dump(mode="json")
        row = session.get(PackRow, pack.id)
        if row is None:
            session.add(PackRow(id=pack.id, profile=theirs, upstream=theirs))
            changed = True
            continue
        profile = _merged_profile(row.profile if row.upstream is None else row.upstream, theirs, row.profile)
        changed |= profile != row.profile
        row.profile, row.upstream = profile, theirs
    session.flush()
    return changed


def _merged_profile(base: dict[str, Any], theirs: dict[str, Any], mine: dict[str, Any]) -> dict[str, Any]:
    counter = merge(base.get("counter"), theirs["counter"], mine["counter"]).content
    merged = {**merge(base, theirs, mine).content, "counter": counter}
    try:
        return Pack.model_validate(merged).model_dump(mode="json")
    except ValidationError:
        return mine  # the halves don't fit together: staff set theirs on purpose


def _store_facts(session: Session, facts: Mapping[str, PlanFact | NationalFact]) -> None:
    known = {row.id: row for row in session.exec(select(SourceRow)).all()}
    for fact in facts.values():
        content = fact.model_dump(mode="json")
        if fact.id not in known:
            session.add(SourceRow(id=fact.id, content=content))
        elif known[fact.id].content != content:
            known[fact.id].content = content


class _Comparison:
    """Collects what one import changes."""

    def __init__(self, session: Session, at: datetime) -> None:
        self._session = session
        self._at = at
        # Locked, so that nobody publishes between the comparison and the release.
        rows = session.exec(select(EntryRow).order_by(col(EntryRow.id)).with_for_update()).all()
        self._rows = {row.id: row for row in rows}
        wanted = {i for row in self._rows.values() for i in (row.published_revision_id, row.upstream_revision_id) if i}
        revisions = session.exec(select(RevisionRow).where(col(RevisionRow.id).in_(wanted))).all() if wanted else []
        self._contents = {revision.id: revision.content for revision in revisions}
        self._publish: dict[str, int | None] = {}
        self._added: list[str] = []
        self._updated: list[str] = []
        self._removed: list[str] = []
        self._kept: list[str] = []

    def take(self, pack: str, entry: Entry) -> None:
        """Compares one pack text with what is there."""
        name = f"{pack}/{entry.topic}"
        content = entry.model_dump(mode="json")
        row = self._rows.get(name)
        if row is None:
            row = EntryRow(id=name, pack=pack, topic=entry.topic)
            self._session.add(row)
            self._session.flush()
            self._added.append(name)
            self._replace(row, entry)
        elif content == self._content(row.upstream_revision_id):
            return
        elif content == self._content(row.published_revision_id):
            row.upstream_revision_id = row.published_revision_id
            row.conflict_revision_id = row.conflict_base_revision_id = None
        elif self._content(row.published_revision_id) == self._content(row.upstream_revision_id):
            self._updated.append(name)
            self._replace(row, entry)
        else:
            if row.conflict_revision_id is None:
                row.conflict_base_revision_id = row.upstream_revision_id
            row.upstream_revision_id = row.conflict_revision_id = self._write(row, entry)
            self._kept.append(name)

    def _content(self, revision: int | None) -> dict[str, object] | None:
        return self._contents.get(revision)

    def _write(self, row: EntryRow, entry: Entry) -> int | None:
        return add_revision(self._session, row, entry, author=AUTHOR, note="パックの取り込み", at=self._at).id

    def _replace(self, row: EntryRow, entry: Entry) -> None:
        row.upstream_revision_id = self._publish[row.id] = self._write(row, entry)
        row.conflict_revision_id = row.conflict_base_revision_id = None

    def drop_missing(self, packs: set[str], present: set[str]) -> None:
        """Entries whose pack file is gone are taken down, unless staff wrote their own text."""
        for row in self._rows.values():
            if row.pack not in packs or row.id in present or row.published_revision_id is None:
                continue
            if row.published_revision_id == row.upstream_revision_id:
                self._publish[row.id] = row.upstream_revision_id = None
                self._removed.append(row.id)

    def finish(self, reason: str, *, more: bool) -> Imported:
        """Publishes what changed; `more`: profiles or listings did."""
        self._session.flush()
        release = None
        if self._publish or more:
            release = publish(self._session, self._publish, author=AUTHOR, reason=reason, at=self._at).number
        return Imported(tuple(self._added), tuple(self._updated), tuple(self._removed), tuple(self._kept), release)
