"""The review queue: what comes in, how it is counted, and what staff decide, alone and two at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from admin.review import feeds, queue
from admin.review.leftovers import drop_left_over
from admin.review.tables import QuestionGroupRow, QuestionMemberRow, QuestionNoteRow
from admin.tables import AuditRow
from bot import records
from bot.conversation.turn import Feedback, reply_to, understood
from bot.library import Library
from bot.responses.compose import Style
from bot.retention import purge
from bot.tables import UtteranceRow
from knowledge.database import Database

PASSWORD = "correct horse battery"
BASE = "/admin/kokubunji/unanswered"
PERSON = "0123456789abcdef0123456789abcdef01234567"
ODD = "ほげほげぴよぴよ"


@dataclass
class Citizens:
    """People who ask, and the review of what they asked."""

    database: Database
    library: Library
    work: Callable[[], None]
    numbers: itertools.count[int]

    def ask(
        self, text: str, at: datetime, person: str | None = PERSON, channel: str = "line", verdict: str = ""
    ) -> str:
        """Somebody asks, and says what they think of the answer; returns the utterance's id."""
        about = f"u{next(self.numbers)}"
        with self.database.writing() as session:
            city = self.library.city(session, "kokubunji")
            found = understood(text, city, at)
            asked = records.Asked(about, "kokubunji", channel, at, person, f"m-{about}")
            records.record_utterance(session, asked, found, reply_to(found, city, Style(), ""))
            if verdict:
                said, _, reason = verdict.partition("|")
                records.record_feedback(session, "kokubunji", Feedback(about, said, reason))
        return about

    def groups(self, now: datetime, **wanted: Any) -> list[queue.Listed]:
        """The queue after the runner's work."""
        self.work()
        with self.database.reading() as session:
            return queue.find_groups(session, "kokubunji", queue.Wanted(**wanted), now).rows


@pytest.fixture
def citizens(filled: Database, library: Library, work: Callable[[], None]) -> Citizens:
    """People of 国分寺市."""
    return Citizens(filled, library, work, itertools.count(1))


@pytest.fixture
def browse(client: TestClient) -> Callable[[str], TestClient]:
    """A browser in which somebody is signed in."""

    def signed_in(login: str = "chief") -> TestClient:
        client.cookies.clear()
        client.post("/admin/sign-in", data={"login": login, "password": PASSWORD})
        return client

    return signed_in


def _one(citizens: Citizens, now: datetime, text: str = ODD) -> QuestionGroupRow:
    citizens.ask(text, now)
    return next(listed.row for listed in citizens.groups(now) if listed.shown.text == text)


def _row(citizens: Citizens, number: int | None) -> QuestionGroupRow:
    with citizens.database.reading() as session:
        row = session.get(QuestionGroupRow, number)
        assert row is not None
        return row


def test_questions_are_grouped_and_people_counted(citizens: Citizens, now: datetime, browse: Any) -> None:
    for text, person in (
        ("犬の登録をしたい", "p1"),
        ("犬の登録をしたいです", "p2"),
        ("犬の登録をしたい！", "p1"),
        ("いぬのとうろくをしたい", None),
        (ODD, "p1"),
    ):
        citizens.ask(text, now, person, "line" if person else "lookup")
    first, second = citizens.groups(now)
    assert (first.people, first.unknown, first.times, len(first.wordings)) == (2, 1, 4, 3)
    assert (first.shown.text, first.channels) == ("犬の登録をしたい！", ("line", "lookup"))
    assert (second.people, second.shown.text, second.row.state, second.row.cause) == (1, ODD, "new", None)
    page = browse("viewer").get(BASE).text
    assert page.index("犬の登録をしたい！") < page.index(ODD)
    assert "<b>2 人</b> とほかに 1 回" in page
    assert "答えがなく、窓口の電話を案内しました" in page


def test_every_feed_comes_in(citizens: Citizens, now: datetime, browse: Any) -> None:
    citizens.ask("カードを落とした", now, verdict="not solved|wrong")
    citizens.ask("カードが出てきた", now, "p2", verdict="none of these")
    citizens.ask("シニア向けのスマホ教室", now, None, "class", verdict="not solved|helper report")
    citizens.ask("職員と話したい", now, "p3")
    found = {listed.shown.text: listed for listed in citizens.groups(now)}
    assert {text: listed.feeds for text, listed in found.items()} == {
        "カードを落とした": ("not solved",),
        "カードが出てきた": ("none of these",),
        "シニア向けのスマホ教室": ("report",),
    }
    assert found["カードを落とした"].row.proposed == "wrong-entry"
    page = browse().get(f"{BASE}/{found['カードを落とした'].row.id}").text
    assert "「解決しなかった」（聞きたいことと違った）" in page
    assert "「マイナンバーカードをなくしたときは？」と答えました" in page


