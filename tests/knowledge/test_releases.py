"""Releases as staff see them, taking one back, and pack texts that wait."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from knowledge import drafting
from knowledge.database import Database
from knowledge.editing import EditConflict, EntryNotFound, Overtaken, WrongState, find_entry, publish
from knowledge.importing import import_packs
from knowledge.packs import read_packs, write_packs
from knowledge.published import Published, load_published
from knowledge.releases import changes_of, find_release, history, list_releases, released_in, text_of, undo_release
from knowledge.schema import Entry
from knowledge.tables import PackRow, ReleaseRow
from knowledge.upgrading import keep_own, take_upgrade, waiting_upgrade, waiting_upgrades

ENTRY = "common/mynumber-card/lost-card"
CITY = "kokubunji/smartphone-class/find-a-class"


def _entry(session: Session, entry: str = ENTRY) -> Entry:
    return next(e.entry for e in load_published(session).entries if e.id == entry)


def _publish(session: Session, now: datetime, answer: str, *entries: str) -> ReleaseRow:
    changes = {}
    for entry in entries or (ENTRY,):
        new = _entry(session, entry).model_copy(update={"answer": answer})
        row = find_entry(session, entry)
        changes[entry] = drafting.add_revision(session, row, new, author="a", note="", at=now).id
    return publish(session, changes, author="a", reason=answer, at=now)


def test_a_release_is_taken_back_as_a_new_one(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        before = {entry: _entry(session, entry).answer for entry in (ENTRY, CITY)}
        number = _publish(session, now, "まちがえた", ENTRY, CITY).number
        back = undo_release(session, number, author="chief", reason="まちがい", at=now)
        assert (back.number, back.undoes) == (number + 1, number)
        assert {entry: _entry(session, entry).answer for entry in (ENTRY, CITY)} == before
        again = undo_release(session, back.number, author="chief", reason="やはり", at=now)
        assert _entry(session).answer == "まちがえた"
        assert again.undoes == back.number


def test_a_release_that_something_came_after_is_not_taken_back(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        number = _publish(session, now, "一つ目", ENTRY, CITY).number
        _publish(session, now, "二つ目", CITY)
        with pytest.raises(Overtaken) as caught:
            undo_release(session, number, author="chief", reason="", at=now)
        assert caught.value.entries == (CITY,)
        assert _entry(session).answer == "一つ目"
        with pytest.raises(EntryNotFound):
            undo_release(session, 99, author="chief", reason="", at=now)


def test_taking_back_overtakes_the_drafts_begun_since(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        number = _publish(session, now, "まちがえた").number
        head = find_entry(session, ENTRY).published_revision_id
        drafting.save_draft(session, ENTRY, _entry(session), started_from=head, author="w", note="", at=now)
        drafting.approve(session, ENTRY, reviewer="c", at=now, four_eyes=False)
        undo_release(session, number, author="chief", reason="", at=now)
        with pytest.raises(Overtaken):
            drafting.publish_drafts(session, [ENTRY], author="c", reason="", at=now)


def test_releases_are_shown_to_those_they_concern(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        city = _publish(session, now, "市の文", CITY).number
        settings = publish(session, {}, author="a", reason="設定", at=now, pack="kokubunji").number
        everybody = publish(session, {}, author="a", reason="一覧", at=now).number
        of_city = [s.release.number for s in list_releases(session, ["kokubunji", "common"])]
        of_other = [s.release.number for s in list_releases(session, ["oyama", "common"])]
        assert of_city == [everybody, settings, city, 1]
        assert of_other == [everybody, 1]
        assert find_release(session, ["oyama", "common"], city) is None
        assert find_release(session, ["oyama", "common"], settings) is None
        assert find_release(session, ["oyama", "common"], 99) is None
        found = find_release(session, ["kokubunji"], city)
        assert found is not None
        assert found.entries == (CITY,)


def test_what_changed_and_the_history_of_an_entry(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        number = _publish(session, now, "新しい文").number
        change = changes_of(session, number)[0]
        assert change.before is not None
        assert change.after is not None
        assert (change.entry, change.after.content["answer"]) == (ENTRY, "新しい文")
        assert [row.number for row in history(session, ENTRY)] == [2, 1]
        assert released_in(session, ENTRY) == {change.before.id: 1, change.after.id: number}
        assert text_of(session, change.after.id or 0).answer == "新しい文"
        with pytest.raises(EntryNotFound):
            text_of(session, 999)


@pytest.fixture
def folder(tmp_path: Path, published: Published) -> Path:
    root = tmp_path / "packs"
    write_packs(root, published.packs.values(), ((e.pack, e.entry) for e in published.entries))
    return root


def _import(session: Session, folder: Path, published: Published, now: datetime) -> None:
    import_packs(session, read_packs(folder), published.register.facts, at=now, reason="test")


def _change(folder: Path, **changes: object) -> None:
    entry = next(e.entry for e in read_packs(folder).entries if e.id == ENTRY)
    write_packs(folder, [], [("common", entry.model_copy(update=changes))])


def _meet(session: Session, folder: Path, published: Published, now: datetime) -> int:
    """A staff text meets two pack texts, one after the other; returns the revision that waits."""
    _import(session, folder, published, now)
    _publish(session, now, "職員の文")
    for answer in ("二つ目の版", "三つ目の版"):
        _change(folder, answer=answer)
        _import(session, folder, published, now)
    waiting = waiting_upgrade(session, ENTRY)
    assert waiting is not None
    assert waiting.base is not None
    assert waiting.mine is not None
    assert waiting.base.content["answer"].startswith("まず電話で"), "the pack text that the staff text was made from"
    assert (waiting.theirs.content["answer"], waiting.mine.content["answer"]) == ("三つ目の版", "職員の文")
    return waiting.theirs.id or 0


def test_a_pack_text_waits_until_its_merge_is_published(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    with database.writing() as session:
        upgrade = _meet(session, folder, published, now)
        head = find_entry(session, ENTRY).published_revision_id
        joined = _entry(session).model_copy(update={"answer": "合わせた文"})
        with pytest.raises(EditConflict):
            take_upgrade(session, ENTRY, joined, upgrade=upgrade, started_from=1, author="w", note="", at=now)
        with pytest.raises(WrongState):
            take_upgrade(session, ENTRY, joined, upgrade=1, started_from=head, author="w", note="", at=now)
        take_upgrade(session, ENTRY, joined, upgrade=upgrade, started_from=head, author="w", note="", at=now)
        assert [item.entry for item in waiting_upgrades(session, ["common"])] == [ENTRY]
        drafting.approve(session, ENTRY, reviewer="c", at=now, four_eyes=True)
        drafting.publish_drafts(session, [ENTRY], author="c", reason="", at=now)
        assert waiting_upgrades(session, ["common"]) == []
        assert _entry(session).answer == "合わせた文"


def test_another_draft_leaves_the_pack_text_waiting(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    with database.writing() as session:
        _meet(session, folder, published, now)
        _publish(session, now, "職員の別の文")
        assert [item.entry for item in waiting_upgrades(session, ["common"])] == [ENTRY]
        assert waiting_upgrades(session, ["oyama"]) == []


def test_keeping_the_staff_text_ends_the_waiting_until_the_next_version(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    with database.writing() as session:
        upgrade = _meet(session, folder, published, now)
        with pytest.raises(WrongState):
            keep_own(session, ENTRY, upgrade=1)
        keep_own(session, ENTRY, upgrade=upgrade)
        assert waiting_upgrade(session, ENTRY) is None
        _import(session, folder, published, now)
        assert waiting_upgrade(session, ENTRY) is None
        _change(folder, answer="四つ目の版")
        _import(session, folder, published, now)
        waiting = waiting_upgrade(session, ENTRY)
        assert waiting is not None
        assert waiting.base is not None
        assert waiting.base.content["answer"] == "三つ目の版", "what was refused is not offered again"


def test_what_staff_set_in_a_profile_survives_an_upgrade(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    with database.writing() as session:
        _import(session, folder, published, now)
        row = session.get(PackRow, "kokubunji")
        assert row is not None
        row.profile = {**row.profile, "counter": {**row.profile["counter"], "tel": "042-000-0000"}}
        session.flush()
        pack = published.packs["kokubunji"]
        counter = pack.counter.model_copy(update={"hours": "平日 8:30〜17:15", "tel": "042-325-9999"})
        write_packs(folder, [pack.model_copy(update={"counter": counter, "website": "https://example.jp/"})], [])
        _import(session, folder, published, now)
        stored = load_published(session).packs["kokubunji"]
        assert (stored.counter.tel, stored.counter.hours) == ("042-000-0000", "平日 8:30〜17:15")
        assert stored.website == "https://example.jp/"
        assert list_releases(session, ["kokubunji"])[0].release.number == 2, "replicas are told of a new profile"


def test_an_entry_that_comes_back_to_its_pack_is_published_again(
    database: Database, folder: Path, published: Published, now: datetime
) -> None:
    path = folder / f"{ENTRY}.yaml"
    text = path.read_text(encoding="utf-8")
    with database.writing() as session:
        _import(session, folder, published, now)
        path.unlink()
        _import(session, folder, published, now)
        path.write_text(text, encoding="utf-8")
        _import(session, folder, published, now)
        assert _entry(session).answer.startswith("まず電話で")
