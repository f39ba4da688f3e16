"""Mending: a wording goes into a draft, waits for its publication, is asked again, and is resolved or comes back."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from admin.publishing.replay import Outcome
from admin.review import queue, sampling
from admin.review.replaying import reason
from admin.review.tables import AuditSampleRow, QuestionGroupRow
from admin.tables import AuditRow
from bot import records
from bot.conversation.city import CityKnowledge
from bot.conversation.turn import reply_to, understood
from bot.intents import Decision
from bot.library import Library
from bot.responses.compose import Style
from bot.responses.reply import ReplyKind
from knowledge import drafting
from knowledge.database import Database
from knowledge.releases import text_of
from knowledge.tables import DraftRow, EntryRow, PinnedRow

PASSWORD = "correct horse battery"
BASE = "/admin/kokubunji/unanswered"
ODD = "ぴかぴかの板をおっことした"
LOST, FOUND = "mynumber-card/lost-card", "mynumber-card/found-after-lost"


@dataclass
class Desk:
    """A city whose people ask, and staff who mend."""

    database: Database
    library: Library
    client: TestClient
    work: Callable[[], None]
    now: datetime
    numbers: itertools.count[int]

    def ask(self, text: str, person: str = "p1") -> ReplyKind:
        """Somebody asks."""
        about = f"u{next(self.numbers)}"
        with self.database.writing() as session:
            city = self.library.city(session, "kokubunji")
            found = understood(text, city, self.now)
            reply = reply_to(found, city, Style(), "")
            records.record_utterance(session, records.Asked(about, "kokubunji", "line", self.now, person), found, reply)
        return reply.kind

    def sign_in(self, login: str) -> None:
        """Somebody else sits down."""
        self.client.cookies.clear()
        self.client.post("/admin/sign-in", data={"login": login, "password": PASSWORD})

    def group(self, text: str = ODD) -> QuestionGroupRow:
        """The question's group as it is now."""
        self.work()
        with self.database.reading() as session:
            for tab in queue.TABS:
                for listed in queue.find_groups(session, "kokubunji", queue.Wanted(tab=tab), self.now).rows:
                    if listed.shown.text == text:
                        return listed.row
        raise AssertionError(text)

    def post(self, row: QuestionGroupRow, step: str, **data: Any) -> Any:
        """Takes a step with a question."""
        return self.client.post(f"{BASE}/{row.id}/{step}", data={"seen": row.version, **data})

    def draft(self, entry: str) -> dict[str, Any] | None:
        """The text of an entry's draft."""
        with self.database.reading() as session:
            row = session.get(DraftRow, entry)
            return text_of(session, row.revision_id).model_dump() if row and row.revision_id else None

    def publish(self, entry: str) -> None:
        """Approves and publishes a draft."""
        with self.database.writing() as session:
            drafting.approve(session, entry, reviewer="chief", at=self.now, four_eyes=False)
            drafting.publish_drafts(session, [entry], author="chief", reason="x", at=self.now)


@pytest.fixture
def desk(filled: Database, library: Library, client: TestClient, work: Callable[[], None], now: datetime) -> Desk:
    """国分寺市, with the chief at the desk."""
    desk = Desk(filled, library, client, work, now, itertools.count(1))
    desk.sign_in("chief")
    return desk


