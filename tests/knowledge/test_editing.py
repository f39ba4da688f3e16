"""Revisions, releases, and two people editing one entry."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlmodel import select

from knowledge.database import Database
from knowledge.drafting import save_draft
from knowledge.editing import EditConflict, EntryNotFound, add_revision, current_release, find_entry, publish
from knowledge.published import load_published
from knowledge.schema import Entry
from knowledge.tables import ReleaseChangeRow

ENTRY = "common/mynumber-card/lost-card"


def _text(database: Database) -> str:
    with database.reading() as session:
        return next(e.entry.answer for e in load_published(session).entries if e.id == ENTRY)


def test_an_edit_changes_nothing_until_it_is_published(filled: Database, now: datetime) -> None:
    before = _text(filled)
    with filled.writing() as session:
        row = find_entry(session, ENTRY)
        content = next(e.entry for e in load_published(session).entries if e.id == ENTRY)
        changed = content.model_copy(update={"answer": "新しい答えです。"})
        revision = add_revision(session, row, changed, author="a", note="", at=now)
    assert _text(filled) == before
    with filled.writing() as session:
        release = publish(session, {ENTRY: revision.id}, author="a", reason="直した", at=now)
    assert (_text(filled), release.number) == ("新しい答えです。", 2)
    with filled.reading() as session:
        change = session.exec(select(ReleaseChangeRow).where(ReleaseChangeRow.release_number == 2)).one()
        assert change.after_revision_id == revision.id
        assert change.before_revision_id != revision.id


def test_the_second_editor_is_told_of_the_first(
    filled: Database, now: datetime, entry_factory: Callable[..., Entry]
) -> None:
    mine = entry_factory("mynumber-card/lost-card", "質問", ("言い方",), "わたしの答え")
    theirs = entry_factory("mynumber-card/lost-card", "質問", ("言い方",), "先の人の答え")
    with filled.reading() as session:
        started = find_entry(session, ENTRY).published_revision_id or 0
    with filled.writing() as session:
        first = add_revision(session, find_entry(session, ENTRY), theirs, author="先の人", note="", at=now)
        publish(session, {ENTRY: first.id}, author="先の人", reason="", at=now)
    with filled.writing() as session, pytest.raises(EditConflict) as caught:
        save_draft(session, ENTRY, mine, started_from=started, author="あとの人", note="", at=now)
    assert caught.value.current.author == "先の人"
    assert _text(filled) == "先の人の答え"


def test_an_entry_that_is_not_there(filled: Database) -> None:
    with filled.reading() as session, pytest.raises(EntryNotFound):
        find_entry(session, "common/mynumber-card/no-such-thing")


def test_a_release_that_fails_leaves_no_trace(filled: Database, now: datetime) -> None:
    with pytest.raises(KeyError), filled.writing() as session:
        publish(session, {"common/none/such": None}, author="a", reason="", at=now)
    with filled.reading() as session:
        assert current_release(session) == 1
