"""The catalogues: kept by form and by file, told to citizens at once, and nothing lost on the way."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.catalogues.lists import guess
from admin.catalogues.series import day_off, weekly
from admin.tables import AuditRow, StaffRow
from bot.conversation.classes import find_classes, upcoming
from bot.intents.slots import Slots
from bot.library import Library
from bot.responses.cards import class_card
from knowledge.database import Database
from knowledge.editing import current_release
from knowledge.listing_store import load_listings, store_classes, store_listings, store_places
from knowledge.listings import PackListings, Place, Procedure, SmartphoneClass
from knowledge.open_data import read_events, write_events
from knowledge.open_data.columns import EVENT_NAMES, WIFI_NAMES
from knowledge.open_data.grid import GridFault, read_grid, rows_of
from knowledge.open_data.procedures import PROCEDURE_NAMES, procedures_of, write_procedures

CITY = "kokubunji"
PAGE = f"/admin/{CITY}/catalogues"
SAMPLES = Path(__file__).parents[3] / "shared" / "eval" / "open-data-samples"
OWN_FILE = Path(__file__).parent / "classes_other_columns.csv"
CLASS = {
    "title": "はじめてのスマホ",
    "date": "2026-12-03",
    "start": "10:00",
    "end": "12:00",
    "place": "本多公民館",
    "capacity": "20",
    "fee": "0",
}


@pytest.fixture
def editor(app: FastAPI, filled: Database, new_client: Callable[[], TestClient], now: datetime) -> Iterator[TestClient]:
    """A browser of an editor of 国分寺市."""
    assert app.state.web
    with new_client() as client:
        with filled.writing() as session:
            staff = session.exec(select(StaffRow).where(StaffRow.login == "editor")).one()
            client.cookies.set("madoguchi_staff", sessions.start(session, staff, Method.PASSWORD, "", now))
        yield client


def own(database: Database) -> PackListings:
    with database.reading() as session:
        return load_listings(session).get(CITY, PackListings())


def release(database: Database) -> int:
    with database.reading() as session:
        return current_release(session)


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        rows = session.exec(select(AuditRow).order_by(AuditRow.id)).all()  # type: ignore[arg-type]
        return [row.action for row in rows if row.actor == "editor" and row.municipality == CITY]


def a_class(**changes: Any) -> SmartphoneClass:
    starts = datetime(2026, 12, 3, 10)  # noqa: DTZ001 - Japan's, as listed
    content = {
        "id": "one",
        "title": "スマホ入門",
        "starts": starts,
        "ends": starts + timedelta(hours=2),
        "place": "公民館",
    }
    return SmartphoneClass.model_validate(content | changes)


# --- forms


def test_a_class_is_added_changed_cancelled_removed_and_put_back(
    editor: TestClient, filled: Database, library: Library
) -> None:
    before = release(filled)
    assert editor.post(f"{PAGE}/classes/new", data=CLASS).status_code == 303
    (session,) = own(filled).classes
    assert (session.title, session.starts, session.capacity, session.fee) == (
        "はじめてのスマホ",
        datetime(2026, 12, 3, 10),  # noqa: DTZ001
        20,
        0,
    )
    assert release(filled) == before + 1
    place = f"{PAGE}/classes/{session.id}"
    assert "20" in editor.get(place).text
    editor.post(place, data={**CLASS, "cancelled": "1"})
    assert own(filled).classes[0].cancelled
    with filled.reading() as reading:
        assert library.city(reading, CITY).classes[0].cancelled
    assert "中止" in editor.get(f"{PAGE}/classes").text
    gone = editor.post(f"{place}/remove").headers["location"]
    assert own(filled).classes == ()
    page = editor.get(gone).text
    assert "一覧から消しました" in page
    found = re.search(r'action="([^"]*/restore/\d+)"', page)
    assert found is not None
    assert editor.post(found[1]).status_code == 303
    assert own(filled).classes[0].cancelled
    assert actions(filled) == ["add listing", "change listing", "delete listing", "add listing"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": ""}, "教室の名前を書いてください"),
        ({"date": "いつか"}, "日にちを 2026-12-03 のように"),
        ({"start": "朝"}, "時刻を 10:00 のように"),
        ({"end": "09:00"}, "終わりが始まりより前です"),
        ({"capacity": "たくさん"}, "定員（人）は数で"),
        ({"capacity": "0"}, "定員（人）が小さすぎます"),
        ({"latitude": "139.4"}, "緯度が大きすぎます"),
        ({"tel": "電話"}, "電話の形が正しくありません"),
        ({"apply_until": "2027-01-01"}, "締め切り"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    editor: TestClient, filled: Database, changes: dict[str, str], words: str
) -> None:
    answer = editor.post(f"{PAGE}/classes/new", data={**CLASS, "note": "残る文", **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert "残る文" in answer.text
    assert own(filled).classes == ()


def test_the_same_class_twice_is_refused(editor: TestClient) -> None:
    editor.post(f"{PAGE}/classes/new", data=CLASS)
    assert "もう一覧にあります" in editor.post(f"{PAGE}/classes/new", data=CLASS).text


def _pack(procedure: Procedure, place: Place) -> dict[str, PackListings]:
    return {CITY: PackListings((procedure,), (place,))}


PROCEDURE = Procedure(
    id="moving-in",
    name="転入届",
    words=("引っ越してきた",),
    events=("moving",),
    online="no",
    entrance="市民課",
    visit="窓口へ",
    sources=("A-022",),
)
PLACE = Place(id="hall", name="市役所", kind="counter", as_of=date(2026, 1, 1))


def test_what_staff_wrote_outlives_an_import_of_packs(editor: TestClient, filled: Database) -> None:
    with filled.writing() as session:
        store_listings(session, _pack(PROCEDURE, PLACE))
    form = {
        "name": "転入の届け",
        "words": "引っ越してきた\n転入",
        "events": ["moving", "card"],
        "online": "no",
        "entrance": "市民課",
        "visit": "窓口へ",
        "state": "in-service",
        "sources": "A-022",
    }
    assert editor.post(f"{PAGE}/procedures/moving-in", data=form).status_code == 303
    assert editor.post(f"{PAGE}/places/hall/remove").status_code == 303
    with filled.writing() as session:
        store_listings(session, _pack(PROCEDURE, PLACE))
    listings = own(filled)
    assert [(p.name, p.events) for p in listings.procedures] == [("転入の届け", ("moving", "card"))]
    assert listings.places == ()
    assert editor.post(f"{PAGE}/procedures/moving-in/remove").status_code == 303
    assert own(filled).procedures == ()


def test_sources_and_topics_of_a_procedure_must_be_there(editor: TestClient) -> None:
    form = {"name": "x", "events": ["moving"], "online": "no", "entrance": "x", "visit": "x", "state": "in-service"}
    answer = editor.post(f"{PAGE}/procedures/new", data={**form, "sources": "Z-99", "topic": "mynumber-card/nothing"})
    assert "出典 Z-99 は台帳にない" in answer.text
    assert "項目 mynumber-card/nothing がありません" in answer.text
    bad = editor.post(f"{PAGE}/procedures/new", data={**form, "sources": "A-022", "events": []})
    assert "暮らしの出来事を書いてください" in bad.text


def test_a_common_procedure_becomes_the_citys_own_when_changed(editor: TestClient, filled: Database) -> None:
    with filled.writing() as session:
        store_listings(session, {"common": PackListings((PROCEDURE,), ())})
    page = editor.get(f"{PAGE}/procedures").text
    assert "転入届" in page
    assert "共通" in page
    form = {"name": "転入届（国分寺）", "events": ["moving"], "online": "no", "entrance": "x", "visit": "x"}
    editor.post(f"{PAGE}/procedures/moving-in", data={**form, "state": "in-service", "sources": "A-022"})
    with filled.reading() as session:
        listings = load_listings(session)
    assert listings["common"].procedures[0].name == "転入届"
    assert listings[CITY].procedures[0].name == "転入届（国分寺）"


def test_made_up_classes_can_not_be_edited(editor: TestClient, filled: Database) -> None:
    with filled.writing() as session:
        store_classes(session, CITY, [a_class(sample=True)])
    assert editor.get(f"{PAGE}/classes/one").status_code == 404
    assert "見本" in editor.get(f"{PAGE}/classes").text
    assert editor.get(f"{PAGE}/unknown").status_code == 404


# --- weekly series


def test_a_weekly_series_passes_over_days_off(editor: TestClient, filled: Database) -> None:
    thursday = a_class(starts="2026-12-17T10:00", ends="2026-12-17T12:00", apply_until="2026-12-15", cancelled=True)
    series = weekly(thursday, 3)
    assert [f"{c.starts:%m-%d}" for c in series.sessions] == ["12-24", "01-07", "01-14"]
    assert series.left_out == ((date(2026, 12, 31), "年末年始"),)
    assert [str(c.apply_until) for c in series.sessions] == ["2026-12-22", "2027-01-05", "2027-01-12"]
    assert not any(c.cancelled for c in series.sessions)
    assert len({c.id for c in series.sessions}) == 3
    assert [f"{c.starts:%m-%d}" for c in weekly(thursday, 2, apart=2, skip_holidays=False).sessions] == [
        "12-31",
        "01-14",
    ]
    assert day_off(date(2026, 11, 23)) == "勤労感謝の日"
    with pytest.raises(ValueError, match="回数は"):
        weekly(thursday, 27)
    with filled.writing() as session:
        store_classes(session, CITY, [thursday])
    page = editor.get(f"{PAGE}/classes/one/series?count=3&apart=1&holidays=skip&shown=1").text
    assert "12月24日（木）" in page
    assert "年末年始" in page
    for _ in range(2):
        editor.post(f"{PAGE}/classes/one/series", data={"count": 3, "apart": 1, "holidays": "skip"})
    assert len(own(filled).classes) == 4


# --- what citizens see of a cancelled session


def test_a_cancelled_session_is_marked_and_never_offered_unasked(now: datetime) -> None:
    off, on = (
        a_class(cancelled=True, apply="電話で"),
        a_class(id="two", starts="2026-12-10T10:00", ends="2026-12-10T12:00"),
    )
    card = class_card(off, city="国分寺市", now=now)
    assert card.title == "【中止】スマホ入門"
    assert "この回は中止になりました。" in card.lines
    assert not any("申し込み" in line for line in card.lines)
    assert not any("calendar" in button.value for button in card.buttons)
    found = find_classes(upcoming([off, on], now), Slots(places=("どこにもない町",)), now.date())
    assert [c.id for c in found.sessions] == ["two"]


def test_cancelled_goes_out_and_comes_in_with_the_title() -> None:
    body = {"municipality_code": "13214", "municipality_name": "国分寺市", "prefecture": "東京都"}
    content = write_events([a_class(cancelled=True)], layout="v2", **body)
    assert "【中止】スマホ入門" in content.decode("utf-8-sig")
    (session,), problems = read_events(content, "x.csv")
    assert (session.title, session.cancelled, problems) == ("スマホ入門", True, [])


# --- files


def uploaded(client: TestClient, shelf: str, name: str, content: bytes, **fields: str) -> str:
    answer = client.post(f"{PAGE}/{shelf}/files", files={"file": (name, content)}, data=fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def chosen(page: str) -> dict[str, str]:
    """The fields of a page's columns form as they stand."""
    found: dict[str, str] = {}
    for name, options in re.findall(r'<select id="(field-[a-z_]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        picked = re.search(r'value="(\d+)" selected', options)
        found[name] = picked[1] if picked else ""
    return found


def takes(page: str) -> dict[str, str]:
    return dict.fromkeys(re.findall(r'name="(take-[^"]+)"', page), "1")


def test_a_standard_file_goes_straight_to_the_preview_and_nothing_is_written_before(
    editor: TestClient, filled: Database
) -> None:
    with filled.writing() as session:
        store_classes(session, CITY, [a_class(id="old"), a_class(id="past", starts="2026-01-01", ends="2026-01-02")])
    body = {"municipality_code": "13214", "municipality_name": "国分寺市", "prefecture": "東京都"}
    content = write_events([a_class(id="new"), a_class(id="old", capacity=5)], layout="v2", **body)
    before = release(filled)
    place = uploaded(editor, "classes", "教室.csv", content)
    assert place.endswith("/preview")
    page = editor.get(place).text
    assert "<b>1</b> 新しい" in page
    assert "<b>1</b> 変わる" in page
    assert "変わるところ: 定員（人）" in page
    assert release(filled) == before
    assert editor.post(place, data={}).headers["location"].endswith("?none=1")
    editor.post(place, data={**takes(page), "gone": "drop"})
    assert release(filled) == before + 1
    assert {(c.id, c.capacity) for c in own(filled).classes} == {("new", None), ("old", 5), ("past", None)}


def test_gone_listings_stay_unless_somebody_says_so(editor: TestClient, filled: Database) -> None:
    with filled.writing() as session:
        store_places(session, CITY, "wifi", [PLACE.model_copy(update={"id": "w", "kind": "wifi"})])
        store_listings(session, {CITY: PackListings((), (PLACE,))})
    content = "名称,住所,緯度,経度,SSID\n図書館,本町1,139.46,35.70,city\n".encode("cp932")
    for answer, left in (("keep", {"hall", "w"}), ("drop", {"hall"})):
        place = uploaded(editor, "places", "wifi.csv", content, kind="wifi")
        page = editor.get(place).text
        assert "ファイルにない場所（1）" in page
        editor.post(place, data={**takes(page), "gone": answer})
        assert {p.id for p in own(filled).places if not p.id.startswith("wifi-")} == left
    (brought,) = [p for p in own(filled).places if p.kind == "wifi"]
    assert (brought.latitude, brought.longitude) == (35.7, 139.46)


def test_a_file_with_other_columns_comes_in_through_the_mapping(editor: TestClient, filled: Database) -> None:
    place = uploaded(editor, "classes", OWN_FILE.name, OWN_FILE.read_bytes())
    assert place.endswith("/columns")
    page = editor.get(place).text
    fields = chosen(page)
    assert (fields["field-title"], fields["field-start_date"], fields["field-place"]) == ("1", "2", "5")
    assert (fields["field-capacity"], fields["field-fee"], fields["field-contact"]) == ("7", "8", "9")
    assert fields["field-id"] == ""
    assert editor.post(place, data={**fields, "field-title": ""}).status_code == 422
    answer = editor.post(place, data={**fields, "field-note": "10", "year": "2026"})
    preview = editor.get(answer.headers["location"]).text
    assert "5 行目「日にちのない教室」 実施日: 読めません（未定）" in preview
    editor.post(answer.headers["location"], data=takes(preview))
    one, two, three = own(filled).classes
    assert (one.starts, one.capacity, one.fee, one.note) == (datetime(2026, 12, 3, 9), 20, 0, "動きやすい服で")  # noqa: DTZ001
    assert (two.starts, two.ends) == (datetime(2026, 12, 10, 9), datetime(2026, 12, 11))  # noqa: DTZ001
    assert (three.title, three.cancelled, three.starts) == ("地図の使い方", True, datetime(2026, 12, 16, 13, 30))  # noqa: DTZ001


def test_an_excel_list_is_read_as_well(editor: TestClient) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["教室の一覧"],
        ["イベント名", "開始日", "開始時間", "場所名称"],
        ["スマホ", date(2026, 12, 3), "=1", "館"],
    ):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    page = editor.get(uploaded(editor, "classes", "x.xlsx", stream.getvalue())).text
    assert "3 行目「スマホ」" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空です"),
        (b"a,b\n", "見出しの行しか"),
        (b'a,b\n"1,2\n', "CSV として読めません"),
        (b"\xd0\xcf\x11\xe0", "古い形の Excel"),
        (b"PK\x03\x04", "こわれています"),
    ],
)
def test_files_that_are_none_are_refused_beside_the_form(editor: TestClient, content: bytes, words: str) -> None:
    answer = editor.post(f"{PAGE}/classes/files", files={"file": ("x.csv", content)})
    assert answer.status_code == 422
    assert words in answer.text


