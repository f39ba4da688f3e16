"""What programs read: the API, and the open data in the standard's columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.lookup.api import CALLS
from bot.web.licences import licence_of
from knowledge.database import Database
from knowledge.editing import add_revision, publish
from knowledge.listing_store import store_classes, store_listings
from knowledge.listings import PackListings, Place, Procedure, SmartphoneClass
from knowledge.open_data import read_events, read_facilities, read_wifi
from knowledge.open_data.columns import EVENT_COLUMNS, FACILITY_COLUMNS, WIFI_COLUMNS
from knowledge.schema import Entry
from knowledge.tables import EntryRow

local = datetime.fromisoformat
PROCEDURE = Procedure(
    id="move-out",
    name='=HYPERLINK("https://example.jp")',
    words=("転出; 引っ越し", "転居"),
    events=("moving",),
    online="everywhere",
    entrance="マイナポータル",
    visit="行かなくてよいです。",
    topic="mynumber-card/lost-card",
    sources=("A-022",),
)
HALL = Place(
    id="hall", name="市役所", kind="counter", address="国分寺市泉町2", tel="042-325-0111", as_of=date(2026, 1, 1)
)
WIFI = Place(id="wifi-1", name="駅のWi-Fi", kind="wifi", latitude=35.7, longitude=139.48, as_of=date(2026, 1, 1))
PAST = SmartphoneClass(
    id="past", title="+SUM(1)", starts=local("2026-11-01T10:00"), ends=local("2026-11-01T12:00"), place="公民館"
)
NEXT = SmartphoneClass(
    id="next",
    title="はじめてのスマホ",
    starts=local("2026-11-28T10:00"),
    ends=local("2026-11-28T10:00"),
    place="公民館",
)


@pytest.fixture(autouse=True)
def _stocked(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        for city in ("kokubunji", "oyama"):
            store_listings(session, {city: PackListings((PROCEDURE,), (HALL, WIFI))})
            store_classes(session, city, (PAST, NEXT))
        publish(session, {}, author="test", reason="lists", at=now)


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_an_answer_has_its_source_and_writes_nothing_down(client: TestClient, written: Any) -> None:
    answer = client.get("/api/kokubunji/answers?q=カードを落とした")
    body = answer.json()
    assert body["decision"] == "answer"
    assert body["entry"] == "common/mynumber-card/lost-card"
    assert body["source"] == "自治体の案内（2024年9月30日時点）"
    assert body["buttons"] == [{"kind": "tel", "label": "カードを止める電話", "value": "0120-95-0178"}]
    assert client.get(body["url"]).status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert written() == []


def test_lists_hold_what_the_pages_hold(client: TestClient) -> None:
    entries = client.get("/api/kokubunji/entries").json()
    assert entries["count"] == len(entries["items"]) == 4
    assert entries["licence"] == "https://creativecommons.org/licenses/by/4.0/deed.ja"
    assert {client.get(item["url"]).status_code for item in entries["items"]} == {200}
    one = client.get("/api/kokubunji/entries/mynumber-card/lost-card").json()
    assert one in entries["items"]
    (procedure,) = client.get("/api/kokubunji/procedures").json()["items"]
    assert procedure["source"] == "自治体の案内"
    (coming,) = client.get("/api/kokubunji/classes").json()["items"]
    assert (coming["id"], coming["starts"], coming["ends"]) == ("next", "2026-11-28T10:00:00+09:00", None)
    assert client.get(coming["calendar"]).status_code == 200
    assert [place["id"] for place in client.get("/api/kokubunji/places").json()["items"]] == ["hall", "wifi-1"]


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/nowhere/entries", 404, "その市や項目はありません。"),
        ("/api/kokubunji/entries/no/such", 404, "その市や項目はありません。"),
        ("/api/kokubunji/nothing", 404, "その市や項目はありません。"),
        ("/api/kokubunji/answers", 422, "q を確かめてください"),
        ("/api/kokubunji/answers?q=" + "x" * 501, 422, "q を確かめてください"),
        ("/api/kokubunji/answers?q=x&lang=xx", 422, "lang を確かめてください"),
    ],
)
def test_errors_are_problems_in_japanese(client: TestClient, path: str, status: int, words: str) -> None:
    refused = client.get(path)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["status"] == status
    assert words in problem["detail"]
    assert "x" * 20 not in refused.text, "nothing that was typed comes back"


def test_it_is_read_only(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused = client.request(method, "/api/kokubunji/entries")
        assert (refused.status_code, refused.headers["content-type"]) == (405, "application/problem+json")


def test_every_path_of_the_contract_is_documented_for_people(client: TestClient) -> None:
    contract = client.get("/api/openapi.json").json()
    assert contract["openapi"].startswith("3.")
    assert {method for path in contract["paths"].values() for method in path} == {"get"}
    page = client.get("/api/").text
    for path, methods in contract["paths"].items():
        assert f"GET /api{path}" in page
        assert "application/problem+json" in methods["get"]["responses"]["404"]["content"]
        assert methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]


def test_answers_fit_the_contract(client: TestClient) -> None:
    shapes = client.get("/api/openapi.json").json()["components"]["schemas"]
    for path, name in (
        ("answers?q=カードを落とした", "Answer"),
        ("answers?q=ぴかぴか", "Answer"),
        ("entries/mynumber-card/lost-card", "Entry"),
    ):
        assert set(client.get(f"/api/kokubunji/{path}").json()) == set(shapes[name]["properties"])
    assert set(client.get("/api/kokubunji/classes").json()["items"][0]) == set(shapes["ClassItem"]["properties"])


def test_pages_of_other_sites_may_read_the_api_and_the_open_data_and_nothing_else(client: TestClient) -> None:
    origin = {"origin": "https://elsewhere.example"}
    for path in ("/api/kokubunji/entries", "/open-data/kokubunji/entries.json", "/open-data/kokubunji/classes.csv"):
        assert client.get(path, headers=origin).headers["access-control-allow-origin"] == "*"
    for path in (
        "/lookup/kokubunji",
        "/lookup/kokubunji?q=カード",
        "/lookup/kokubunji/entries/mynumber-card/lost-card",
    ):
        assert "access-control-allow-origin" not in client.get(path, headers=origin).headers


def test_lists_are_sent_again_only_after_a_release_that_changed_them(
    client: TestClient, filled: Database, now: datetime, entry_factory: Callable[..., Entry]
) -> None:
    for path in ("/api/kokubunji/entries", "/open-data/kokubunji/entries.csv", "/open-data/kokubunji"):
        known = {"if-none-match": client.get(path).headers["etag"]}
        assert client.get(path, headers=known).status_code == 304
        other = entry_factory("smartphone-class/find-a-class", "教室は？", ("スマホ教室",), f"小山市の {path}")
        _release(filled, now, f"oyama/{other.topic}", other)
        assert client.get(path, headers=known).status_code == 304, "nothing of this city changed"
        shared = entry_factory("mynumber-card/lost-card", "なくしたら？", ("なくした",), f"直した答え {path}")
        _release(filled, now, f"common/{shared.topic}", shared)
        assert client.get(path, headers=known).status_code == 200


def _release(database: Database, now: datetime, entry: str, text: Entry) -> None:
    """Publishes another text; an entry that is not there is made."""
    with database.writing() as session:
        row = session.get(EntryRow, entry) or EntryRow(id=entry, pack=entry.split("/", maxsplit=1)[0], topic=text.topic)
        session.add(row)
        session.flush()
        number = add_revision(session, row, text, author="test", note="", at=now).id
        publish(session, {entry: number}, author="test", reason="again", at=now)


def test_a_thousand_calls_of_one_address_are_slowed_and_others_are_served(site: Callable[..., FastAPI]) -> None:
    app = site()
    busy, other = (TestClient(app, client=(address, 1)) for address in ("203.0.113.7", "203.0.113.8"))
    answers = [busy.get("/api/kokubunji/answers?q=カード") for _ in range(1_000)]
    assert [a.status_code for a in answers].count(200) == CALLS.times
    assert answers[-1].status_code == 429
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert 0 < int(answers[-1].headers["retry-after"]) <= CALLS.seconds
    assert other.get("/api/kokubunji/answers?q=カード").status_code == 200


@pytest.mark.parametrize("place", ['a"; filename="x.exe', "a\r\nset-cookie: x=1", "..", "kokubunji;x", "国分寺"])
def test_a_made_up_place_never_gets_into_the_name_of_a_file(client: TestClient, place: str) -> None:
    answer = client.get(f"/open-data/{quote(place, safe='')}/classes.csv")
    assert answer.status_code in {404, 422}
    assert "content-disposition" not in answer.headers
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("name", "columns"),
    [("classes", EVENT_COLUMNS["v2"]), ("places", FACILITY_COLUMNS["v2"]), ("wifi", WIFI_COLUMNS["v2"])],
)
def test_lists_have_the_columns_of_the_standard(client: TestClient, name: str, columns: tuple[str, ...]) -> None:
    file = client.get(f"/open-data/kokubunji/{name}.csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["content-disposition"] == f'attachment; filename="kokubunji-{name}.csv"'
    rows = _rows(file.content)
    assert tuple(rows[0]) == columns
    assert {row["都道府県コード又は市区町村コード"] for row in rows} == {"132144"}


def test_lists_can_be_read_in_again(client: TestClient) -> None:
    sessions, problems = read_events(client.get("/open-data/kokubunji/classes.csv").content, "x")
    assert ([s.id for s in sessions], problems) == (["past", "next"], [])
    places, problems = read_facilities(
        client.get("/open-data/kokubunji/places.csv").content, "x", as_of=date(2026, 1, 1)
    )
    assert ([p.name for p in places], problems) == (["市役所"], [])
    spots, problems = read_wifi(client.get("/open-data/kokubunji/wifi.csv").content, "x", as_of=date(2026, 1, 1))
    assert ([(s.name, s.latitude) for s in spots], problems) == ([("駅のWi-Fi", 35.7)], [])


def test_no_cell_is_a_formula(client: TestClient) -> None:
    for name in ("entries", "procedures", "classes", "places", "wifi"):
        for row in _rows(client.get(f"/open-data/kokubunji/{name}.csv").content):
            assert not [cell for cell in row.values() if cell.startswith(("=", "+", "@"))]
    (procedure,) = _rows(client.get("/open-data/kokubunji/procedures.csv").content)
    assert procedure["手続の名称"] == '\'=HYPERLINK("https://example.jp")'
    assert procedure["ほかの言い方"] == "転出; 引っ越し\n転居", "a value with the separator stands on a line of its own"


def test_the_files_hold_the_same_in_both_forms(client: TestClient) -> None:
    for name in ("entries", "procedures", "classes"):
        listed = client.get(f"/open-data/kokubunji/{name}.json").json()["items"]
        assert len(_rows(client.get(f"/open-data/kokubunji/{name}.csv").content)) == len(listed) > 0
    assert len(client.get("/open-data/kokubunji/places.json").json()["items"]) == 2


def test_the_description_names_files_that_are_there_and_the_licence(site: Callable[..., FastAPI]) -> None:
    client = TestClient(site(licence=licence_of("PDL-1.0")))
    described = client.get("/open-data/kokubunji/dataset.json").json()
    assert described["@type"] == "dcat:Catalog"
    assert described["dct:license"] == licence_of("PDL-1.0").address
    files = [f for dataset in described["dcat:dataset"] for f in dataset["dcat:distribution"]]
    assert len(files) == 9
    for found in files:
        answer = client.get(found["dcat:downloadURL"])
        assert answer.headers["content-type"].startswith(found["dcat:mediaType"])
    page = client.get("/open-data/kokubunji").text
    assert "公共データ利用規約" in page


def test_what_is_no_dataset_is_not_there(client: TestClient) -> None:
    for path in ("kokubunji/wifi.json", "kokubunji/entries.xlsx", "kokubunji/secrets.csv"):
        assert client.get(f"/open-data/{path}").status_code == 404
    assert "国分寺市" in client.get("/open-data").text
