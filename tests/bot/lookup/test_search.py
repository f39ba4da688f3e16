"""Asking on the look-up page: what is answered, what is written down, and what people say of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot import announcements
from bot.announcements import AnnouncementKind
from bot.lookup.search import QUESTIONS, SUGGESTIONS
from bot.web.limits import BODY_LIMIT
from knowledge.database import Database

LOST = "/lookup/kokubunji?q=カードを落とした"


def taps(page: str) -> dict[str, str]:
    """The codes of the buttons of a page by what they say."""
    found = re.findall(r'<button[^>]*name="code" value="([^"]*)">([^<]*)<', page)
    return {words: unescape(code) for code, words in found}


def test_a_question_is_answered_with_source_and_date_and_written_down_once(client: TestClient, written: Any) -> None:
    page = client.get("/lookup/kokubunji", params={"q": "カードを落とした 090-1234-5678"})
    assert page.status_code == 200
    assert "まず電話で、カードを止めてください。" in page.text
    assert "出典: 自治体の案内（2024年9月30日時点）" in page.text
    assert "個人の情報は、ここに送らないでください" in page.text
    assert page.headers["cache-control"] == "no-store"
    (row,) = written()
    assert "090" not in row.text
    assert (row.channel, row.person, row.entry) == ("lookup", None, "common/mynumber-card/lost-card")


def test_opening_a_page_or_typing_writes_nothing_down(client: TestClient, written: Any) -> None:
    for path in ("", "/entries/mynumber-card/lost-card", "/groups/mynumber-card", "/procedures?name=カード"):
        assert client.get(f"/lookup/kokubunji{path}").status_code == 200
    shown = client.post("/lookup/kokubunji/suggestions", data={"q": "カードをなくした"})
    assert "/lookup/kokubunji/entries/mynumber-card/lost-card" in shown.text
    assert "<html" not in shown.text
    assert written() == []


def test_one_character_suggests_nothing(client: TestClient) -> None:
    assert client.post("/lookup/kokubunji/suggestions", data={"q": "カ"}).text.strip() == ""


def test_nothing_is_stored_where_that_is_set(site: Callable[..., FastAPI], written: Any) -> None:
    with TestClient(site(store_questions=False), headers={"sec-fetch-site": "same-origin"}) as client:
        page = client.get(LOST).text
        assert "まず電話で" in page
        assert "質問の文は保存しません" in page
        assert "教室でこう聞かれた" not in page
        assert taps(page) == {}
        client.get("/lookup/kokubunji?q=ぴかぴか光る板")
        assert client.get("/lookup/kokubunji/reports").status_code == 404
        assert client.post("/lookup/kokubunji/reports", data={"question": "光る板"}).status_code == 404
    assert written() == []


def test_what_people_say_of_an_answer_is_recorded_as_on_line(client: TestClient, written: Any) -> None:
    said = taps(client.get(LOST).text)
    assert "お役に立ててよかったです" in client.post("/lookup/kokubunji/taps", data={"code": said["解決した"]}).text
    assert [row.verdict for row in written()] == ["solved"]
    why = client.post("/lookup/kokubunji/taps", data={"code": said["解決しなかった"]})
    assert "どこがよくなかったですか" in why.text
    client.post("/lookup/kokubunji/taps", data={"code": taps(why.text)["むずかしい"]})
    assert [(row.verdict, row.reason) for row in written()] == [("not solved", "hard")]


def test_other_sites_cannot_send_forms(client: TestClient, written: Any) -> None:
    elsewhere = {"sec-fetch-site": "cross-site"}
    for path, form in (("taps", {"code": "x"}), ("reports", {"question": "x"}), ("suggestions", {"q": "カード"})):
        refused = client.post(f"/lookup/kokubunji/{path}", data=form, headers=elsewhere)
        assert refused.status_code == 403
        assert "もう一度お試しください" in refused.text
    assert written() == []


def test_a_wish_for_a_language_leads_to_that_language(client: TestClient) -> None:
    wish = client.get("/lookup/kokubunji?q=English")
    assert (wish.status_code, wish.headers["location"]) == (303, "/lookup/kokubunji?lang=en")


def test_a_long_question_is_answered_from_its_beginning(client: TestClient, written: Any) -> None:
    page = client.get("/lookup/kokubunji", params={"q": "カードをなくした。" * 100})
    assert "はじめの部分だけを読みました" in page.text
    assert len(written()[0].text) <= 500


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=1>', "\ud800カード\x00"])
def test_whatever_is_typed_is_shown_harmlessly(client: TestClient, text: str) -> None:
    page = client.get("/lookup/kokubunji", params={"q": text.encode("utf-8", "surrogatepass")})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img" not in page.text


def test_an_old_address_of_a_topic_leads_to_its_page(client: TestClient) -> None:
    moved = client.get("/lookup/kokubunji?topic=mynumber-card/lost-card")
    assert (moved.status_code, moved.headers["location"]) == (301, "/lookup/kokubunji/entries/mynumber-card/lost-card")


def test_a_pause_and_a_notice_are_shown_at_once(client: TestClient, filled: Database, now: datetime) -> None:
    before = client.get("/lookup/kokubunji")
    with filled.writing() as session:
        for kind, text in ((AnnouncementKind.NOTICE, "避難所が開いています"), (AnnouncementKind.PAUSE, "休みます")):
            announcements.announce(
                session,
                "kokubunji",
                kind,
                text,
                reason="",
                starts_at=now - timedelta(hours=1),
                ends_at=None,
                author="x",
            )
    for path in ("", "?q=カードをなくした", "/entries/mynumber-card/lost-card", "/procedures", "/classes", "/places"):
        page = client.get(f"/lookup/kokubunji{path}", headers={"if-none-match": before.headers["etag"]})
        assert "避難所が開いています" in page.text, path
        assert "休みます" in page.text, path


@pytest.mark.parametrize(
    ("limit", "ask"),
    [
        (QUESTIONS, lambda c: c.get("/lookup/kokubunji?q=カードをなくした")),
        (SUGGESTIONS, lambda c: c.post("/lookup/kokubunji/suggestions", data={"q": "カードをなくした"})),
    ],
)
def test_a_thousand_requests_of_one_address_are_slowed_and_others_are_served(
    site: Callable[..., FastAPI], limit: Any, ask: Callable[[TestClient], Any]
) -> None:
    app = site()
    headers = {"sec-fetch-site": "same-origin"}
    busy = TestClient(app, headers=headers, client=("203.0.113.7", 1))
    other = TestClient(app, headers=headers, client=("203.0.113.8", 1))
    answers = [ask(busy) for _ in range(1_000)]
    assert [a.status_code for a in answers].count(200) == limit.times
    refused = answers[-1]
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= limit.seconds
    assert "続けてたくさん届いた" in refused.text
    assert ask(other).status_code == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client: TestClient) -> None:
    large = client.post("/lookup/kokubunji/reports", data={"question": "あ" * BODY_LIMIT})
    assert large.status_code == 413

    def pieces() -> Any:
        yield b"question=" + b"x" * BODY_LIMIT

    assert client.post("/lookup/kokubunji/reports", content=pieces()).status_code == 411


def test_what_is_not_there_is_said_in_japanese(client: TestClient) -> None:
    page = client.get("/lookup/kokubunji/entries/no/such")
    assert page.status_code == 404
    assert "そのページはありません" in page.text
    assert client.post("/lookup/kokubunji/taps", data={}).status_code == 400