def test_lists_go_out_in_the_recommended_columns_and_are_audited(editor: TestClient, filled: Database) -> None:
    with filled.writing() as session:
        store_classes(session, CITY, [a_class(), a_class(id="made-up", sample=True)])
        store_listings(session, _pack(PROCEDURE, PLACE))
    for shelf, kind, columns in (("classes", "", 32), ("places", "facilities", 24), ("places", "wifi", 18)):
        answer = editor.get(f"{PAGE}/{shelf}/export.csv?kind={kind}")
        assert answer.content.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert len(rows[0]) == columns
        assert len(rows) == (1 if kind == "wifi" else 2)
    grid = read_grid(editor.get(f"{PAGE}/procedures/export.csv").content, "x", PROCEDURE_NAMES)
    rows_found, _ = rows_of(grid, guess(grid, PROCEDURE_NAMES), PROCEDURE_NAMES, 2026)
    assert procedures_of(rows_found) == ([PROCEDURE], [])
    assert actions(filled) == ["export"] * 4


def test_procedures_read_back_as_they_were_written() -> None:
    grid = read_grid(write_procedures([PROCEDURE]), "x", PROCEDURE_NAMES)
    bad = (*grid.records[0][1][:3], "遊び", *grid.records[0][1][4:])
    broken = rows_of(
        type(grid)(grid.file, grid.columns, ((2, bad),)), guess(grid, PROCEDURE_NAMES), PROCEDURE_NAMES, 2026
    )[0]
    found, problems = procedures_of(broken)
    assert found == []
    assert problems[0].line == 2


