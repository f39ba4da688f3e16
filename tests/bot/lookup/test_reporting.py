"""「教室でこう聞かれた」: what a helper reports comes among the unanswered questions, masked, and not too often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot import records
from bot.lookup.reporting import REPORTS

PATH = "/lookup/kokubunji/reports"


@pytest.mark.parametrize(
    ("why", "question", "verdict"),
    [
        ("none", "ぴかぴか光る板を落とした", "none of these"),
        ("bad", "カードを落とした", "not solved"),
        ("anything", "引っ越しの手続を全部教えて", "none of these"),
    ],
)
def test_a_report_comes_among_the_unanswered_questions(
    client: TestClient, written: Any, why: str, question: str, verdict: str
) -> None:
    page = client.post(PATH, data={"question": question, "why": why})
    assert "職員に知らせました" in page.text
    assert page.headers["cache-control"] == "no-store"
    (row,) = written()
    assert (row.channel, row.person, row.verdict, row.reason) == ("class", None, verdict, "helper report")
    assert row.text == question
    assert row.verdict in records.UNSOLVED


def test_personal_data_is_masked_before_it_is_written_down(client: TestClient, written: Any) -> None:
    client.post(PATH, data={"question": "090-1234-5678 の人が光る板のことを聞いた"})
    assert "090" not in written()[0].text
    assert "【電話番号】" in written()[0].text


def test_it_takes_two_taps_from_an_answer(client: TestClient) -> None:
    page = client.get("/lookup/kokubunji?q=ぴかぴか光る板").text
    form = page[page.index('<details class="report">') :]
    assert 'action="/lookup/kokubunji/reports"' in form
    assert 'value="ぴかぴか光る板"' in form
    assert '<button name="why" value="none">' in form


def test_an_empty_report_is_asked_for_again(client: TestClient, written: Any) -> None:
    page = client.post(PATH, data={"question": " "})
    assert page.status_code == 400
    assert "どんなことを聞かれたか" in page.text
    assert written() == []


def test_a_thousand_reports_of_one_address_are_stopped_and_others_are_taken(
    site: Callable[..., FastAPI], written: Any
) -> None:
    app = site()
    headers = {"sec-fetch-site": "same-origin"}
    busy = TestClient(app, headers=headers, client=("2001:db8:0:1::7", 1))
    same_house = TestClient(app, headers=headers, client=("2001:db8:0:1:ffff::8", 1))
    other = TestClient(app, headers=headers, client=("2001:db8:0:2::7", 1))
    answers = [busy.post(PATH, data={"question": f"光る板 {number}"}) for number in range(1_000)]
    assert [a.status_code for a in answers].count(200) == REPORTS.times == len(written())
    assert answers[-1].status_code == same_house.post(PATH, data={"question": "光る板"}).status_code == 429
    assert 'value="光る板 999"' in answers[-1].text, "nothing that was typed is lost"
    assert 0 < int(answers[-1].headers["retry-after"]) <= REPORTS.seconds
    assert other.post(PATH, data={"question": "光る板"}).status_code == 200
