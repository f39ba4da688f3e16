"""The publish preview: what drafts change, for how many people, and what holds them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from admin.jobs.queue import JobState, drop_old, find_job
from admin.jobs.runner import Runner
from admin.jobs.tables import JobRow
from admin.publishing import pins, preview, previewing
from admin.publishing.drafted import Proposed, drafted, with_proposed
from admin.publishing.gate import refusal
from admin.publishing.replay import Kind, Question, Source, apart, changes, outcome, totals
from admin.tables import AuditRow
from admin.tasks import TASKS
from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, take_turn, understood
from bot.intents import Decision
from bot.library import Library
from bot.tables import UtteranceRow
from knowledge import drafting
from knowledge.database import Database
from knowledge.editing import add_revision, publish
from knowledge.published import Published
from knowledge.schema import Entry
from knowledge.tables import EntryRow, PinnedRow, RevisionRow

LOST = "common/mynumber-card/lost-card"
FOUND = "common/mynumber-card/found-after-lost"
CLASS = "kokubunji/smartphone-class/find-a-class"
Draft = Callable[..., None]


def _asked(people: list[str | None], text: str) -> Question:
    return Question(text, Source.ASKED, len(people), frozenset(p for p in people if p))


@pytest.fixture
def states(published: Published, city: CityKnowledge) -> Callable[..., tuple[CityKnowledge, CityKnowledge]]:
    """The published state, and one in which entries have other fields (None: they are gone)."""

    def made(changed: dict[str, dict[str, object] | None]) -> tuple[CityKnowledge, CityKnowledge]:
        texts = {e.id: e.entry for e in published.entries}
        proposed = [
            Proposed(entry, 9, None if more is None else texts[entry].model_copy(update=more))
            for entry, more in changed.items()
        ]
        after = with_proposed(published, proposed)
        day, lexicon = datetime(2026, 11, 21).date(), city.index.lexicon  # noqa: DTZ001 - a day
        return city, city_knowledge(after, "kokubunji", day, lexicon, common_shelf(after, day, lexicon))

    return made


def test_a_phrasing_that_moves_takes_its_question_along(states: Callable[..., object], now: datetime) -> None:
    before, after = states({LOST: {"phrasings": ("カードの紛失",)}, FOUND: {"phrasings": ("カードを落とした",)}})
    found = changes([_asked(["a", "b", None], "カードを落とした")], before, after, now)
    assert [(c.kind, c.before.topic, c.after.topic) for c in found] == [
        (Kind.SWITCHED, LOST.split("/", 1)[1], FOUND.split("/", 1)[1])
    ]
    assert [(t.people, t.times, t.asked) for t in totals(found)] == [(2, 3, 1)]


def test_what_is_taken_down_is_lost_and_what_is_taught_is_new(states: Callable[..., object], now: datetime) -> None:
    before, after = states({LOST: None, FOUND: {"phrasings": ("トンビが持っていった",)}})
    asked = [_asked(["a"], "トンビが持っていった"), _asked(["a", "b"], "マイナカードが見つからない")]
    found = {c.question.text: c.kind for c in changes(asked, before, after, now)}
    assert found["トンビが持っていった"] is Kind.NEW
    assert found["マイナカードが見つからない"] in (Kind.LOST, Kind.DOUBTED, Kind.SWITCHED)


def test_another_text_of_the_same_answer_is_told_apart(states: Callable[..., object], now: datetime) -> None:
    before, after = states({LOST: {"answer": "すぐに電話してください。"}})
    found = changes([_asked(["a"], "カードの紛失"), _asked(["b"], "使い方")], before, after, now)
    assert [(c.kind, c.question.text) for c in found] == [(Kind.TEXT, "カードの紛失")]


def test_nothing_changes_where_no_word_changed(states: Callable[..., object], now: datetime) -> None:
    before, after = states({LOST: {"section": "市民課"}})
    questions = [_asked(["a"], text) for text in ("カードの紛失", "カードをなくした", "雨は降りますか", "使い方")]
    assert changes(questions, before, after, now) == []


def test_most_people_come_first_and_nobody_counts_twice(states: Callable[..., object], now: datetime) -> None:
    before, after = states({LOST: {"answer": "電話してください。"}})
    asked = [_asked(["a"], "カードの紛失"), _asked(["a", "b"], "カードを落とした")]
    found = changes(asked, before, after, now)
    assert [c.question.text for c in found] == ["カードを落とした", "カードの紛失"]
    assert totals(found)[0].people == 2


def test_known_outcomes_are_not_asked_again_and_change_nothing(states: Callable[..., object], now: datetime) -> None:
    before, after = states({FOUND: {"phrasings": ("カードを落とした",)}, LOST: {"phrasings": ()}})
    questions = [_asked(["a"], text) for text in ("カードを落とした", "カードの紛失", "人と話したい")]
    known: dict[str, object] = {}
    first = changes(questions, before, after, now, known)
    assert set(known) == {q.text for q in questions}
    then: dict[str, object] = {}
    assert changes(questions, before, after, now, known, then) == first
    assert changes(questions, before, after, now, known, then) == first
    assert set(then) == set(known)
    seen: dict[str, object] = {}
    states_that_remember = (previewing.remembering(state, seen) for state in (before, after))
    assert changes(questions, *states_that_remember, now) == first


@pytest.mark.parametrize(
    "text",
    ["カードをなくした", "カードを落としたかも", "スマホ", "いくら？", "大きい字で", "よくある質問", "", "火事"],
)
def test_the_replay_hears_what_line_hears(city: CityKnowledge, now: datetime, text: str) -> None:
    inbound = Inbound(id="", kind=InboundKind.TEXT, municipality="kokubunji", at=now, text=text)
    turn = take_turn(inbound, Person(), city)
    if apart(text, city):
        assert turn.recognition is None or turn.recognition.reason == "life event"
        return
    assert turn.recognition == understood(text, city, now)
    assert turn.reply is not None
    told = outcome(text, city, now)
    assert (told.topic is not None) == (told.decision is Decision.ANSWER)
    assert told.topic == turn.reply.topic


# With a database


@pytest.fixture
def draft(filled: Database, now: datetime) -> Draft:
    """Changes an entry's draft (approved), or proposes to take it down."""

    def made(entry: str, *, approve: bool = True, removal: bool = False, **fields: object) -> None:
        with filled.writing() as session:
            row = session.get(EntryRow, entry)
            assert row is not None
            head = drafting.head_revision(session, row)
            text = session.get(RevisionRow, head)
            assert text is not None
            if removal:
                drafting.draft_removal(session, entry, author="editor", note="", at=now)
            else:
                content = Entry.model_validate({**text.content, **fields})
                drafting.save_draft(session, entry, content, started_from=head, author="editor", note="", at=now)
            if approve:
                drafting.approve(session, entry, reviewer="chief", at=now, four_eyes=False)

    return made