def test_tries_again_and_again_are_typing_trouble(citizens: Citizens, now: datetime) -> None:
    for minute, text in enumerate(("ほげ", "ほげほ", "ほげほげの", "まったくべつ")):
        citizens.ask(text, now + timedelta(minutes=minute), "p1")
    rows = citizens.groups(now)
    assert {feed for listed in rows for feed in listed.feeds} == {"retry"}
    assert {listed.row.proposed for listed in rows} == {"typing"}


def test_a_matter_for_others_is_out_of_scope(citizens: Citizens, now: datetime, library: Library) -> None:
    with citizens.database.reading() as session:
        matter = next(m for m in library.city(session, "kokubunji").matters.values() if m.counter)
    row = _one(citizens, now, matter.phrasings[0])
    assert row.proposed == "out-of-scope"


def test_what_was_asked_before_joins_its_group_and_a_resolved_one_comes_back(citizens: Citizens, now: datetime) -> None:
    row = _one(citizens, now)
    with citizens.database.writing() as session:
        resolved = session.get(QuestionGroupRow, row.id)
        assert resolved is not None
        resolved.state, resolved.resolved_at, resolved.entry = "resolved", now, "common/mynumber-card/lost-card"
        resolved.checked = 1
    citizens.ask(ODD, now + timedelta(hours=1), "p2")
    (again,) = citizens.groups(now)
    assert (again.row.id, again.people, again.row.state) == (row.id, 2, "back")
    assert "また答えられませんでした" in again.row.why


def test_the_queue_is_narrowed_and_paged(citizens: Citizens, now: datetime, browse: Any) -> None:
    words = (
        "犬 猫 図書館 プール 花火 公園 街灯 道路 下水 空き家 税金 年金 介護 給食 戸籍 印鑑 選挙 写真 地図 桜 騒音 電気"
    )
    for number, word in enumerate(words.split()):
        citizens.ask(f"{word}ほげほげ", now - timedelta(days=number), f"p{number}")
    citizens.ask("where can I register my dog xyz", now, "q")
    rows = citizens.groups(now)
    assert len(rows) == 20
    assert len(citizens.groups(now, page=2)) == 3
    assert [listed.row.language for listed in citizens.groups(now, language="en")] == ["en"]
    assert len(citizens.groups(now, days=7)) == 9
    assert citizens.groups(now, channel="class") == []
    assert {listed.row.proposed for listed in citizens.groups(now, cause="no-entry")} == {"no-entry"}
    assert citizens.groups(now, tab="resolved") == []
    page = browse().get(f"{BASE}?tab=open&page=2").text
    assert "2 / 2 ページ" in page
    assert "この条件の質問はありません" in browse().get(f"{BASE}?channel=class").text
    assert browse().get(f"{BASE}?tab=nonsense").status_code == 200


def test_staff_set_the_cause_and_decline_with_a_counter(citizens: Citizens, now: datetime, browse: Any) -> None:
    row = _one(citizens, now)
    staff = browse("editor")
    url = f"{BASE}/{row.id}"
    assert staff.post(f"{url}/cause", data={"seen": row.version, "cause": "typing"}).status_code == 303
    seen = _row(citizens, row.id)
    assert (seen.state, seen.cause, seen.proposed) == ("looked-at", "typing", row.proposed)
    for form, words in (
        ({"name": "あ" * 61}, "60 文字まで"),
        ({"name": "環境の窓口", "tel": "電話"}, "数字とハイフン"),
        ({"tel": "042-000-0000"}, "窓口の名前も"),
    ):
        answer = staff.post(f"{url}/decline", data={"seen": seen.version, **form})
        assert (answer.status_code, words in answer.text) == (422, True)
        assert all(value in answer.text for value in form.values())
    good = {"seen": seen.version, "name": "環境の窓口", "tel": "042-000-0000", "cause": "out-of-scope"}
    assert staff.post(f"{url}/decline", data=good).status_code == 303
    declined = _row(citizens, row.id)
    assert (declined.state, declined.counter_name, declined.counter_tel) == (
        "no-answer",
        "環境の窓口",
        "042-000-0000",
    )
    assert "環境の窓口 042-000-0000" in staff.get(f"{BASE}?tab=declined").text
    assert "今、答えのない質問はありません" in staff.get(BASE).text
    preset = {"seen": declined.version, "counter": "国分寺市の窓口|042-325-0111"}
    staff.post(f"{url}/decline", data=preset)
    assert _row(citizens, row.id).counter_tel == "042-325-0111"
    with citizens.database.reading() as session:
        actions = session.exec(select(AuditRow.action).where(AuditRow.subject == f"質問 {row.id}")).all()
        assert actions == ["question cause", "question decline", "question decline"]
        assert not session.exec(select(AuditRow).where(col(AuditRow.subject).contains("ほげ"))).all()


