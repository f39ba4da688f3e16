"""Drafts: their steps, who may approve, two people at one entry, and publishing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from knowledge import drafting
from knowledge.database import Database
from knowledge.drafting import DraftState
from knowledge.editing import (
    DraftNotFound,
    EditConflict,
    EntryExists,
    Overtaken,
    OwnWork,
    WrongState,
    find_entry,
    publish,
)
from knowledge.published import load_published
from knowledge.releases import history
from knowledge.schema import Entry
from knowledge.tables import DraftRow

ENTRY = "common/mynumber-card/lost-card"
OTHER = "common/conversation/help"


def _text(session: Session, entry: str = ENTRY) -> Entry:
    return next(e.entry for e in load_published(session).entries if e.id == entry)


def _answer(database: Database, entry: str = ENTRY) -> str | None:
    with database.reading() as session:
        return next((e.entry.answer for e in load_published(session).entries if e.id == entry), None)


def _save(
    session: Session, now: datetime, answer: str, author: str = "writer", entry: str = ENTRY, started: int | None = 0
) -> DraftRow:
    row = find_entry(session, entry)
    head = drafting.head_revision(session, row) if started == 0 else started
    changed = _text(session, entry).model_copy(update={"answer": answer})
    return drafting.save_draft(session, entry, changed, started_from=head, author=author, note="", at=now)


def _approved(session: Session, now: datetime, answer: str, entry: str = ENTRY) -> None:
    _save(session, now, answer, entry=entry)
    drafting.approve(session, entry, reviewer="chief", at=now, four_eyes=True)


def test_a_draft_goes_from_writer_to_reviewer_to_citizens(filled: Database, now: datetime) -> None:
    before = _answer(filled)
    with filled.writing() as session:
        _save(session, now, "新しい答えです。")
        assert drafting.submit(session, ENTRY, author="writer", at=now).state == DraftState.REVIEW
        draft = drafting.approve(session, ENTRY, reviewer="chief", at=now, four_eyes=True)
        assert (draft.state, draft.reviewer) == (DraftState.APPROVED, "chief")
    assert _answer(filled) == before
    with filled.writing() as session:
        release = drafting.publish_drafts(session, [ENTRY, ENTRY], author="chief", reason="直した", at=now)
        assert release.number == 2
        assert drafting.find_draft(session, ENTRY) is None
    assert _answer(filled) == "新しい答えです。"


def test_the_second_editor_of_a_draft_is_told_of_the_first(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        started = find_entry(session, ENTRY).published_revision_id
        first = _save(session, now, "先の人の答え", "first").revision_id
        with pytest.raises(EditConflict) as caught:
            _save(session, now, "あとの人の答え", "second", started=started)
        assert (caught.value.current.id, caught.value.current.author) == (first, "first")
        assert len(history(session, ENTRY)) == 2


def test_an_edit_after_approval_needs_a_new_one(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _approved(session, now, "一つ目")
        drafting.schedule(session, ENTRY, now + timedelta(hours=1))
        draft = _save(session, now, "二つ目")
        assert (draft.state, draft.reviewer, draft.publish_at) == (DraftState.DRAFT, None, None)
        with pytest.raises(WrongState):
            drafting.publish_drafts(session, [ENTRY], author="chief", reason="", at=now)
        with pytest.raises(WrongState):
            drafting.schedule(session, ENTRY, now + timedelta(hours=1))


def test_nobody_who_had_a_hand_in_a_draft_approves_it_under_four_eyes(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _save(session, now, "一人目の文", "one")
        _save(session, now, "二人目の文", "two")
        for author in ("one", "two"):
            with pytest.raises(OwnWork):
                drafting.approve(session, ENTRY, reviewer=author, at=now, four_eyes=True)
        assert drafting.approve(session, ENTRY, reviewer="three", at=now, four_eyes=True).reviewer == "three"


def test_a_writer_stays_a_writer_when_another_merges_their_draft(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        draft = _save(session, now, "一人目の文", "one")
        row = find_entry(session, ENTRY)
        other = drafting.add_revision(session, row, _text(session), author="pack", note="", at=now)
        publish(session, {ENTRY: other.id}, author="pack", reason="", at=now)
        text, head = _text(session), draft.revision_id
        drafting.rebase(session, ENTRY, text, started_from=head, onto=other.id, author="two", note="", at=now)
        assert drafting.writers(draft) == {"one", "two"}


def test_a_proposed_removal_is_its_proposers_work_whoever_submits_it(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        drafting.draft_removal(session, ENTRY, author="one", note="古い", at=now)
        drafting.submit(session, ENTRY, author="two", at=now)
        with pytest.raises(OwnWork):
            drafting.approve(session, ENTRY, reviewer="one", at=now, four_eyes=True)
        drafting.approve(session, ENTRY, reviewer="two", at=now, four_eyes=True)
        drafting.publish_drafts(session, [ENTRY], author="two", reason="", at=now)
        with pytest.raises(WrongState):
            drafting.draft_removal(session, ENTRY, author="one", note="", at=now)
    assert _answer(filled) is None


def test_with_four_eyes_off_one_person_does_it_all(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _save(session, now, "一人で直した", "alone")
        drafting.approve(session, ENTRY, reviewer="alone", at=now, four_eyes=False)
        drafting.publish_drafts(session, [ENTRY], author="alone", reason="", at=now)
    assert _answer(filled) == "一人で直した"


def test_a_refused_approval_changes_nothing(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _approved(session, now, "文")
        with pytest.raises(WrongState):
            drafting.approve(session, ENTRY, reviewer="late", at=now, four_eyes=False)
        draft = drafting.find_draft(session, ENTRY)
        assert draft is not None
        assert draft.reviewer == "chief"


def test_sending_back_takes_approval_and_moment_away(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _approved(session, now, "文")
        drafting.schedule(session, ENTRY, now)
        draft = drafting.send_back(session, ENTRY, at=now)
        assert (draft.state, draft.reviewer, draft.publish_at) == (DraftState.DRAFT, None, None)
        with pytest.raises(WrongState):
            drafting.send_back(session, ENTRY, at=now)


def test_a_release_is_all_or_nothing(filled: Database, now: datetime) -> None:
    before = _answer(filled)
    with filled.writing() as session:
        _approved(session, now, "承認した")
        _save(session, now, "まだ", entry=OTHER)
        with pytest.raises(WrongState):
            drafting.publish_drafts(session, [ENTRY, OTHER], author="chief", reason="", at=now)
        with pytest.raises(DraftNotFound):
            drafting.publish_drafts(session, ["common/no/draft"], author="chief", reason="", at=now)
    assert _answer(filled) == before


def test_an_overtaken_draft_is_not_published_until_it_is_merged(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _approved(session, now, "下書きの文")
        row = find_entry(session, ENTRY)
        other = drafting.add_revision(session, row, _text(session), author="pack", note="", at=now)
        publish(session, {ENTRY: other.id}, author="pack", reason="", at=now)
        with pytest.raises(Overtaken) as caught:
            drafting.publish_drafts(session, [ENTRY], author="chief", reason="", at=now)
        assert caught.value.entries == (ENTRY,)
        draft = drafting.find_draft(session, ENTRY)
        assert draft is not None
        assert drafting.is_overtaken(draft, row)
        merged = _text(session).model_copy(update={"answer": "合わせた文"})
        head = draft.revision_id
        for started_from, onto, error in ((head, draft.base_revision_id, Overtaken), (1, other.id, EditConflict)):
            with pytest.raises(error):
                drafting.rebase(
                    session, ENTRY, merged, started_from=started_from, onto=onto, author="w", note="", at=now
                )
        drafting.rebase(session, ENTRY, merged, started_from=head, onto=other.id, author="w", note="", at=now)
        drafting.approve(session, ENTRY, reviewer="chief", at=now, four_eyes=True)
        drafting.publish_drafts(session, [ENTRY], author="chief", reason="", at=now)
    assert _answer(filled) == "合わせた文"


def test_a_new_entry_begins_as_a_draft(filled: Database, now: datetime, entry_factory: Callable[..., Entry]) -> None:
    new = entry_factory("payment/cashless", "キャッシュレスで払えますか？", ("カードで払える",), "払えます。")
    with filled.writing() as session:
        drafting.begin_entry(session, "kokubunji", new, author="writer", note="", at=now)
        with pytest.raises(EntryExists):
            drafting.begin_entry(session, "kokubunji", new, author="other", note="", at=now)
    entry = "kokubunji/payment/cashless"
    assert _answer(filled, entry) is None
    with filled.writing() as session:
        drafting.approve(session, entry, reviewer="chief", at=now, four_eyes=True)
        drafting.publish_drafts(session, [entry], author="chief", reason="", at=now)
    assert _answer(filled, entry) == "払えます。"


def test_a_discarded_draft_stays_in_the_history_and_can_be_begun_again(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _save(session, now, "捨てる文")
        drafting.discard(session, ENTRY)
        assert drafting.find_draft(session, ENTRY) is None
        assert history(session, ENTRY)[0].content["answer"] == "捨てる文"
        assert _save(session, now, "次の文", "other").writers == ["other"]
        with pytest.raises(DraftNotFound):
            drafting.submit(session, OTHER, author="writer", at=now)


def test_due_are_the_approved_whose_moment_has_come(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        for entry, moment in ((ENTRY, now), (OTHER, now + timedelta(seconds=1))):
            _approved(session, now, "予約した文", entry)
            drafting.schedule(session, entry, moment)
        assert [draft.entry_id for draft in drafting.due_drafts(session, now)] == [ENTRY]
        drafting.schedule(session, ENTRY, None)
        assert drafting.due_drafts(session, now) == []


def test_comments_are_kept_in_order_and_empty_ones_are_not(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        for text in ("一つ目", "  ", "二つ目"):
            drafting.add_comment(session, ENTRY, author="a", text=text, at=now)
        assert [row.text for row in drafting.comments(session, ENTRY)] == ["一つ目", "二つ目"]


def test_drafts_are_listed_by_pack_the_last_touched_first(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        _save(session, now, "先", entry=OTHER)
        _save(session, now + timedelta(minutes=1), "あと")
        assert [draft.entry_id for draft in drafting.list_drafts(session, ["common"])] == [ENTRY, OTHER]
        assert drafting.list_drafts(session, ["oyama"]) == []


def test_saving_and_publishing_at_the_same_moment_end_in_one_order(filled: Database, now: datetime) -> None:
    """Both take the entry's lock before the draft's: the later one is told, and nobody waits for ever."""
    with filled.writing() as session:
        _approved(session, now, "承認した文")
        head = drafting.head_revision(session, find_entry(session, ENTRY))
    ready, told = threading.Barrier(2), list[str]()

    def run(work: Callable[[Session], object]) -> None:
        ready.wait(10)
        try:
            with filled.writing() as session:
                work(session)
        except (WrongState, EditConflict, DraftNotFound) as error:
            told.append(type(error).__name__)

    works: tuple[Callable[[Session], object], ...] = (
        lambda session: drafting.publish_drafts(session, [ENTRY], author="chief", reason="", at=now),
        lambda session: _save(session, now, "割りこんだ文", started=head),
    )
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with filled.reading() as session:
        draft = drafting.find_draft(session, ENTRY)
        published = _text(session).answer
    if told:
        assert told == ["WrongState"]
        assert draft is not None
    else:
        assert published == "承認した文"
        assert draft is not None
        assert draft.base_revision_id == head