@pytest.fixture
def asked(filled: Database, now: datetime) -> None:
    """What people asked: three lost their card, one of them twice; one asked too long ago, one in another city."""
    rows = [
        ("a", "カードを落とした", "kokubunji", 0),
        ("a", "カードを落とした！", "kokubunji", 1),
        ("b", "カードを落とした", "kokubunji", 2),
        (None, "カードを落とした", "kokubunji", 3),
        ("c", "カードの紛失", "kokubunji", 29),
        ("d", "人と話したい", "kokubunji", 31),
        ("e", "カードを落とした", "oyama", 0),
    ]
    with filled.writing() as session:
        for number, (person, text, city, days) in enumerate(rows):
            at = now - timedelta(days=days)
            session.add(
                UtteranceRow(
                    id=str(number),
                    municipality=city,
                    channel="line",
                    at=at,
                    person=person,
                    text=text,
                    key=text.rstrip("！"),
                    decision="answer",
                    candidates=[],
                )
            )


@pytest.fixture
def look(filled: Database, library: Library, now: datetime) -> Callable[..., JobRow]:
    """Makes a preview and gives its finished job."""
    runner = Runner(filled, library, lambda: now, TASKS)

    def looked(*entries: str, cities: tuple[str, ...] = ("kokubunji",)) -> JobRow:
        with filled.writing() as session:
            wanted = preview.wanted_now(session, entries, cities)
            number = preview.start_preview(session, "kokubunji", wanted, author="editor", at=now).id or 0
        assert runner.run_once()
        with filled.reading() as session:
            job = find_job(session, "kokubunji", preview.KIND, number)
            assert job is not None
            return job

    return looked


def _result(job: JobRow) -> dict[str, object]:
    assert job.state == JobState.DONE, job.fault
    assert job.result is not None
    return job.result