def test_a_kept_file_is_its_senders_own(editor: TestClient, filled: Database, new_client: Any, now: datetime) -> None:
    place = uploaded(editor, "classes", OWN_FILE.name, OWN_FILE.read_bytes())
    with new_client() as other, filled.writing() as session:
        staff = session.exec(select(StaffRow).where(StaffRow.login == "chief")).one()
        token = sessions.start(session, staff, Method.PASSWORD, "", now)
        session.commit()
        other.cookies.set("madoguchi_staff", token)
        assert other.get(place).status_code == 404


# --- real files of a city, where they are beside this checkout


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files are not beside this checkout")
def test_the_real_event_list_comes_in_through_the_mapping(editor: TestClient, filled: Database) -> None:
    content = (SAMPLES / "takamatsu_events.xlsx").read_bytes()
    place = uploaded(editor, "classes", "takamatsu_events.xlsx", content)
    fields = chosen(editor.get(place).text)
    columns = (
        "title",
        "start_date",
        "start_time",
        "end_time",
        "place",
        "latitude",
        "content",
        "fee",
        "capacity",
        "tel",
    )
    assert all(fields[f"field-{name}"] for name in columns)
    assert fields["field-id"] == ""
    assert fields["field-contact"] == "14"
    preview_place = editor.post(place, data={**fields, "year": "2026"}).headers["location"]
    preview = editor.get(preview_place).text
    errors = set(re.findall(r'<li class="error">(\d+) 行目', preview))
    assert 5 < len(errors) < 15
    editor.post(preview_place, data=takes(preview))
    classes = own(filled).classes
    assert len(classes) + len(errors) == 51
    cinema = next(c for c in classes if "ミルクのケビン" in c.title)
    assert (cinema.starts, cinema.ends) == (datetime(2026, 8, 12, 13, 30), datetime(2026, 8, 12, 14, 20))  # noqa: DTZ001
    exhibition = next(c for c in classes if "安村卓士" in c.title)
    assert str(exhibition.ends) == "2026-08-15 18:00:00"


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files are not beside this checkout")
def test_the_real_wifi_list_comes_in_through_the_mapping(editor: TestClient, filled: Database) -> None:
    content = (SAMPLES / "takamatsu_public_wireless_lan.xlsx").read_bytes()
    place = uploaded(editor, "places", "takamatsu.xlsx", content, kind="wifi")
    fields = chosen(editor.get(place).text)
    preview_place = editor.post(place, data=fields).headers["location"]
    preview = editor.get(preview_place).text
    editor.post(preview_place, data=takes(preview))
    places = own(filled).places
    assert [p.name for p in places] == ["男木交流館", "鬼ヶ島おにの館", "塩江インフォメーションセンター"]
    assert all(p.kind == "wifi" and p.located and "KAGAWA-WiFi" in p.note for p in places)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files are not beside this checkout")