def test_postponing_assigning_and_talking(citizens: Citizens, now: datetime, browse: Any, moving: Any) -> None:
    row = _one(citizens, now)
    staff, url = browse("chief"), f"{BASE}/{row.id}"
    assign = {"seen": 1, "assignee": "editor", "section": "市民課", "comment": "お願いします 090-1234-5678"}
    assert staff.post(f"{url}/assign", data={**assign, "assignee": "neighbour"}).status_code == 422
    assert staff.post(f"{url}/assign", data=assign).status_code == 303
    assert "担当: editor" in staff.get(f"{BASE}?section=市民課").text
    assert citizens.groups(now, assignee="chief") == []
    assert staff.post(f"{url}/comment", data={"seen": 2, "text": " "}).status_code == 422
    staff.post(f"{url}/comment", data={"seen": 2, "text": "<b>確かめます</b>"})
    page = staff.get(url).text
    assert "&lt;b&gt;確かめます" in page
    assert "お願いします 【電話番号】" in page
    for until in ("", "2026-11-21", "2028-01-01"):
        assert staff.post(f"{url}/postpone", data={"seen": 3, "until": until}).status_code == 422
    assert staff.post(f"{url}/postpone", data={"seen": 3, "until": "2026-11-25"}).status_code == 303
    assert citizens.groups(now) == []
    moving.now += timedelta(days=4)
    (back,) = citizens.groups(moving.now)
    assert (back.row.state, back.row.why, back.row.postponed_until) == ("back", "先送りにした日になりました。", None)


def test_the_second_of_two_sees_what_the_first_did(citizens: Citizens, now: datetime, browse: Any) -> None:
    row = _one(citizens, now)
    url = f"{BASE}/{row.id}"
    browse("editor").post(f"{url}/decline", data={"seen": row.version, "name": "環境の窓口"})
    second = browse("chief").post(
        f"{url}/assign", data={"seen": row.version, "assignee": "chief", "comment": "書きかけの言葉"}
    )
    assert second.status_code == 409
    assert "editorさんが、先にこの質問を進めました" in second.text
    assert "環境の窓口" in second.text
    assert "書きかけの言葉" in second.text
    kept = _row(citizens, row.id)
    assert (kept.state, kept.assignee, kept.version) == ("no-answer", None, row.version + 1)


def test_merging_and_splitting_move_questions(citizens: Citizens, now: datetime, browse: Any) -> None:
    for text, person in (("犬の登録をしたい", "p1"), ("犬の登録をしたい", "p2"), ("花火大会の日にちほげ", "p3")):
        citizens.ask(text, now, person)
    dogs, fireworks = (listed.row for listed in citizens.groups(now))
    staff = browse("editor")
    assert staff.post(f"{BASE}/{fireworks.id}/merge", data={"seen": 1, "into": fireworks.id}).status_code == 422
    assert staff.post(f"{BASE}/{fireworks.id}/merge", data={"seen": 1, "into": 999}).status_code == 422
    merged = staff.post(f"{BASE}/{fireworks.id}/merge", data={"seen": 1, "into": dogs.id})
    assert merged.headers["location"] == f"{BASE}/{dogs.id}?done=merged"
    assert staff.get(f"{BASE}/{fireworks.id}").headers["location"] == f"{BASE}/{dogs.id}"
    late = staff.post(f"{BASE}/{fireworks.id}/look", data={"seen": 2})
    assert late.headers["location"] == f"{BASE}/{dogs.id}"
    (both,) = citizens.groups(now)
    assert (both.people, len(both.wordings)) == (3, 2)
    citizens.ask("花火大会の日にちほげ", now, "p4")
    (both,) = citizens.groups(now)
    assert both.people == 4
    every = [wording.sample for wording in both.wordings]
    for chosen in ([], every, ["unknown"]):
        data = {"seen": both.row.version, "wording": chosen}
        assert staff.post(f"{BASE}/{dogs.id}/split", data=data).status_code == 422
    sample = next(w.sample for w in both.wordings if "花火" in w.key)
    done = staff.post(f"{BASE}/{dogs.id}/split", data={"seen": both.row.version, "wording": [sample]})
    assert done.status_code == 303
    first, second = citizens.groups(now)
    assert {first.shown.text, second.shown.text} == {"犬の登録をしたい", "花火大会の日にちほげ"}
    assert (first.people, second.people) == (2, 2)
    citizens.ask("花火大会の日にちほげ", now, "p5")
    assert [listed.people for listed in citizens.groups(now)] == [3, 2]