def _pins(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        return [(row.text, row.topic) for row in session.exec(select(PinnedRow)).all()]


def test_a_wording_waits_is_published_and_answers(desk: Desk) -> None:
    assert desk.ask(ODD) is ReplyKind.FALLBACK
    row = desk.group()
    done = desk.post(row, "wording", topic=LOST, text=ODD, back="tab=open")
    assert done.headers["location"] == f"{BASE}?tab=open&done=mended"
    draft = desk.draft(f"common/{LOST}")
    assert draft is not None
    assert ODD in draft["phrasings"]
    waiting = desk.group()
    assert (waiting.state, waiting.entry, waiting.cause) == ("pending", f"common/{LOST}", "wording")
    assert desk.ask(ODD, "p2") is ReplyKind.FALLBACK
    desk.publish(f"common/{LOST}")
    solved = desk.group()
    assert (solved.state, solved.why, solved.resolved_at) == ("resolved", "", desk.now)
    assert _pins(desk) == [(ODD, LOST)]
    assert desk.ask(ODD, "p3") is ReplyKind.ANSWER
    page = desk.client.get(f"{BASE}/{row.id}").text
    assert "「マイナンバーカードをなくしたときは？」で答えるようになりました" in page
    assert "「守る質問」に入れました" in page
    with desk.database.reading() as session:
        actions = session.exec(
            select(AuditRow.action, AuditRow.actor).where(AuditRow.subject == f"質問 {row.id}")
        ).all()
    assert actions == [("question mend", "chief"), ("question resolved", "system")]


def test_who_may_not_change_the_common_entry_changes_the_citys_copy(desk: Desk) -> None:
    desk.ask(ODD)
    desk.sign_in("editor")
    row = desk.group()
    assert "国分寺市の項目としてうつした下書きになります" in desk.client.get(f"{BASE}/{row.id}").text
    desk.post(row, "wording", topic=LOST, text=ODD)
    assert desk.draft(f"common/{LOST}") is None
    draft = desk.draft(f"kokubunji/{LOST}")
    assert draft is not None
    assert {ODD, "カードを落とした"} <= set(draft["phrasings"])
    desk.publish(f"kokubunji/{LOST}")
    assert desk.group().state == "resolved"


@pytest.mark.parametrize(
    ("topic", "text", "words"),
    [
        (LOST, "", "1 文字から 120 文字"),
        (LOST, "あ" * 121, "1 文字から 120 文字"),
        (LOST, "090-1234-5678 のこと", "個人の情報"),
        (LOST, "【電話番号】のこと", "個人の情報"),
        (LOST, "カードを落とした", "もうこの項目にあります"),
        (LOST, "カードが出てきた", "にもあります"),
        ("mynumber-card/nothing", ODD, "もうありません"),
    ],
)
def test_a_wording_that_cannot_be_added_is_said_and_kept(desk: Desk, topic: str, text: str, words: str) -> None:
    desk.ask(ODD)
    row = desk.group()
    answer = desk.post(row, "wording", topic=topic, text=text)
    assert answer.status_code == 422
    assert words in answer.text
    assert f'value="{text}"' in answer.text
    assert desk.group().version == row.version
    assert desk.draft(f"common/{LOST}") is None


def test_a_discarded_draft_gives_the_question_back(desk: Desk) -> None:
    desk.ask(ODD)
    desk.post(desk.group(), "wording", topic=LOST, text=ODD)
    with desk.database.writing() as session:
        drafting.discard(session, f"common/{LOST}")
    back = desk.group()
    assert (back.state, back.entry, back.why) == ("back", None, "下書きが捨てられました。")


def test_a_question_that_is_still_not_answered_comes_back_with_the_reason(desk: Desk) -> None:
    desk.ask(ODD)
    desk.post(desk.group(), "wording", topic=LOST, text="板をなくしました")
    desk.publish(f"common/{LOST}")
    back = desk.group()
    assert (back.state, back.why) == ("back", "公開しましたが、まだ答えられません。")
    assert "公開しましたが、まだ答えられません" in desk.client.get(BASE).text
    assert _pins(desk) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Outcome(Decision.ANSWER, 0.9, FOUND), "まだ別の項目「なくしたカードが見つかったら？」が選ばれます"),
        (Outcome(Decision.ASK, 0.4, options=(FOUND, LOST)), "まだ聞き返しになります（候補には出ます）"),
        (Outcome(Decision.ASK, 0.4, options=(FOUND,)), "まだ聞き返しになります（候補にも出ません）"),
        (Outcome(Decision.FALLBACK, 0.1), "まだ答えられません"),
    ],
)
def test_the_reason_says_what_happens_instead(city: CityKnowledge, found: Outcome, words: str) -> None:
    assert reason(found, LOST, city) == f"公開しましたが、{words}。"


def test_wordings_that_are_still_not_answered_become_a_question_of_their_own(desk: Desk) -> None:
    desk.ask(ODD, "p1")
    desk.ask(ODD, "p2")
    desk.ask("へんてこりんなほげほげ", "p3")
    other = desk.group("へんてこりんなほげほげ")
    desk.post(other, "merge", into=desk.group().id)
    row = desk.group()
    desk.post(row, "wording", topic=LOST, text=ODD)
    desk.publish(f"common/{LOST}")
    assert desk.group().state == "resolved"
    rest = desk.group("へんてこりんなほげほげ")
    assert (rest.state, rest.id != row.id) == ("back", True)
    assert "この聞き方にはまだ答えられません" in rest.why


def test_an_entry_begins_with_a_question(desk: Desk) -> None:
    desk.ask(ODD)
    row = desk.group()
    form = {"group": "mynumber-card", "name": "dropped-plate", "question": "板を落としたら？", "text": ODD}
    for wrong, words in (
        ({"answer": ""}, "空です"),
        ({"answer": "書いた答え", "name": "大文字"}, "英語の小文字"),
        ({"answer": "書いた答え", "name": "lost-card"}, "もうあります"),
        ({"answer": "書いた答え", "group": "nowhere"}, "分野を選んで"),
    ):
        answer = desk.post(row, "entry", **{**form, **wrong})
        assert (answer.status_code, words in answer.text) == (422, True)
        assert wrong["answer"] in answer.text
    done = desk.post(row, "entry", **form, answer="窓口に来てください。")
    assert done.headers["location"] == "/admin/kokubunji/entries/mynumber-card/dropped-plate?saved=1"
    assert desk.client.get(done.headers["location"]).status_code == 200
    draft = desk.draft("kokubunji/mynumber-card/dropped-plate")
    assert draft is not None
    assert (draft["phrasings"], draft["as_of"]) == ((ODD,), date(2026, 11, 21))
    assert desk.group().cause == "no-entry"
    desk.publish("kokubunji/mynumber-card/dropped-plate")
    assert desk.group().state == "resolved"
    assert desk.ask(ODD) is ReplyKind.ANSWER


