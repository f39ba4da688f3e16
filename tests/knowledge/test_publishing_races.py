"""Publishing and loading while somebody else publishes: PostgreSQL, where two transactions go side by side."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlmodel import Session

from knowledge import published as loading
from knowledge.database import Database
from knowledge.drafting import approve, publish_drafts, save_draft
from knowledge.editing import Overtaken, add_revision, find_entry, publish, published_revision
from knowledge.published import load_published
from knowledge.schema import Entry

ENTRY = "common/mynumber-card/lost-card"
postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def _edited(session: Session, answer: str) -> tuple[Entry, int | None]:
    current = published_revision(session, find_entry(session, ENTRY))
    assert current is not None
    return Entry.model_validate({**current.content, "answer": answer}), current.id


def _publish(database: Database, answer: str, now: datetime) -> int:
    with database.writing() as session:
        row = find_entry(session, ENTRY, lock=True)
        revision = add_revision(session, row, _edited(session, answer)[0], author="other", note="", at=now)
        return publish(session, {ENTRY: revision.id}, author="other", reason="other", at=now).number


@postgresql
def test_what_this_session_read_before_does_not_hide_what_was_published_since(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        content, base = _edited(session, "わたしの答えです。")
        save_draft(session, ENTRY, content, started_from=base, author="writer", note="", at=now)
        approve(session, ENTRY, reviewer="chief", at=now, four_eyes=True)
    with filled.writing() as session:
        listed = find_entry(session, ENTRY)  # as the page does that lists what will be published
        _publish(filled, "ほかの人の答えです。", now)
        with pytest.raises(Overtaken):
            publish_drafts(session, [ENTRY], author="chief", reason="mine", at=now)
        assert listed.published_revision_id != base


@postgresql
def test_nobody_loads_half_of_a_release(filled: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Published between two queries of loading: the number and the texts still belong together."""
    texts = loading._texts
    published: list[int] = []

    def meanwhile(*arguments: object) -> dict[str, str]:
        if not published:
            published.append(_publish(filled, "新しい答えです。", now))
        return texts(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "_texts", meanwhile)
    with filled.reading() as session:
        found = load_published(session)
    assert found.release == published[0]
    assert {item.entry.answer for item in found.entries if item.id == ENTRY} == {"新しい答えです。"}
