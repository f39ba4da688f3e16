"""The page after class: what a helper writes down, what participants say, what comes back when it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from bot.class_results import listed
from bot.tables import ClassResultRow
from knowledge.database import Database
from knowledge.listing_store import store_classes
from knowledge.listings import SmartphoneClass

AFTER = "/lookup/kokubunji/class/after"
SURVEY = "/lookup/kokubunji/class/survey"
FREE = {"held_on": "2026-11-20", "title": "初心者の会", "place": "公民館"}
COUNTS = {"participants": "9", "u0": "5", "u1": "4", "s0": "9"}


@pytest.fixture
def results(filled: Database) -> Callable[[], list[ClassResultRow]]:
    """What was written down."""

    def read() -> list[ClassResultRow]:
        with filled.reading() as session:
            return listed(session, "kokubunji", date(2026, 1, 1), date(2026, 12, 31))

    return read


def test_a_helper_writes_down_how_it_went(client: TestClient, results: Callable[[], list[ClassResultRow]]) -> None:
    sent = client.post(AFTER, data={**FREE, **COUNTS})
    assert sent.status_code == 303
    assert "書きとめました" in client.get(sent.headers["location"]).text
    (row,) = results()
    assert (row.title, row.place, row.held_on, row.participants) == ("初心者の会", "公民館", date(2026, 11, 20), 9)
    assert (row.understanding, row.satisfaction, row.source) == ([5, 4, 0, 0], [9, 0, 0, 0], "helper")
    client.post(AFTER, data={**FREE, **COUNTS})
    assert len(results()) == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": ""}, "教室の名前を書いてください"),
        ({"title": "x" * 61}, "60文字まで"),
        ({"held_on": "2026-11-22"}, "今日までの60日"),
        ({"held_on": "2026-01-01"}, "今日までの60日"),
        ({"held_on": "きのう"}, "日にちを入れて"),
        ({"participants": ""}, "参加した人数"),
        ({"participants": "たくさん"}, "0〜9 の数字"),
        ({"participants": "99999"}, "0〜9 の数字"),
        ({"u0": "8"}, "理解度の合計（12人）"),
        ({"s3": "-1"}, "0〜9 の数字"),
    ],
)
def test_what_was_typed_comes_back_with_what_is_wrong(
    client: TestClient, results: Callable[[], list[ClassResultRow]], change: dict[str, str], sentence: str
) -> None:
    typed = {**FREE, **COUNTS, **change}
    answer = client.post(AFTER, data=typed)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert 'value="公民館"' in answer.text
    assert results() == []


def test_a_listed_session_is_chosen_by_its_id(
    filled: Database, client: TestClient, results: Callable[[], list[ClassResultRow]]
) -> None:
    starts = datetime(2026, 11, 19, 10)  # noqa: DTZ001 - Japan's time, as lists have it
    session_ = SmartphoneClass(
        id="s-1", title="地図を使う", starts=starts, ends=starts + timedelta(hours=2), place="北町会館"
    )
    with filled.writing() as session:
        store_classes(session, "kokubunji", (session_,))
    assert "11月19日 地図を使う（北町会館）" in client.get(AFTER).text
    assert client.post(AFTER, data={"class_key": "s-1", **COUNTS}).status_code == 303
    (row,) = results()
    assert (row.class_key, row.title, row.place, row.held_on) == ("s-1", "地図を使う", "北町会館", date(2026, 11, 19))


def test_participants_answer_by_two_taps(client: TestClient, results: Callable[[], list[ClassResultRow]]) -> None:
    page = client.get(f"{AFTER}/code", params=FREE).text
    assert "data:image/svg+xml" in page
    assert "/lookup/kokubunji/class/survey?held_on=2026-11-20&amp;title=" in page
    assert 'value="初心者の会"' in client.get(SURVEY, params=FREE).text
    for understanding in ("0", "0", "2"):
        assert client.post(SURVEY, data={**FREE, "u": understanding, "s": "1"}).status_code == 303
    (row,) = results()
    assert (row.participants, row.understanding, row.satisfaction) == (3, [2, 0, 1, 0], [0, 3, 0, 0])
    assert row.source == "survey"


def test_a_survey_needs_both_answers_and_a_recent_class(
    client: TestClient, results: Callable[[], list[ClassResultRow]]
) -> None:
    assert "四つの中から" in client.post(SURVEY, data={**FREE, "u": "1"}).text
    assert client.post(SURVEY, data={**FREE, "held_on": "2026-10-01", "u": "1", "s": "1"}).status_code == 400
    assert client.get(f"{AFTER}/code", params={"title": "x"}).status_code == 400
    assert results() == []


def test_another_site_can_write_nothing(client: TestClient, results: Callable[[], list[ClassResultRow]]) -> None:
    headers = {"sec-fetch-site": "cross-site"}
    assert client.post(AFTER, data={**FREE, **COUNTS}, headers=headers).status_code == 403
    assert client.post(SURVEY, data={**FREE, "u": "1", "s": "1"}, headers=headers).status_code == 403
    assert results() == []


def test_a_loop_is_stopped_and_what_was_typed_comes_back(client: TestClient) -> None:
    answers = [client.post(AFTER, data={**FREE, **COUNTS}) for _ in range(21)]
    assert [a.status_code for a in answers] == [303] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert 'value="初心者の会"' in answers[-1].text