def test_what_is_taught_on_an_entrys_page_is_resolved_too(desk: Desk) -> None:
    desk.ask(ODD)
    row = desk.group()
    with desk.database.writing() as session:
        entry = session.get(EntryRow, f"common/{LOST}")
        assert entry is not None
        text = text_of(session, entry.published_revision_id or 0)
        taught = text.model_copy(update={"phrasings": (*text.phrasings, ODD)})
        head = entry.published_revision_id
        drafting.save_draft(session, entry.id, taught, started_from=head, author="a", note="", at=desk.now)
    desk.publish(f"common/{LOST}")
    assert (desk.group().id, desk.group().state) == (row.id, "resolved")
    assert _pins(desk) == [(ODD, LOST)]


def test_taking_an_entry_down_gives_its_questions_back(desk: Desk) -> None:
    desk.ask(ODD)
    desk.post(desk.group(), "wording", topic=LOST, text=ODD)
    desk.publish(f"common/{LOST}")
    assert desk.group().state == "resolved"
    with desk.database.writing() as session:
        drafting.draft_removal(session, f"common/{LOST}", author="chief", note="", at=desk.now)
    desk.publish(f"common/{LOST}")
    assert (desk.group().state, desk.group().why) == ("back", "答える項目が取り下げられました。")


def test_a_removal_under_way_takes_no_wording(desk: Desk) -> None:
    desk.ask(ODD)
    with desk.database.writing() as session:
        drafting.draft_removal(session, f"common/{LOST}", author="chief", note="", at=desk.now)
    answer = desk.post(desk.group(), "wording", topic=LOST, text=ODD)
    assert answer.status_code == 422
    assert "取り下げの下書きがあります" in answer.text


def test_a_foreign_wording_needs_a_text_in_that_language(desk: Desk) -> None:
    question = "my shiny plate fell off somewhere please"
    desk.ask(question)
    answer = desk.post(desk.group(question), "wording", topic=LOST, text=question)
    assert answer.status_code == 422
    assert "まだ英語の文がありません" in answer.text
    with desk.database.writing() as session:
        entry = session.get(EntryRow, f"common/{LOST}")
        assert entry is not None
        text = text_of(session, entry.published_revision_id or 0)
        made = {"made_from": text.text_revision, "question": "Lost your card?", "answer": "Call first."}
        english = type(text).model_validate({**text.model_dump(mode="json"), "variants": {"en": made}})
        head = entry.published_revision_id
        drafting.save_draft(session, entry.id, english, started_from=head, author="a", note="", at=desk.now)
    assert desk.post(desk.group(question), "wording", topic=LOST, text=question).status_code == 303
    draft = desk.draft(f"common/{LOST}")
    assert draft is not None
    assert draft["variants"]["en"]["phrasings"] == (question,)
    assert question not in draft["phrasings"]
    desk.publish(f"common/{LOST}")
    assert desk.group(question).state == "resolved"


def test_the_weekly_sample_is_stable_and_judged(desk: Desk, moving: Any) -> None:
    for number in range(6):
        desk.ask("カードを落とした", f"p{number}")
    desk.ask(ODD)
    moving.now += timedelta(days=4)
    desk.sign_in("chief")
    desk.client.post(f"{BASE}/sample/size", data={"number": 4})
    assert desk.client.post(f"{BASE}/sample/size", data={"number": 0}).status_code == 422
    monday = date(2026, 11, 16)
    sampling.draw_weekly(desk.database, moving.now)
    with desk.database.reading() as session:
        drawn = {row.utterance_id for row in session.exec(select(AuditSampleRow)).all()}
        assert session.exec(select(AuditSampleRow.week).distinct()).all() == [monday]
    assert len(drawn) == 4
    sampling.draw_weekly(desk.database, moving.now)
    page = desk.client.get(f"{BASE}/sample").text
    assert "あと 4 件です" in page
    assert "まず電話で、カードを止めてください。" in page
    one = min(drawn)
    assert desk.client.post(f"{BASE}/sample/judge", data={"utterance": "x", "verdict": "right"}).status_code == 404
    assert desk.client.post(f"{BASE}/sample/judge", data={"utterance": one, "verdict": "?"}).status_code == 422
    for verdict in ("right", "should not have answered"):
        assert desk.client.post(f"{BASE}/sample/judge", data={"utterance": one, "verdict": verdict}).status_code == 303
    assert "あと 3 件です" in desk.client.get(f"{BASE}/sample?week={monday}").text
    with desk.database.reading() as session:
        assert {row.utterance_id for row in session.exec(select(AuditSampleRow)).all()} == drawn
        (judged,) = sampling.judged(session, "kokubunji")
        told = (judged.verdict, judged.judged_by, judged.entry, judged.language, judged.channel)
    assert told == ("should not have answered", "chief", f"common/{LOST}", "ja", "line")
    desk.sign_in("viewer")
    assert desk.client.post(f"{BASE}/sample/judge", data={"utterance": one, "verdict": "right"}).status_code == 403
