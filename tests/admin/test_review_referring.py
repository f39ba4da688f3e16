"""Out of scope with a counter: decided in the queue, seen in the preview, published, told to citizens, undone."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from admin.jobs.tables import JobRow
from admin.publishing.replay import outcome
from admin.review import queue
from admin.review.tables import QuestionGroupRow
from bot import records
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, Turn, take_turn
from bot.library import Library
from bot.responses.compose import Style
from bot.responses.reply import Reply
from bot.tables import UtteranceRow
from knowledge import drafting
from knowledge.database import Database
from knowledge.releases import text_of
from knowledge.tables import CurrentReleaseRow, DraftRow, PinnedRow

PASSWORD = "correct horse battery"
HERE = "/admin/kokubunji"
ASKED = "池のかもにえさをやりたい"
COUNTER = {"name": "環境の窓口", "tel": "042-000-0000"}


@dataclass
class Desk:
    """A city whose people ask on LINE, and staff who decide."""

    database: Database
    library: Library
    client: TestClient
    work: Callable[[], None]
    now: datetime
    numbers: itertools.count[int]

    def turn(self, text: str, language: str = "ja") -> Turn:
        """What LINE is told when somebody asks."""
        inbound = Inbound(id="x", kind=InboundKind.TEXT, municipality="kokubunji", at=self.now, text=text)
        with self.database.reading() as session:
            return take_turn(inbound, Person(Style(language)), self.library.city(session, "kokubunji"))

    def ask(self, text: str, person: str = "p1") -> Reply:
        """Somebody asks, and it is written down."""
        turn = self.turn(text)
        assert turn.reply is not None
        assert turn.recognition is not None
        about = f"u{next(self.numbers)}"
        asked = records.Asked(about, "kokubunji", "line", self.now, person)
        with self.database.writing() as session:
            records.record_utterance(session, asked, turn.recognition, turn.reply)
        return turn.reply

    def group(self, text: str = ASKED) -> QuestionGroupRow:
        """The question's group as it is now."""
        self.work()
        with self.database.reading() as session:
            for tab in queue.TABS:
                for listed in queue.find_groups(session, "kokubunji", queue.Wanted(tab=tab), self.now).rows:
                    if listed.shown.text == text:
                        return listed.row
        raise AssertionError(text)

    def refer(self, row: QuestionGroupRow, **typed: str) -> Any:
        """Decides on the page that a counter is told."""
        form = {"title": "池の生き物", "wordings": ASKED, **COUNTER, **typed}
        return self.client.post(f"{HERE}/unanswered/{row.id}/refer", data={"seen": row.version, **form})

    def publish(self, entry: str) -> str:
        """Approves, previews and publishes on the pages; returns the preview."""
        self.client.post(f"{HERE}/drafts/{entry}/approve")
        shown = self.client.post(f"{HERE}/preview", data={"entry": entry}).headers["location"]
        self.work()
        done = self.client.post(f"{HERE}/drafts/publish", data={"entry": entry, "reason": "窓口の案内"})
        assert done.status_code == 303, done.text
        page: str = self.client.get(shown).text
        return page

    def draft(self, entry: str) -> dict[str, Any]:
        """The text of an entry's draft."""
        with self.database.reading() as session:
            row = session.get(DraftRow, entry)
            assert row is not None
            assert row.revision_id is not None
            return text_of(session, row.revision_id).model_dump()


@pytest.fixture
def desk(filled: Database, library: Library, client: TestClient, work: Callable[[], None], now: datetime) -> Desk:
    """国分寺市, with the chief at the desk."""
    client.post("/admin/sign-in", data={"login": "chief", "password": PASSWORD})
    return Desk(filled, library, client, work, now, itertools.count(1))