@pytest.mark.usefixtures("asked")
def test_a_draft_is_shown_with_the_people_it_concerns(draft: Draft, look: Callable[..., JobRow]) -> None:
    draft(LOST, phrasings=["カードの紛失"])
    draft(FOUND, phrasings=["カードを落とした"])
    result = _result(look(LOST, FOUND))
    assert [(t["kind"], t["people"], t["times"]) for t in result["totals"] if t["kind"] == "switched"] == [
        ("switched", 2, 4)
    ]
    first = result["changes"][0]
    assert (first["text"], first["people"], first["times"], first["source"]) == ("カードを落とした", 2, 4, "asked")
    before, after = (previewing.answers_of(result)[first[side]["answer"]] for side in ("before", "after"))
    assert (before.topic, after.topic) == (LOST.split("/", 1)[1], FOUND.split("/", 1)[1])
    assert result["cities"] == [
        {"id": "kokubunji", "name": "国分寺市", "days": 30, "times": 5, "asked": 2, "phrasing": 21, "pinned": 0}
    ]


def test_the_drafts_own_phrasings_are_asked_too(draft: Draft, look: Callable[..., JobRow]) -> None:
    draft(CLASS, phrasings=["国分寺のスマホ講習会", "トンビのスマホ塾"])
    rows = _result(look(CLASS))["changes"]
    assert [(row["text"], row["kind"], row["source"]) for row in rows] == [("トンビのスマホ塾", "new", "phrasing")]


@pytest.mark.usefixtures("asked")
def test_a_common_entry_is_asked_in_all_cities_of_the_member(draft: Draft, look: Callable[..., JobRow]) -> None:
    draft(LOST, answer="電話してください。")
    result = _result(look(LOST, cities=("kokubunji", "oyama")))
    assert {city["id"] for city in result["cities"]} == {"kokubunji", "oyama"}
    assert {row["city"] for row in result["changes"]} == {"kokubunji", "oyama"}


def test_a_preview_lets_out_just_what_it_saw(
    filled: Database, draft: Draft, look: Callable[..., JobRow], now: datetime
) -> None:
    draft(LOST, answer="電話してください。")
    draft(FOUND, answer="窓口へ来てください。")

    def refused(*entries: str) -> str | None:
        with filled.reading() as session:
            return refusal(session, "kokubunji", entries)

    assert "公開前の確認" in (refused(LOST) or "")
    look(LOST)
    assert refused(LOST) is None
    assert "公開前の確認" in (refused(LOST, FOUND) or "")
    draft(LOST, answer="今すぐ電話してください。")
    assert "公開前の確認" in (refused(LOST) or "")
    look(LOST, FOUND)
    assert refused(LOST, FOUND) is None
    _publish_something(filled, now)
    assert "公開前の確認" in (refused(LOST, FOUND) or "")
    with filled.reading() as session:
        assert refusal(session, "common", [LOST], by_clock=True) is None


