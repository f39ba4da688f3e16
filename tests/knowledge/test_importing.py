"""Packs into the database: three ways, and staff edits survive."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from knowledge.database import Database
from knowledge.editing import add_revision, current_release, find_entry, publish
from knowledge.importing import Imported, import_packs
from knowledge.packs import read_packs, write_packs
from knowledge.published import Published, load_published
from knowledge.schema import Entry

ENTRY = "common/mynumber-card/lost-card"


@pytest.fixture
def folder(tmp_path: Path, published: Published) -> Path:
    root = tmp_path / "packs"
    write_packs(root, published.packs.values(), ((e.pack, e.entry) for e in published.entries))
    return root


def _import(database: Database, folder: Path, published: Published, now: datetime) -> Imported:
    with database.writing() as session:
        return import_packs(session, read_packs(folder), published.register.facts, at=now, reason="test")


def _change(folder: Path, answer: str) -> None:
    path = folder / f"{ENTRY}.yaml"
    entry = next(e.entry for e in read_packs(folder).entries if e.id == ENTRY)
    write_packs(folder, [], [("common", entry.model_copy(update={"answer": answer}))])
    assert answer in path.read_text(encoding="utf-8")


def _published_answer(database: Database) -> str:
    with database.reading() as session:
        return next(e.entry.answer for e in load_published(session).entries if e.id == ENTRY)


def _staff_edit(database: Database, answer: str, now: datetime) -> None:
    with database.writing() as session:
        row = find_entry(session, ENTRY)
        old: Entry = next(e.entry for e in load_published(session).entries if e.id == ENTRY)
        new = old.model_copy(update={"answer": answer})
        revision = add_revision(session, row, new, author="a", note="", at=now)
        publish(session, {ENTRY: revision.id}, author="a", reason="", at=now)


def test_a_second_import_of_the_same_packs_changes_nothing(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    first = _import(database, folder, published, now)
    second = _import(database, folder, published, now)
    assert (len(first.added), second.changed, second.release) == (6, 0, None)
    with database.reading() as session:
        assert current_release(session) == 1


def test_a_new_pack_text_replaces_an_old_pack_text(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    _import(database, folder, published, now)
    _change(folder, "新しい版の答えです。")
    assert _import(database, folder, published, now).updated == (ENTRY,)
    assert _published_answer(database) == "新しい版の答えです。"


def test_a_staff_edit_survives_a_pack_upgrade_and_the_new_text_waits(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    _import(database, folder, published, now)
    _staff_edit(database, "職員の答えです。", now)
    _change(folder, "新しい版の答えです。")
    assert _import(database, folder, published, now).kept == (ENTRY,)
    assert _published_answer(database) == "職員の答えです。"
    with database.reading() as session:
        assert find_entry(session, ENTRY).conflict_revision_id is not None


def test_a_staff_edit_that_the_pack_takes_over_is_no_conflict(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    _import(database, folder, published, now)
    _staff_edit(database, "同じ答えです。", now)
    _change(folder, "同じ答えです。")
    assert _import(database, folder, published, now).kept == ()
    _change(folder, "次の版です。")
    assert _import(database, folder, published, now).updated == (ENTRY,)


def test_an_entry_gone_from_the_pack_is_taken_down(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    _import(database, folder, published, now)
    (folder / f"{ENTRY}.yaml").unlink()
    assert _import(database, folder, published, now).removed == (ENTRY,)
    with database.reading() as session:
        assert ENTRY not in {e.id for e in load_published(session).entries}