def test_exported_columns_are_exactly_those_of_the_recommended_data_set(editor: TestClient) -> None:
    for file, path in (
        ("event", "classes/export.csv"),
        ("facility", "places/export.csv?kind=facilities"),
        ("wifi", "places/export.csv?kind=wifi"),
    ):
        header = (SAMPLES / f"header_v2_{file}.csv").read_bytes().decode("utf-8-sig").splitlines()[0]
        assert editor.get(f"{PAGE}/{path}").content.decode("utf-8-sig").splitlines()[0] == header


# --- guessing


def test_a_column_that_only_counts_is_no_id() -> None:
    grid = read_grid("NO,名称\n1,a\n2,b\n3,c\n".encode(), "x", WIFI_NAMES)
    assert guess(grid, WIFI_NAMES) == {"name": 1}
    grid = read_grid("NO,名称\nA1,a\nA2,b\n".encode(), "x", WIFI_NAMES)
    assert guess(grid, WIFI_NAMES) == {"id": 0, "name": 1}


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("8月5日（水）～8月16日（日）", "2026年8月5日", "2026年8月16日"),
        ("12月28日〜2027年1月3日", "2026年12月28日", "2027年1月3日"),
        ("8月5日～7日", "2026年8月5日", "2026年8月7日"),
        ("8月16日(日)まで", "8月16日(日)まで", ""),
        ("2026/8/5", "2026/8/5", ""),
    ],
)
def test_days_without_a_year(day: str, first: str, last: str) -> None:
    grid = read_grid(f'イベント名,開始日,開始時間\n教室,"{day}",9:00\n'.encode(), "x", EVENT_NAMES)
    (row,), _ = rows_of(grid, {"title": 0, "start_date": 1, "start_time": 2}, EVENT_NAMES, 2026)
    assert row.text("start_date").startswith(first)
    assert row.text("end_date") == last


def test_a_header_stands_below_a_title_and_tabs_part_columns() -> None:
    grid = read_grid("一覧\r\n\r\n名称\t住所\r\nあ\tい\r\n".encode("utf-16"), "x", WIFI_NAMES)
    assert (grid.columns, [cells for _, cells in grid.records]) == (("名称", "住所"), [("あ", "い")])
    with pytest.raises(GridFault):
        read_grid(b"", "x", WIFI_NAMES)