def test_what_happened_around_is_shown_without_who_it_was(citizens: Citizens, now: datetime, browse: Any) -> None:
    before = citizens.ask("カードを落とした", now - timedelta(minutes=3))
    citizens.ask("職員と話したい", now - timedelta(minutes=11))
    citizens.ask("人と話したい", now - timedelta(minutes=1), "somebody else")
    citizens.ask("カードが出てきた 私の番号は 1234 5678 9018", now + timedelta(minutes=2))
    row = _one(citizens, now)
    page = browse("viewer").get(f"{BASE}/{row.id}").text
    assert "「カードを落とした」" in page
    assert "3 分前" in page
    assert "「なくしたカードが見つかったら？」と答えました" in page or "2 分あと" in page
    assert "人と話したい" not in page
    assert "職員と話したい」" not in page.split('id="around"')[1].split('id="done"')[0]
    with citizens.database.writing() as session:
        records.forget_message(session, "kokubunji", f"m-{before}")
    assert "「カードを落とした」" not in browse("viewer").get(f"{BASE}/{row.id}").text


def test_no_page_shows_a_hash_or_a_number(citizens: Citizens, now: datetime, browse: Any) -> None:
    for text in ("090-1234-5678 のほげほげ", "マイナンバー 123456789018 のほげ", "a@example.jp ほげほげ"):
        citizens.ask(text, now)
    rows = citizens.groups(now)
    staff = browse("chief")
    pages = [staff.get(BASE).text, staff.get(f"{BASE}/sample").text]
    pages += [staff.get(f"{BASE}/{listed.row.id}").text for listed in rows]
    for page in pages:
        for secret in (PERSON, PERSON[:12], "1234-5678", "123456789018", "a@example.jp"):
            assert secret not in page
    assert "【電話番号】" in pages[0]


def test_an_unsent_question_leaves_the_queue_at_once(citizens: Citizens, now: datetime, browse: Any) -> None:
    row = _one(citizens, now)
    with citizens.database.writing() as session:
        records.forget_message(session, "kokubunji", "m-u1")
    assert citizens.groups(now) == []
    assert browse().get(f"{BASE}/{row.id}").status_code == 404
    with citizens.database.reading() as session:
        assert queue.count_tabs(session, "kokubunji")["open"] == 0
        assert session.exec(select(QuestionMemberRow)).all() == []


def test_groups_are_forgotten_with_their_questions(citizens: Citizens, now: datetime, browse: Any) -> None:
    row = _one(citizens, now)
    browse().post(f"{BASE}/{row.id}/comment", data={"seen": 1, "text": "見ました"})
    with citizens.database.writing() as session:
        purge(session, now + timedelta(days=366))
        assert drop_left_over(session) == 1
    with citizens.database.reading() as session:
        assert session.exec(select(UtteranceRow)).all() == []
        assert session.exec(select(QuestionGroupRow)).all() == []
        assert session.exec(select(QuestionNoteRow)).all() == []


def test_what_is_recorded_late_is_found_by_the_full_work(citizens: Citizens, now: datetime) -> None:
    citizens.ask(ODD, now - timedelta(days=5))
    with citizens.database.reading() as session:
        assert not feeds.has_ungrouped(session, "kokubunji", now - timedelta(days=2))
        assert [f.text for f in feeds.ungrouped(session, "kokubunji")] == [ODD]
    assert len(citizens.groups(now)) == 1


def test_another_city_sees_nothing_of_it(citizens: Citizens, now: datetime, browse: Any) -> None:
    row = _one(citizens, now)
    staff = browse("neighbour")
    assert staff.get(f"{BASE}/{row.id}").status_code == 404
    assert staff.get(f"/admin/oyama/unanswered/{row.id}").status_code == 404
    assert staff.post(f"/admin/oyama/unanswered/{row.id}/look", data={"seen": 1}).status_code == 404
    assert ODD not in staff.get("/admin/oyama/unanswered").text
