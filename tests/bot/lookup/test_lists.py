"""Lists to look things up in: procedures, classes with their calendar, places with their maps, life events."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from starlette.testclient import TestClient

from bot.lookup.classes import calendar_of
from bot.lookup.procedures import PAGE, find
from knowledge.database import Database
from knowledge.editing import publish
from knowledge.listing_store import store_classes, store_listings
from knowledge.listings import PackListings, Place, Procedure, SmartphoneClass


def _procedure(number: int, **more: Any) -> Procedure:
    values = {
        "id": f"p-{number}",
        "name": f"手続その{number}",
        "words": (),
        "events": ("other",),
        "online": "no",
        "entrance": "窓口",
        "visit": "窓口に行きます。",
        "sources": ("A-022",),
        **more,
    }
    return Procedure.model_validate(values)


MOVE_OUT = _procedure(
    0,
    name="転出届",
    words=("引っ越しの届け", "てんしゅつ"),
    events=("moving",),
    online="everywhere",
    topic="mynumber-card/lost-card",
)
PROCEDURES = (MOVE_OUT, *(_procedure(number) for number in range(1, 45)))
PLACES = (
    Place(id="hall", name="市役所", kind="counter", address="戸倉1の6の1", tel="042-325-0111", as_of=date(2026, 1, 1)),
    Place(id="wifi-1", name="駅のWi-Fi", kind="wifi", latitude=35.7, longitude=139.48, as_of=date(2026, 1, 1)),
)


def _session(number: str, starts: datetime, **more: Any) -> SmartphoneClass:
    values = {"id": number, "title": "はじめてのスマホ", "starts": starts, "ends": starts + timedelta(hours=2), **more}
    return SmartphoneClass.model_validate({"place": "本多公民館", **values})


@pytest.fixture
def listed(filled: Database, now: datetime) -> Database:
    """The small knowledge base with lists. Times of classes are Japan's, without a zone."""
    local = datetime.fromisoformat("2026-11-28T10:00")
    classes = (
        _session("past", local - timedelta(days=9)),
        _session("next", local, tel="042-325-0111", apply="電話で申し込みます。", url="https://city.example.jp/x"),
        _session("no-end", local + timedelta(days=1), ends=local + timedelta(days=1), title="写真, 地図; そのほか"),
        _session("made-up", local + timedelta(days=2), sample=True),
    )
    with filled.writing() as session:
        store_listings(session, {"kokubunji": PackListings(PROCEDURES, PLACES)})
        store_classes(session, "kokubunji", classes)
        publish(session, {}, author="test", reason="lists", at=now)
    return filled


def test_procedures_are_found_by_name_event_and_way() -> None:
    assert find(PROCEDURES, "ﾃﾝｼｭﾂ", "", "") == []
    assert find(PROCEDURES, "てんしゅつ", "", "") == [MOVE_OUT]
    assert find(PROCEDURES, " 転出 届 ", "", "") == [MOVE_OUT]
    assert find(PROCEDURES, "", "moving", "") == [MOVE_OUT]
    assert find(PROCEDURES, "", "", "online") == [MOVE_OUT]
    assert len(find(PROCEDURES, "", "", "counter")) == 44
    assert find(PROCEDURES, "", "moving", "counter") == []