def _publish_something(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        row = session.get(EntryRow, CLASS)
        assert row is not None
        number = row.published_revision_id
        assert number is not None
        text = Entry.model_validate(session.get_one(RevisionRow, number).content)
        made = add_revision(session, row, text, author="other", note="", at=now)
        publish(session, {CLASS: made.id}, author="other", reason="", at=now)


def test_a_draft_that_moves_before_the_work_starts_is_said(filled: Database, draft: Draft, library: Library) -> None:
    draft(LOST, answer="電話してください。")
    with filled.writing() as session:
        wanted = preview.wanted_now(session, [LOST], ("kokubunji",))
        at = datetime.fromisoformat("2026-11-21T03:00:00+00:00")
        number = preview.start_preview(session, "kokubunji", wanted, author="editor", at=at).id
        again = preview.start_preview(session, "kokubunji", wanted, author="editor", at=at).id
    assert number == again
    draft(LOST, answer="今すぐ電話してください。")
    assert Runner(filled, library, lambda: at, TASKS).run_once()
    with filled.reading() as session:
        job = session.get_one(JobRow, number)
    assert (job.state, "変わりました" in job.fault) == (JobState.FAILED, True)


def _pin(filled: Database, library: Library, now: datetime, text: str, topic: str, city: str = "kokubunji") -> None:
    with filled.writing() as session:
        pins.pin(session, library.city(session, city), text, topic, author="editor", at=now)


def test_a_pinned_question_holds_back_until_an_approver_says_yes(
    filled: Database, library: Library, draft: Draft, look: Callable[..., JobRow], now: datetime
) -> None:
    _pin(filled, library, now, "カードを落とした", "mynumber-card/lost-card")
    draft(LOST, phrasings=["カードの紛失"])
    draft(FOUND, phrasings=["カードを落とした"])
    number = look(LOST, FOUND).id
    with filled.writing() as session:
        job = session.get_one(JobRow, number)
        blocking = pins.blocking_pins(session, "kokubunji", [LOST, FOUND])
        assert [(p.text, p.topic, p.instead) for p in blocking] == [
            ("カードを落とした", "mynumber-card/lost-card", "mynumber-card/found-after-lost")
        ]
        assert "守る質問" in (refusal(session, "kokubunji", [LOST, FOUND]) or "")
        assert pins.confirm_pins(job, author="chief", at=now) == blocking
        session.flush()
        assert pins.blocking_pins(session, "kokubunji", [LOST, FOUND]) == []
        assert refusal(session, "kokubunji", [LOST, FOUND]) is None
    draft(FOUND, phrasings=["カードを落とした", "落とし物"])
    look(LOST, FOUND)
    with filled.reading() as session:
        assert len(pins.blocking_pins(session, "kokubunji", [LOST, FOUND])) == 1


def test_pins_of_every_city_hold_a_common_change_back(
    filled: Database, library: Library, draft: Draft, look: Callable[..., JobRow], now: datetime
) -> None:
    _pin(filled, library, now, "カードを落とした", "mynumber-card/lost-card", "oyama")
    draft(LOST, removal=True)
    look(LOST)
    with filled.reading() as session:
        assert [p.city for p in pins.blocking_pins(session, "kokubunji", [LOST])] == ["oyama"]


def test_a_question_that_is_pinned_later_has_to_be_asked_first(
    filled: Database, library: Library, draft: Draft, look: Callable[..., JobRow], now: datetime
) -> None:
    draft(LOST, answer="電話してください。")
    look(LOST)
    _pin(filled, library, now, "カードの紛失", "mynumber-card/lost-card")
    with filled.reading() as session:
        assert "公開前の確認" in (refusal(session, "kokubunji", [LOST]) or "")
    look(LOST)
    with filled.reading() as session:
        assert refusal(session, "kokubunji", [LOST]) is None


def test_a_pin_is_masked_moves_and_has_its_limits(filled: Database, library: Library, now: datetime) -> None:
    _pin(filled, library, now, "090-1234-5678 のカードをなくした", "mynumber-card/lost-card")
    _pin(filled, library, now, "カードの紛失", "mynumber-card/found-after-lost")
    _pin(filled, library, now, "カードの紛失", "mynumber-card/lost-card")
    with filled.reading() as session:
        rows = session.exec(select(PinnedRow)).all()
        assert {row.topic for row in rows} == {"mynumber-card/lost-card"}
        assert not any("090" in row.text for row in rows)
        assert pins.unpin(session, "oyama", rows[0].id or 0) is None
    with filled.reading() as session, pytest.raises(pins.PinRefused):
        pins.pin(session, library.city(session, "oyama"), "x", "no/topic", author="e", at=now)


def test_a_preview_that_a_set_time_waits_for_is_kept(
    filled: Database, draft: Draft, look: Callable[..., JobRow], now: datetime
) -> None:
    draft(LOST, answer="電話してください。")
    draft(FOUND, answer="窓口へ来てください。")
    kept, dropped = look(LOST).id, look(FOUND).id
    later = now + timedelta(days=20)
    with filled.writing() as session:
        drafting.schedule(session, LOST, later)
        drop_old(session, later, keep=preview.waited_for(session))
    with filled.reading() as session:
        assert session.get(JobRow, kept) is not None
        assert session.get(JobRow, dropped) is None


def test_drafts_share_what_they_leave_alone(filled: Database, library: Library, draft: Draft) -> None:
    draft(CLASS, answer="市の窓口です。")
    with filled.reading() as session:
        published = library.published(session)
        common = _common_segment(library.city(session, "kokubunji"))
        proposed = drafted(published, session)
        assert _common_segment(library.drafted_city(session, proposed, "kokubunji")) is common
        assert library.drafted_city(session, proposed, "kokubunji") is library.drafted_city(
            session, proposed, "kokubunji"
        )
    draft(LOST, removal=True)
    with filled.reading() as session:
        city = library.drafted_city(session, drafted(published, session), "kokubunji")
        assert _common_segment(city) is not common
        assert "mynumber-card/lost-card" not in city.entries
        only_class = library.drafted_city(session, drafted(published, session, [CLASS]), "kokubunji")
        assert "mynumber-card/lost-card" in only_class.entries
        assert (
            library.city(session, "kokubunji").entries["smartphone-class/find-a-class"].entry.answer != "市の窓口です。"
        )


def _common_segment(city: CityKnowledge) -> object:
    return city.index.layers["ja"][-1].segment


# On the pages


def _sign_in(client: TestClient, login: str) -> None:
    assert client.post("/admin/sign-in", data={"login": login, "password": "correct horse battery"}).status_code == 303


@pytest.mark.usefixtures("asked")
def test_the_whole_way_on_the_pages(
    client: TestClient, filled: Database, library: Library, draft: Draft, now: datetime
) -> None:
    _sign_in(client, "chief")
    assert "下書きはありません" in client.get("/admin/kokubunji/preview").text
    pin = {"text": "カードを落とした", "topic": "mynumber-card/lost-card"}
    assert client.post("/admin/kokubunji/pins", data=pin).status_code == 303
    draft(LOST, phrasings=["カードの紛失"])
    draft(FOUND, phrasings=["カードを落とした"])
    assert client.post("/admin/kokubunji/preview").status_code == 422
    assert client.post("/admin/kokubunji/preview", data={"entry": ["oyama/x/y"]}).status_code == 404
    assert client.get("/admin/kokubunji/preview").status_code == 200
    assert client.get("/admin/kokubunji/preview").status_code == 200
    assert Runner(filled, library, lambda: now, TASKS).run_once(), "what is published is asked ahead"
    assert not Runner(filled, library, lambda: now, TASKS).run_once(), "once"
    with filled.reading() as session:
        ready = session.exec(select(JobRow).where(JobRow.kind == preview.READY)).one()
    assert (ready.state, ready.result) == (JobState.DONE, {"questions": 23})
    here = client.post("/admin/kokubunji/preview", data={"entry": [LOST, FOUND]}).headers["location"]
    assert "順番を待っています" in client.get(here).text
    assert Runner(filled, library, lambda: now, TASKS).run_once()
    page = client.get(here).text
    for words in ("人（", "別の項目の答えに変わります", "守る質問が変わります", "今の答え"):
        assert words in page
    assert client.post(f"{here}/confirm").headers["location"] == here
    assert "確認しました" not in client.get(here).text
    assert client.post(f"{here}/confirm", data={"sure": "true"}).headers["location"].endswith("done=confirmed")
    assert "確かめました" in client.get(here).text
    assert "変わる質問" in client.get(f"{here}?kind=switched&page=2").text
    with filled.reading() as session:
        assert _actions(session) >= {"pin question", "confirm pinned questions"}


def _actions(session: Session) -> set[str]:
    return set(session.exec(select(AuditRow.action)).all())


@pytest.mark.usefixtures("asked")
def test_somebody_elses_cities_are_not_shown(client: TestClient, draft: Draft, look: Callable[..., JobRow]) -> None:
    draft(LOST, answer="電話してください。")
    number = look(LOST, cities=("kokubunji", "oyama")).id
    _sign_in(client, "viewer")
    page = client.get(f"/admin/kokubunji/preview/{number}").text
    assert "国分寺市" in page
    assert "・小山市" not in page
    _sign_in(client, "neighbour")
    assert client.get(f"/admin/kokubunji/preview/{number}").status_code == 404
    assert client.get(f"/admin/oyama/preview/{number}").status_code == 404


def test_pinned_questions_are_tested_as_they_are_shown(client: TestClient, draft: Draft, filled: Database) -> None:
    _sign_in(client, "chief")
    assert "まだありません" in client.get("/admin/kokubunji/pins").text
    assert client.post("/admin/kokubunji/pins", data={"text": "x", "topic": ""}).status_code == 422
    client.post("/admin/kokubunji/pins", data={"text": "カードの紛失", "topic": "mynumber-card/lost-card"})
    assert "1 件すべてに" in client.get("/admin/kokubunji/pins").text
    draft(LOST, removal=True)
    assert "1 件が変わります" in client.get("/admin/kokubunji/pins").text
    assert client.post("/admin/kokubunji/pins/1/remove").status_code == 303
    assert client.post("/admin/kokubunji/pins/1/remove").status_code == 404
    with filled.reading() as session:
        assert "unpin question" in _actions(session)


def test_try_it_tells_everything_and_writes_nothing_down(client: TestClient, draft: Draft, filled: Database) -> None:
    _sign_in(client, "viewer")
    assert "記録されません" in client.get("/admin/kokubunji/try").text
    draft(LOST, question="カードをどこかへやったら？")
    page = client.get("/admin/kokubunji/try?q=かーどを無くしてしまった 090-1234-5678&state=both&large=true").text
    for words in ("今、公開中", "下書きを公開したら", "近い聞き方", "電話番号", "確かさの元"):
        assert words in page
    assert "090-1234" not in page
    assert "願い" in client.get("/admin/kokubunji/try?q=大きい字で").text
    with filled.reading() as session:
        assert session.exec(select(UtteranceRow)).all() == []