def test_a_counter_is_told_once_published_and_no_more_when_that_is_undone(desk: Desk) -> None:
    plain = desk.ask(ASKED)
    assert "まだ用意していません" in plain.body
    row = desk.group()
    entry = f"kokubunji/elsewhere/asked-{row.id}"
    page = desk.client.get(f"{HERE}/unanswered/{row.id}").text
    assert f"{ASKED}</textarea>" in page
    assert desk.refer(row).headers["location"] == f"{HERE}/unanswered/{row.id}?done=referred"
    waiting = desk.group()
    assert (waiting.state, waiting.entry, waiting.cause, waiting.counter_name) == (
        "pending",
        entry,
        "out-of-scope",
        "環境の窓口",
    )
    assert "まだ用意していません" in desk.ask(ASKED, "p2").body
    preview = desk.publish(entry)
    assert "2 人（2 回）の質問で、案内する窓口が変わります。" in preview
    assert "環境の窓口（電話 042-000-0000）に聞いてください。" in preview
    told = desk.ask(ASKED, "p3")
    assert told.body.startswith(
        "「池の生き物」のことは、ここでは答えられません。\n環境の窓口（電話 042-000-0000）に聞いてください。\n"
    )
    assert ("tel", "042-000-0000") in [(button.kind, button.value) for button in told.buttons]
    assert told.choices == plain.choices
    lookup = desk.client.get("/lookup/kokubunji", params={"q": ASKED}).text
    assert "環境の窓口" in lookup
    assert 'href="tel:0420000000"' in lookup
    decided = desk.group()
    assert (decided.state, decided.entry, decided.why) == ("no-answer", entry, "")
    page = desk.client.get(f"{HERE}/unanswered/{row.id}").text
    assert "窓口を案内しています" not in page
    assert "市民には「環境の窓口 042-000-0000」を案内しています" in page
    assert "「守る質問」に入れました" in page
    with desk.database.reading() as session:
        assert [(p.text, p.topic) for p in session.exec(select(PinnedRow)).all()] == [
            (ASKED, f"elsewhere/asked-{row.id}")
        ]
        assert session.exec(select(UtteranceRow.matter).where(UtteranceRow.person == "p3")).one() == f"asked-{row.id}"
        release = session.exec(select(CurrentReleaseRow.number)).one()
    assert "1 件すべてに" in desk.client.get(f"{HERE}/pins").text
    editor = desk.client.get(f"{HERE}/entries/elsewhere/asked-{row.id}").text
    assert "環境の窓口に電話" in editor
    assert "出典にありません" not in editor
    assert desk.client.post(f"{HERE}/releases/{release}/undo", data={"reason": "まちがい"}).status_code == 303
    assert desk.ask(ASKED, "p4").body == plain.body
    back = desk.group()
    assert (back.state, back.why, back.entry) == ("back", "案内する窓口が取り下げられました。", None)


def test_what_stands_in_the_way_is_said_and_nothing_typed_is_lost(desk: Desk) -> None:
    desk.ask(ASKED)
    row = desk.group()
    taken = "カードを落とした"
    for typed, words in (
        ({"name": "", "tel": ""}, "窓口を選ぶか、名前を"),
        ({"name": "あ" * 41}, "40 文字まで"),
        ({"tel": "12"}, "数字とハイフン"),
        ({"title": " "}, "用件の名前を"),
        ({"title": "あ" * 61}, "60"),
        ({"wordings": f"{ASKED}\n090-1234-5678 にかけて"}, "個人の情報"),
        ({"wordings": "【電話番号】の件"}, "個人の情報"),
        ({"wordings": taken}, "マイナンバーカードをなくしたときは？"),
        ({"wordings": "燃えるごみの日はいつ"}, "「用件」で、それを選んで"),
        ({"wordings": "\n".join(f"かも{n}" for n in range(21))}, "20 まで"),
        ({"matter": "unknown"}, "もうありません"),
    ):
        answer = desk.refer(row, **typed)
        assert (answer.status_code, words in answer.text) == (422, True), typed
        kept = [line for name, value in typed.items() if name != "matter" for line in value.split("\n")]
        assert all(line in answer.text for line in kept), typed
    with desk.database.reading() as session:
        assert session.exec(select(DraftRow)).all() == []


def test_personal_data_is_never_offered_for_publishing(desk: Desk) -> None:
    desk.ask("090-1234-5678 にかけてかもの話をして")
    row = desk.group("【電話番号】 にかけてかもの話をして")
    page = desk.client.get(f"{HERE}/unanswered/{row.id}").text
    assert 'rows="4"></textarea>' in page