@pytest.mark.usefixtures("listed")
def test_the_finder_shows_a_page_at_a_time_and_every_one_once(client: TestClient) -> None:
    seen: list[str] = []
    path = "/lookup/kokubunji/procedures"
    while path:
        page = client.get(path).text
        assert "45件あります" in page
        seen += re.findall(r"<h3>(.*?)</h3>", page)
        following = re.search(r'rel="next" href="([^"]*)"', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(p.name for p in PROCEDURES)
    assert client.get("/lookup/kokubunji/procedures?page=999").text.count("<h3>") == 45 % PAGE
    assert client.get("/lookup/kokubunji/procedures?page=x&event=x&way=x").status_code == 200


@pytest.mark.usefixtures("listed")
def test_a_procedure_says_what_is_needed_and_leads_to_its_answer(client: TestClient) -> None:
    page = client.get("/lookup/kokubunji/procedures?name=転出").text
    assert "1件あります" in page
    assert "ネットで出せます" in page
    assert "出典: 自治体の案内" in page
    assert 'href="/lookup/kokubunji/entries/mynumber-card/lost-card"' in page
    nothing = client.get("/lookup/kokubunji/procedures?name=<b>").text
    assert "合う手続が見つかりません" in nothing
    assert 'value="&lt;b&gt;"' in nothing


@pytest.mark.usefixtures("listed")
def test_life_events_have_a_page(client: TestClient) -> None:
    assert "引っ越しのときの手続" in client.get("/lookup/kokubunji/events/moving").text
    assert '/lookup/kokubunji/events/moving"' in client.get("/lookup/kokubunji").text
    for path in ("events/birth", "events/other", "events/nothing"):
        assert client.get(f"/lookup/kokubunji/{path}").status_code == 404


@pytest.mark.usefixtures("listed")
def test_classes_to_come_are_listed_with_their_calendar(client: TestClient) -> None:
    page = client.get("/lookup/kokubunji/classes").text
    assert "これからの教室は 2件です" in page
    assert "11月28日（土）10時〜12時" in page
    assert 'href="/lookup/kokubunji/classes/next.ics"' in page
    assert "https://www.google.com/maps/search/?" in page
    assert "calendar.google.com" not in page
    assert client.get("/lookup/kokubunji/classes/past.ics").status_code == 404
    assert client.get("/lookup/kokubunji/classes/made-up.ics").status_code == 404


@pytest.mark.usefixtures("listed")
def test_the_calendar_says_the_same_to_any_telephone(client: TestClient) -> None:
    answer = client.get("/lookup/kokubunji/classes.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = icalendar.Calendar.from_ical(answer.content)
    first, second = calendar.walk("VEVENT")
    assert first.decoded("dtstart") == datetime(2026, 11, 28, 1, tzinfo=UTC)
    assert first.decoded("dtend") == datetime(2026, 11, 28, 3, tzinfo=UTC)
    assert str(first["summary"]) == "はじめてのスマホ"
    assert "電話で申し込みます。" in str(first["description"])
    assert str(second["summary"]) == "写真, 地図; そのほか"
    assert "dtend" not in second
    assert first["uid"] != second["uid"]
    one = icalendar.Calendar.from_ical(client.get("/lookup/kokubunji/classes/next.ics").content)
    assert [event["uid"] for event in one.walk("VEVENT")] == [first["uid"]]


def test_long_lines_are_folded_as_the_standard_asks(now: datetime) -> None:
    session = _session("long", datetime.fromisoformat("2026-12-01T10:00"), content="あ" * 900)
    lines = calendar_of([session], "kokubunji", "国分寺市", now).split(b"\r\n")
    assert max(map(len, lines)) <= 75


def test_a_city_without_classes_or_places_says_whom_to_ask(client: TestClient) -> None:
    for path in ("classes", "places"):
        assert "国分寺市の窓口に聞いてください" in client.get(f"/lookup/kokubunji/{path}").text
    assert client.get("/lookup/kokubunji/classes.ics").status_code == 200


@pytest.mark.usefixtures("listed")
def test_places_by_kind_with_a_link_to_a_map(client: TestClient) -> None:
    page = client.get("/lookup/kokubunji/places").text
    assert page.index("市役所") < page.index("駅のWi-Fi")
    assert 'href="tel:0423250111"' in page
    assert "query=35.7%2C139.48" in page
    assert "<iframe" not in page
    wifi = client.get("/lookup/kokubunji/places?kind=wifi").text
    assert "駅のWi-Fi" in wifi
    assert "戸倉" not in wifi


def test_a_group_lists_its_questions(client: TestClient) -> None:
    page = client.get("/lookup/kokubunji/groups/mynumber-card").text
    assert 'href="/lookup/kokubunji/entries/mynumber-card/found-after-lost"' in page
    assert client.get("/lookup/kokubunji/groups/conversation").status_code == 404
    assert client.get("/lookup").text.count('href="/lookup/') == len(("kokubunji", "oyama"))
