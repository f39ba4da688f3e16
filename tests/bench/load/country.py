"""Every municipality of the country in one database: the common pack that ships, and made-up cities on top of it.

The cities' entries are those of the five founding packs with words exchanged (a fixed seed), so that no two say the
same. They are written in bulk, as one release.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel

sys.path.insert(0, str(Path(__file__).parents[1]))  # the benchmarks are no package; they share modules all the same

from synthetic import exchanged

from deploy import clock, schema
from knowledge.database import Database
from knowledge.importing import import_packs
from knowledge.packs import ReadPacks, read_packs
from knowledge.schema import COMMON, Entry, Pack
from knowledge.sources import read_facts
from knowledge.tables import CurrentReleaseRow, EntryRow, PackRow, ReleaseChangeRow, ReleaseRow, RevisionRow

MUNICIPALITIES = 1_741
"""市区町村: 1,718 and the 23 special wards of Tokyo."""
FIRST = 1_000_000
"""Revisions of made-up cities begin here."""
AT_ONCE = 5_000
"""Rows in one statement."""


def city_name(number: int) -> str:
    """The id of a made-up city."""
    return f"city-{number:04}"


def country(cities: int, entries: int) -> Callable[[Database], None]:
    """Fills an empty database with the common pack and so many cities with so many entries each."""

    def fill(database: Database) -> None:
        schema.upgrade(database)
        read, facts = read_packs(), read_facts()[0]
        common = tuple(e for e in read.entries if e.pack == COMMON)
        with database.writing() as session:
            only_common = ReadPacks({COMMON: read.packs[COMMON]}, common, ())
            import_packs(session, only_common, facts, at=clock.now(), reason="bench")
            _write(session, list(_made(read, cities, entries)), cities, read)

    return fill


def _made(read: ReadPacks, cities: int, entries: int) -> Iterator[tuple[str, Entry]]:
    """City and entry: the founding packs in turn, their first entries."""
    packs = sorted(pack for pack in read.packs if pack != COMMON)
    own = {pack: [e.entry for e in read.entries if e.pack == pack][:entries] for pack in packs}
    words = [entry.question for found in own.values() for entry in found]
    for number in range(cities):
        chance = random.Random(number)
        for entry in own[packs[number % len(packs)]]:
            ways = tuple(dict.fromkeys(exchanged(p, words, chance)[:120] for p in entry.phrasings))
            yield city_name(number), entry.model_copy(update={"phrasings": ways})


def _write(session: Session, made: Sequence[tuple[str, Entry]], cities: int, read: ReadPacks) -> None:
    packs = sorted(pack for pack in read.packs if pack != COMMON)
    profiles = (_profile(read.packs[packs[n % len(packs)]], n) for n in range(cities))
    _insert(session, PackRow, ({"id": pack.id, "profile": pack.model_dump(mode="json")} for pack in profiles))
    at, revisions = clock.now(), range(FIRST, FIRST + len(made))
    named = [
        (revision, f"{pack}/{entry.topic}", pack, entry)
        for revision, (pack, entry) in zip(revisions, made, strict=True)
    ]
    rows = ({"id": i, "pack": pack, "topic": e.topic, "published_revision_id": r} for r, i, pack, e in named)
    _insert(session, EntryRow, rows)
    texts = (
        {
            "id": revision,
            "entry_id": entry_id,
            "number": 1,
            "content": entry.model_dump(mode="json"),
            "author": "bench",
            "note": "",
            "created_at": at,
        }
        for revision, entry_id, _, entry in named
    )
    _insert(session, RevisionRow, texts)
    _insert(session, ReleaseRow, [{"number": 2, "author": "pack", "reason": "bench", "created_at": at}])
    changes = ({"release_number": 2, "entry_id": entry_id, "after_revision_id": r} for r, entry_id, _, _ in named)
    _insert(session, ReleaseChangeRow, changes)
    current = session.get(CurrentReleaseRow, 1)
    assert current is not None
    current.number = 2


def _profile(pack: Pack, number: int) -> Pack:
    return pack.model_copy(update={"id": city_name(number), "name": f"見本{number}市"})


def _insert(session: Session, table: type[SQLModel], rows: Any) -> None:
    every = iter(rows)
    while some := list(islice(every, AT_ONCE)):
        session.connection().execute(table.__table__.insert(), some)  # type: ignore[attr-defined]
