"""Hand-outs on the server: picking without JavaScript, what stands on the sheets."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from bot.lookup.handout_pdf import can_make_pdf
from bot.lookup.handouts import MOST

PICK = "/lookup/kokubunji/handouts"
TWO = [("e", "mynumber-card/lost-card"), ("e", "smartphone-class/find-a-class")]


def _checked(html: str) -> list[str]:
    return re.findall(r'name="e" value="([^"]+)" checked', html)


def test_the_choice_stands_in_the_address_and_survives_a_search(client: TestClient) -> None:
    page = client.get(PICK, params=[("q", "教室"), TWO[0]]).text
    assert _checked(page) == ["mynumber-card/lost-card"]
    assert 'value="smartphone-class/find-a-class"' in page
    assert page.count('value="mynumber-card/lost-card"') == 1


def test_what_is_not_published_or_small_talk_is_left_out(client: TestClient) -> None:
    page = client.get(PICK, params=[("e", "conversation/help"), ("e", "no/such"), TWO[0], TWO[0]]).text
    assert _checked(page) == ["mynumber-card/lost-card"]


def test_sheets_carry_steps_source_dates_code_and_telephone(client: TestClient) -> None:
    page = client.get(f"{PICK}/print", params=[*TWO, ("title", "火曜の<教室>")]).text
    assert page.count('<article class="sheet">') == 2
    assert "<li>市の窓口で紛失届を出します。</li>" in page
    assert "出典: 自治体の案内（2024年9月30日時点）" in page
    assert "2027年3月31日 まで" in page
    assert "2026年11月21日" in page
    assert "042-325-0111" in page
    assert page.count("data:image/svg+xml") == 2
    assert "火曜の&lt;教室&gt;" in page


def test_a_city_without_a_telephone_names_the_national_line(client: TestClient) -> None:
    page = client.get("/lookup/oyama/handouts/print", params=TWO[:1]).text
    assert "小山市の窓口" in page
    assert '<strong class="tel">0120-95-0178</strong>' in page


def test_every_sheet_of_its_own_carries_the_counter(client: TestClient) -> None:
    assert client.get(f"{PICK}/print", params=[*TWO, ("own", "1")]).text.count('class="tel">042-325-0111') == 2
    assert client.get(f"{PICK}/print", params=TWO).text.count('class="tel">042-325-0111') == 1


def test_readings_and_the_list_of_topics_on_wish(client: TestClient) -> None:
    page = client.get(f"{PICK}/print", params=[*TWO, ("kana", "1"), ("list", "1")]).text
    assert "<rt>まどぐち</rt>" not in page  # only questions, not answers
    assert "<rt>きょうしつ</rt>" in page
    assert page.count("<li><img") == 2


def test_nothing_picked_is_no_sheet(client: TestClient) -> None:
    assert client.get(f"{PICK}/print").status_code == 404
    assert client.get(f"{PICK}/print", params=[("e", "no/such")]).status_code == 404


def test_a_hand_out_has_an_end(client: TestClient) -> None:
    page = client.get(f"{PICK}/print", params=[("e", f"x/{n}") for n in range(500)] + TWO).text
    assert page.count('<article class="sheet">') == 2
    assert MOST == 12


def test_a_pdf_where_it_is_installed(client: TestClient) -> None:
    if not can_make_pdf():
        assert client.get(f"{PICK}/pdf", params=TWO).status_code == 404
        assert "PDF にする" not in client.get(PICK).text
        pytest.skip("WeasyPrint is not installed")
    answer = client.get(f"{PICK}/pdf", params=[*TWO, ("kana", "1")])
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
