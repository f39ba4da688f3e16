"""Dashboard, indicators, report and exports, as staff get them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from openpyxl import load_workbook
from sqlmodel import select
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.reports import charts
from admin.reports.charts import Series
from admin.reports.classes import classes_of
from admin.reports.monthly import together_where_few
from admin.review.tables import AuditSampleRow
from admin.tables import AuditRow, StaffRow
from bot import class_results
from bot.class_results import Class, Counts
from bot.statistics.small_numbers import HIDDEN
from bot.tables import UtteranceRow
from knowledge.database import Database

PERSON = "c0ffee" * 6
PAGES = ("dashboard?first=2026-10-01&last=2026-10-31&beside=before", "report?month=2026-10", "indicators?month=2026-10")
FILES = ("report/report.xlsx?month=2026-10", "report/aggregates.csv?month=2026-10")


def _utterance(number: int, at: datetime, **more: object) -> UtteranceRow:
    values = {
        "id": f"u{number}",
        "municipality": "kokubunji",
        "channel": "line",
        "at": at,
        "person": f"{PERSON}{number % 40}",
        "text": "カードをなくした [個人番号]",
        "key": "カードをなくした",
        "decision": "answer",
        "entry": "common/mynumber-card/lost-card",
        "candidates": [],
        **more,
    }
    return UtteranceRow(**values)


@pytest.fixture
def asked(filled: Database, now: datetime) -> Database:
    """October: 100 answered questions of 40 people, six in vain of six people, two in vain of two, one in English."""
    october = datetime(2026, 10, 5, 3, 0, tzinfo=now.tzinfo)
    vain = {"decision": "fallback", "entry": None}
    with filled.writing() as session:
        for n in range(100):
            verdict = "solved" if n % 4 == 0 else None
            session.add(_utterance(n, october + timedelta(hours=n), verdict=verdict))
        session.add_all(_utterance(100 + n, october, text="犬の登録", key="犬の登録", **vain) for n in range(6))
        session.add_all(_utterance(200 + n, october, text="秘密の質問", key="秘密の質問", **vain) for n in range(2))
        session.add(_utterance(300, october, language="en"))
        for n in range(20):
            session.add(_sample(n, october))
    return filled


def _sample(number: int, at: datetime) -> AuditSampleRow:
    verdict = "wrong" if number == 0 else "right"
    return AuditSampleRow(
        utterance_id=f"u{number}", municipality="kokubunji", week=date(2026, 10, 5), channel="line", language="ja",
        entry="common/mynumber-card/lost-card", asked_at=at, verdict=verdict, judged_by="chief", judged_at=at,
    )  # fmt: skip


@pytest.fixture
def enter(asked: Database, client: TestClient, now: datetime) -> Callable[[str], TestClient]:
    """Signs somebody in."""

    def entered(login: str) -> TestClient:
        with asked.writing() as session:
            staff = session.exec(select(StaffRow).where(StaffRow.login == login)).one()
            token = sessions.start(session, staff, Method.PASSWORD, "", now)
        client.cookies.set("madoguchi_staff", token)
        return client

    return entered


def test_no_page_and_no_file_shows_a_hash(enter: Callable[[str], TestClient]) -> None:
    client = enter("viewer")
    for path in (*PAGES, *FILES):
        answer = client.get(f"/admin/kokubunji/{path}")
        assert answer.status_code == 200, path
        assert "c0ffee" not in answer.text
        if path.startswith("report/report.xlsx"):
            book = load_workbook(io.BytesIO(answer.content))
            cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
            assert "まとめ" in book.sheetnames
            assert not any("c0ffee" in cell for cell in cells)
            assert not any("秘密の質問" in cell for cell in cells)
            assert any("犬の登録" in cell for cell in cells)


def test_the_dashboard_has_every_rate_with_what_it_is_made_of(enter: Callable[[str], TestClient]) -> None:
    page = enter("viewer").get("/admin/kokubunji/dashboard?first=2026-10-01&last=2026-10-31").text
    for expected in ("質問 109 件のうち 101 件", "92.7%", "確かめた答え 20 件のうち 19 件", "95%の範囲 76.4〜99.1%"):
        assert expected in page
    assert "感想 25 件のうち 25 件" in page
    assert page.count("<svg") == 5
    assert page.count("表で見る") >= 5
    assert "style=" not in page


def test_a_range_that_cannot_be_is_said_and_kept(enter: Callable[[str], TestClient]) -> None:
    answer = enter("viewer").get("/admin/kokubunji/dashboard?first=2026-11-30&last=2026-11-01")
    assert answer.status_code == 422
    assert "終わりの日を、はじめの日より後に" in answer.text
    assert 'value="2026-11-30"' in answer.text


def test_cities_are_compared_only_with_those_one_works_for(enter: Callable[[str], TestClient]) -> None:
    assert enter("viewer").get("/admin/kokubunji/dashboard?beside=oyama").status_code == 404
    answer = enter("chief").get("/admin/kokubunji/dashboard?beside=oyama")
    assert answer.status_code == 200
    assert "小山市</b>" in answer.text


def test_the_report_names_only_what_five_people_asked(enter: Callable[[str], TestClient]) -> None:
    page = enter("viewer").get("/admin/kokubunji/report?month=2026-10").text
    assert "犬の登録" in page
    assert "秘密の質問" not in page
    assert "市民からの質問は 109 件" in page
    assert "目標" in page
    assert "未設定" in page


def test_open_data_hides_few_people_and_what_would_tell_of_them(enter: Callable[[str], TestClient]) -> None:
    answer = enter("viewer").get("/admin/kokubunji/report/aggregates.csv?month=2026-10")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    english = next(row for row in rows if row["項目"] == "英語")
    japanese = next(row for row in rows if row["項目"] == "日本語")
    total = next(row for row in rows if row["区分"] == "総数")
    assert english["質問の数"] == HIDDEN
    assert HIDDEN in (japanese["質問の数"], total["質問の数"])
    for row in rows:
        for name in ("そのまま答えた数", "候補を並べた数", "よその窓口を伝えた数", "答えられなかった数", "質問の数"):
            assert row[name] == HIDDEN or int(row[name]) == 0 or int(row[name]) >= 5


def test_exports_are_audited(enter: Callable[[str], TestClient], asked: Database) -> None:
    for path in FILES:
        enter("viewer").get(f"/admin/kokubunji/{path}")
    with asked.reading() as session:
        found = session.exec(select(AuditRow).where(AuditRow.action == "export")).all()
    assert [row.subject for row in found] == ["kokubunji-report-2026-10.xlsx", "kokubunji-aggregates-2026-10.csv"]


def test_staff_enter_what_only_the_city_knows(enter: Callable[[str], TestClient], asked: Database) -> None:
    place = "/admin/kokubunji/indicators/card-issued-share"
    client = enter("chief")
    wrong = client.post(f"{place}/value", data={"month": "2026-10", "value": "120", "note": "市民課から"})
    assert wrong.status_code == 422
    assert "0 から 100 まで" in wrong.text
    assert 'value="120"' in wrong.text
    assert 'value="市民課から"' in wrong.text
    for kind, value in (("value", "８１．５％"), ("target", "90")):
        answer = client.post(f"{place}/{kind}", data={"month": "2026-10", "value": value, "note": "市民課から"})
        assert answer.status_code == 303
    page = client.get("/admin/kokubunji/indicators?month=2026-10").text
    assert "81.5<small>%" in page
    assert "90<small>%" in page
    with asked.reading() as session:
        actions = session.exec(select(AuditRow.action).where(AuditRow.subject.startswith("マイナ"))).all()  # type: ignore[attr-defined]
    assert list(actions) == ["enter indicator", "set indicator target"]
    client.post(f"{place}/value", data={"month": "2026-10", "value": "", "note": ""})
    assert "81.5<small>%" not in client.get("/admin/kokubunji/indicators?month=2026-10").text


def test_what_is_counted_is_not_typed(enter: Callable[[str], TestClient]) -> None:
    client = enter("chief")
    for name in ("class-sessions", "nothing"):
        place = f"/admin/kokubunji/indicators/{name}/value"
        assert client.post(place, data={"month": "2026-10", "value": "3"}).status_code == 404


def test_classes_are_counted_once(asked: Database, now: datetime, enter: Callable[[str], TestClient]) -> None:
    held = Class(date(2026, 10, 8), "はじめてのスマホ", "公民館")
    with asked.writing() as session:
        class_results.record(session, "kokubunji", held, Counts(9, (1, 1, 0, 0)), "helper", now)
        class_results.record(session, "kokubunji", held, Counts(10, (2, 1, 1, 0)), "helper", now)
        for _ in range(5):
            class_results.add_answer(session, "kokubunji", held, 0, 3, now)
        other = Class(date(2026, 10, 9), "はじめてのスマホ", "公民館")
        class_results.add_answer(session, "kokubunji", other, 2, 0, now)
    with asked.reading() as session:
        found = classes_of(class_results.listed(session, "kokubunji", date(2026, 10, 1), date(2026, 10, 31)))
    assert (found.sessions, found.participants) == (2, 11)
    assert (found.understanding.part, found.understanding.whole) == (5, 6)
    assert (found.satisfaction.part, found.satisfaction.whole) == (1, 6)
    assert "11<small>人" in enter("viewer").get("/admin/kokubunji/indicators?month=2026-10").text


def test_parts_of_few_people_are_told_together() -> None:
    assert together_where_few([("A", 100), ("B", 3), ("C", 8)]) == [("A", 100), ("CかB", 11)]
    assert together_where_few([("A", 3)]) == [("A", 3)]


def test_charts_escape_what_they_show() -> None:
    chart = charts.bars_chart('"<b>', [("<script>&", 3)])
    assert "<script>" not in chart
    assert "&lt;script&gt;&amp;" in chart
    assert "&#34;&lt;b&gt;" in chart
    lines = charts.lines_chart("x", ["a", "b", "c"], [Series("r", [0.5, None, 1.0], "one")])
    assert lines.count("<polyline") == 2
