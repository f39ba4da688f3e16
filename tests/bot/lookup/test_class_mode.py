"""Class mode on the server: steps, readings, words, codes, what is written down."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.lookup.qr import line_address, qr_modules, qr_picture
from bot.tables import UtteranceRow

CLASS = "/lookup/kokubunji/class"
LOST = {"topic": "mynumber-card/lost-card"}


def _shown(html: str) -> list[str]:
    """The numbers of the screens that are not hidden."""
    return re.findall(r'data-step="(\d)" aria-label="[^"]*">', html)


def test_steps_come_one_at_a_time_or_all_at_once(client: TestClient) -> None:
    assert _shown(client.get(CLASS, params=LOST).text) == ["0"]
    assert _shown(client.get(CLASS, params={**LOST, "step": 1}).text) == ["1"]
    assert _shown(client.get(CLASS, params={**LOST, "step": 99}).text) == ["2"]
    assert _shown(client.get(CLASS, params={**LOST, "step": "²"}).text) == ["0"]
    assert _shown(client.get(CLASS, params={**LOST, "whole": 1}).text) == ["0", "1", "2"]


def test_readings_are_shown_when_wished_and_stay_on(client: TestClient) -> None:
    assert "<ruby>" not in client.get(CLASS, params=LOST).text
    page = client.get(CLASS, params={**LOST, "kana": 1}).text
    assert "<ruby>電話<rp>（</rp><rt>でんわ</rt><rp>）</rp></ruby>" in page
    assert "topic=mynumber-card%2Flost-card&amp;step=1&amp;kana=1" in page


def test_a_question_is_written_down_once_as_asked_in_class(
    client: TestClient, written: Callable[[], list[UtteranceRow]]
) -> None:
    page = client.get(CLASS, params={"q": "カードをなくした"})
    assert "マイナンバーカードをなくしたときは？" in page.text
    assert page.headers["cache-control"] == "no-store"
    client.get(CLASS, params=LOST)
    client.get(CLASS, params={**LOST, "step": 1, "kana": 1})
    assert [(row.channel, row.text) for row in written()] == [("class", "カードをなくした")]


def test_nothing_is_written_down_where_that_is_switched_off(
    site: Callable[..., FastAPI], written: Callable[[], list[UtteranceRow]]
) -> None:
    with TestClient(site(store_questions=False)) as client:
        page = client.get(CLASS, params={"q": "カードをなくした"}).text
    assert "0120-95-0178" in page
    assert "職員に知らせます" not in page
    assert written() == []


def test_personal_data_is_neither_shown_nor_kept(client: TestClient, written: Callable[[], list[UtteranceRow]]) -> None:
    client.get(CLASS, params={"q": "番号は1234-5678-9018です。カードをなくした"})
    assert "9018" not in written()[0].text


def test_markup_in_a_question_stays_text(client: TestClient) -> None:
    assert "<script>alert" not in client.get(CLASS, params={"q": "<script>alert(1)</script>カード"}).text


def test_an_unknown_topic_names_the_counter(client: TestClient) -> None:
    page = client.get(CLASS, params={"topic": "no/such"})
    assert page.status_code == 200
    assert "042-325-0111" in page.text


def test_codes_lead_to_the_same_answer_on_a_telephone_and_on_line(site: Callable[..., FastAPI]) -> None:
    with TestClient(site(line_ids={"kokubunji": "@123abcde"}, public_url="https://madoguchi.example/")) as client:
        page = client.get(CLASS, params=LOST).text
    own = qr_picture("https://madoguchi.example/lookup/kokubunji/entries/mynumber-card/lost-card")
    line = qr_picture(line_address("@123abcde", "マイナンバーカードをなくしたときは？"))
    assert own.replace("'", "&#39;") in page
    assert line.replace("'", "&#39;") in page


def test_without_a_line_account_there_is_no_code_for_it(client: TestClient) -> None:
    assert "LINE で聞く" not in client.get(CLASS, params=LOST).text


def test_the_address_of_a_line_account_carries_the_question() -> None:
    address = line_address("@a.b", "カード？&#")
    assert address.startswith("https://line.me/R/oaMessage/%40a.b/?")
    assert unquote(address.split("/?")[1]) == "カード？&#"
    assert "&" not in address


@pytest.mark.parametrize("address", ["https://a.example/x", "https://a.example/" + "x" * 200])
def test_the_modules_of_a_code_fill_its_square(address: str) -> None:
    side, digits = qr_modules(address)
    bits = f"{int(digits, 16):b}".zfill(side * side)
    assert len(bits) == side * side
    assert bits[:7] == "1111111"  # the finder in the upper left corner (ISO/IEC 18004)
    assert side >= 21
    assert (side - 17) % 4 == 0


def test_the_words_have_a_page(client: TestClient) -> None:
    page = client.get(f"{CLASS}/words", params={"kana": 1}).text
    assert "スワイプ" in page
    assert "<rt>ゆび</rt>" in page


def test_too_many_questions_from_one_address_are_refused(client: TestClient) -> None:
    answers = [client.get(CLASS, params={"q": "カードをなくした"}).status_code for _ in range(125)]
    assert answers.count(200) == 120
    assert set(answers[120:]) == {429}
    assert client.get(CLASS, params=LOST).status_code == 200