def test_a_matter_of_the_catalogue_gets_the_citys_counter(desk: Desk) -> None:
    assert "市のごみの担当" in desk.ask("燃えるごみの日はいつ").body
    row = desk.group("燃えるごみの日はいつ")
    assert '<option value="garbage" selected>' in desk.client.get(f"{HERE}/unanswered/{row.id}").text
    desk.refer(row, matter="garbage", wordings="燃えるごみの日はいつ")
    desk.publish("kokubunji/elsewhere/garbage")
    for text in ("燃えるごみの日はいつ", "ごみの分け方が分からない"):
        assert "「ごみと資源の出し方」のことは" in desk.ask(text).body
        assert "環境の窓口（電話 042-000-0000）" in desk.ask(text).body
    with desk.database.reading() as session:
        oyama = desk.library.city(session, "oyama").matters["garbage"]
    assert oyama.counter == "市のごみの担当"


def test_another_question_joins_the_matter_and_keeps_its_sentence(desk: Desk) -> None:
    desk.ask(ASKED)
    row = desk.group()
    desk.refer(row)
    entry = f"kokubunji/elsewhere/asked-{row.id}"
    desk.publish(entry)
    desk.ask("うさぎを拾ったらどこへ行くの")
    second = desk.group("うさぎを拾ったらどこへ行くの")
    desk.refer(second, matter=f"asked-{row.id}", wordings="うさぎを拾ったらどこへ行くの", name="", tel="")
    draft = desk.draft(entry)
    assert draft["phrasings"] == (ASKED, "うさぎを拾ったらどこへ行くの")
    assert "環境の窓口" in draft["answer"]
    desk.publish(entry)
    assert desk.group("うさぎを拾ったらどこへ行くの").state == "no-answer"
    assert desk.group().state == "no-answer"
    desk.refer(desk.group(), matter=f"asked-{row.id}", name="みどりの係", tel="")
    assert (desk.draft(entry)["section"], desk.draft(entry)["actions"]) == ("みどりの係", ())


def test_a_wording_that_is_not_led_there_comes_back_by_itself(desk: Desk) -> None:
    desk.ask(ASKED)
    desk.ask(ASKED, "p3")
    row = desk.group()
    desk.ask("ぴよぴよほげほげ", "p2")
    other = desk.group("ぴよぴよほげほげ")
    desk.client.post(f"{HERE}/unanswered/{other.id}/merge", data={"seen": other.version, "into": row.id})
    desk.refer(desk.group())
    desk.publish(f"kokubunji/elsewhere/asked-{row.id}")
    assert desk.group().state == "no-answer"
    left = desk.group("ぴよぴよほげほげ")
    assert (left.state, "窓口を案内するようになりましたが" in left.why) == ("back", True)


def test_another_language_gets_its_sentence(desk: Desk) -> None:
    question = "may I feed the ducks in the pond please"
    desk.ask(question)
    row = desk.group(question)
    desk.refer(row, title="池の生き物", wordings=question)
    desk.publish(f"kokubunji/elsewhere/asked-{row.id}")
    told = desk.turn(question).reply
    assert told is not None
    assert told.body.startswith("“池の生き物” is not something we can answer here.\nPlease ask 環境の窓口（電話")
    assert "ここでは 答（こた）えられません" in (desk.turn("池の生き物", "easy").reply or told).body


def test_taking_it_down_is_held_back_by_the_pinned_question(desk: Desk) -> None:
    desk.ask(ASKED)
    row = desk.group()
    desk.refer(row)
    entry = f"kokubunji/elsewhere/asked-{row.id}"
    desk.publish(entry)
    desk.work()
    with desk.database.writing() as session:
        drafting.draft_removal(session, entry, author="chief", note="", at=desk.now)
    desk.client.post(f"{HERE}/drafts/{entry}/approve")
    shown = desk.client.post(f"{HERE}/preview", data={"entry": entry}).headers["location"]
    desk.work()
    assert "窓口を案内できなくなります" in desk.client.get(shown).text
    refused = desk.client.post(f"{HERE}/drafts/publish", data={"entry": entry, "reason": "x"})
    assert (refused.status_code, "守る質問 1 件" in refused.text) == (409, True)
    with desk.database.reading() as session:
        job = session.exec(select(JobRow).where(JobRow.kind == "preview")).all()[-1]
        assert job.result is not None
        assert job.result["totals"][0]["kind"] == "referred"
        city = desk.library.city(session, "kokubunji")
        assert outcome(ASKED, city, desk.now).led_to == f"elsewhere/asked-{row.id}"
        assert city.published(f"elsewhere/asked-{row.id}") is not None
        assert f"elsewhere/asked-{row.id}" not in city.entries
