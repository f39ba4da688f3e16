"""Open-data lists: what real files do wrong is read, what is written is strict, and both ways agree."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.listings import Place, SmartphoneClass
from knowledge.open_data import (
    Layout,
    read_events,
    read_facilities,
    read_wifi,
    write_events,
    write_facilities,
    write_wifi,
)
from knowledge.open_data.columns import EVENT_COLUMNS, FACILITY_COLUMNS, WIFI_COLUMNS
from knowledge.open_data.text import guarded, unguarded
from knowledge.open_data.values import amount, day, degrees, minutes, plain_telephone, telephone, yen
from knowledge.open_data.writing import six_digits
from knowledge.reading import Problem

AS_OF = date(2026, 11, 1)
BODY = {"municipality_code": "132144", "municipality_name": "国分寺市", "prefecture": "東京都"}
LAYOUTS: tuple[Layout, ...] = ("v2", "v3")
EVENT = {
    "イベント名": "はじめてのスマホ",
    "開始日": "2026-12-03",
    "開始時間": "10:00",
    "終了時間": "12:00",
    "場所名称": "本多公民館",
}


def _csv(*rows: dict[str, str], header: tuple[str, ...] = ()) -> str:
    columns = header or tuple(dict.fromkeys(column for row in rows for column in row))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([columns, *([row.get(column, "") for column in columns] for row in rows)])
    return text.getvalue()


def _event(**changes: str) -> tuple[SmartphoneClass, list[Problem]]:
    (session,), problems = read_events(_csv({**EVENT, **changes}).encode(), "教室.csv")
    return session, problems


def _wifi(**changes: str) -> tuple[Place, list[Problem]]:
    (place,), problems = read_wifi(_csv({"名称": "市役所", **changes}).encode(), "wifi.csv", as_of=AS_OF)
    return place, problems


def _facility(**changes: str) -> tuple[Place, list[Problem]]:
    (place,), problems = read_facilities(_csv({"名称": "図書館", **changes}).encode(), "f.csv", as_of=AS_OF)
    return place, problems


# --- whole files


@pytest.mark.parametrize(
    "content",
    [
        _csv(EVENT).encode("utf-8"),
        _csv(EVENT).encode("utf-8-sig"),
        _csv(EVENT).encode("cp932"),
        _csv(EVENT).replace(",", "\t").encode("utf-16"),
        _csv(EVENT).replace(",", "\t").encode("utf-16-le"),
        _csv(EVENT).replace(",", "\t").encode("utf-16-be"),
        _csv(EVENT).replace("\r\n", "\n").encode(),
        _csv({**EVENT, "備考": "\0"}).encode(),
        _csv(EVENT).replace("\r\n", "\r").encode(),
        ("スマホ教室の一覧,,\r\n\r\n" + _csv(EVENT)).encode(),
    ],
)
def test_every_encoding_gives_the_same_session(content: bytes) -> None:
    sessions, problems = read_events(content, "教室.csv")
    assert problems == []
    assert [(s.title, s.starts, s.ends, s.place) for s in sessions] == [
        ("はじめてのスマホ", datetime(2026, 12, 3, 10), datetime(2026, 12, 3, 12), "本多公民館")  # noqa: DTZ001
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空です"),
        (b"\xef\xbb\xbf\r\n\r\n", "空です"),
        (b"PK\x03\x04rest", "Excel か zip"),
        (b"a,b\r\n1,2\r\n", "列「イベント名」が見つかりません"),
        ("イベント名,開始日\r\n教室,2026-12-03\r\n".encode(), "列「開始時間」が見つかりません"),
    ],
)
def test_a_file_that_is_no_event_list(content: bytes, words: str) -> None:
    sessions, problems = read_events(content, "教室.csv")
    assert sessions == []
    assert words in str(problems[0])
    assert all((p.file, p.line) == ("教室.csv", 0) for p in problems)


def test_headers_with_every_defect_are_found() -> None:
    text = (
        '_id,"都道府県コード\n又は市区町村コード",Ｎｏ, イベント名　,開始日,,終了日,開始時間,"終了\r\n時間",場所名称,'
        "所在地＿連結標記,建物名等（肩書）,料金（基本）,説明,知らない列\r\n"
        "7,132144,A-1,教室,2026/12/3,x,2026/12/3,9:00,11:00,公民館,国分寺市本多1-7-1,2階,無料,,y,余り\r\n"
    )
    (session,), problems = read_events(text.encode(), "教室.csv")
    assert problems == []
    assert (session.id, session.title, session.fee) == ("A-1", "教室", 0)
    assert session.address == "国分寺市本多1-7-1 2階"


def test_blank_rows_and_rows_of_a_template_are_passed_over() -> None:
    blank = {"都道府県コード又は市区町村コード": "132144", "都道府県名": "東京都", "市区町村名": "国分寺市"}
    sessions, problems = read_events((_csv({**blank, **EVENT}, blank, {}) + "\r\n,,,\r\n").encode(), "教室.csv")
    assert (len(sessions), problems) == (1, [])


def test_good_rows_are_kept_and_bad_ones_are_named_by_line_and_column() -> None:
    rows = [
        {**EVENT, "説明": "一行目\n二行目"},
        {**EVENT, "開始日": "12月3日"},
        {**EVENT, "開始時間": ""},
        {**EVENT, "終了時間": "9:00"},
        {**EVENT, "イベント名": "", "開始日": "2026-12-09"},
        {**EVENT, "開始日": "2026-12-10"},
    ]
    sessions, problems = read_events(_csv(*rows).encode(), "教室.csv")
    assert [s.starts.day for s in sessions] == [3, 10]
    assert [str(p) for p in problems] == [
        "教室.csv:4 [はじめてのスマホ] 開始日: 読めません（12月3日）",
        "教室.csv:5 [はじめてのスマホ] 開始時間: 書かれていません",
        "教室.csv:6 [はじめてのスマホ] 終了時間: 始まりより前です",
        "教室.csv:7 イベント名: 書かれていません",
    ]


def test_a_row_with_broken_characters_is_named_and_the_others_are_kept() -> None:
    content = (
        _csv(EVENT, {**EVENT, "開始日": "2026-12-10"}).encode("utf-8-sig").replace("本多".encode(), b"\xff\xff", 1)
    )
    (session,), (problem,) = read_events(content, "教室.csv")
    assert session.starts.day == 10
    assert (problem.line, problem.message) == (2, "場所名称: 読めない文字があります")


@pytest.mark.parametrize("rest", ['"' + "x" * 140_000, '"教室,2026-12-10,10:00\r\n教室,2026-12-17,10:00\r\n'])
def test_a_quotation_mark_that_is_not_closed_does_not_lose_the_rows_before_it(rest: str) -> None:
    sessions, (problem,) = read_events((_csv(EVENT) + rest).encode(), "教室.csv")
    assert len(sessions) == 1
    assert (problem.line, "引用符" in problem.message) == (2, True)


# --- events


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-03", "2026/1/3", "２０２６／１／３", "2026.1.3", "2026年1月3日", "2026年1月3日（土）",
        "2026 年 1 月 3 日", "令和8年1月3日", "令和８年１月３日(土曜日)", "R8.1.3", "㋿8年1月3日", "20260103", "46025",
        "2026-01-03 00:00:00",
    ],
)  # fmt: skip
def test_dates_as_people_write_them(text: str) -> None:
    assert day(text) == (date(2026, 1, 3), True)


def test_dates_of_other_eras_and_impossible_ones() -> None:
    assert day("平成31年4月30日").value == date(2019, 4, 30)
    assert day("令和元年5月1日").value == date(2019, 5, 1)
    assert day("2026年8月5日（水）～8月16日（日）") == (date(2026, 8, 5), False)
    for text in ("2026-02-30", "0026-01-03", "8月5日", "未定", "2026-01-345"):
        assert day(text) == (None, False)
    assert day("-") == day("") == (None, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9:00", 540), ("09:00:00", 540), ("９：００", 540), ("9時", 540), ("9時30分", 570), ("午後1時半", 810),
        ("PM 1:30", 810), ("24:00", 1440), ("25:30", 1530), ("0.375", 540), ("0:00", 0), ("午後12時15分", 735),
    ],
)  # fmt: skip
def test_times_as_people_write_them(text: str, expected: int) -> None:
    assert minutes(text) == (expected, True)


def test_times_that_say_more_or_nothing() -> None:
    assert minutes("22：00\n※日曜は17：00まで") == (1320, False)
    for text in ("24時間", "未定", "9:75", "31:00"):
        assert minutes(text) == (None, False)


def test_midnight_is_the_next_day() -> None:
    session, problems = _event(開始時間="22:00", 終了時間="24:00")
    assert (session.ends - session.starts, problems) == (timedelta(hours=2), [])


@pytest.mark.parametrize("end", ["", "-", "未定"])
def test_an_end_that_is_not_known_is_the_start(end: str) -> None:
    session, problems = _event(終了時間=end)
    assert session.ends == session.starts
    assert [(p.level, p.message.split(":")[0]) for p in problems] == [("warning", "終了時間")] * (end == "未定")


def test_what_does_not_fit_a_field_goes_into_the_note() -> None:
    session, problems = _event(
        **{
            "定員": "20名（先着順）",
            "料金(基本)": "応相談",
            "料金(詳細)": "教材費500円",
            "参加申込終了日": "定員になり次第",
            "連絡先電話番号": "０４２（３２５）０１１１ 内線 12",
            "備考": "持ち物: スマートフォン",
        }
    )
    assert (session.capacity, session.fee, session.apply_until, session.tel) == (20, None, None, "042(325)0111")
    assert session.note.split("\n") == [
        "料金: 教材費500円",
        "持ち物: スマートフォン",
        "定員: 20名（先着順）",
        "料金(基本): 応相談",
        "連絡先電話番号: ０４２（３２５）０１１１ 内線 12",
        "参加申込終了日: 定員になり次第",
    ]
    assert [p.message for p in problems] == [
        "料金(基本): 読めないので、備考に写しました（応相談）",
        "参加申込終了日: 読めないので、備考に写しました（定員になり次第）",
    ]
    assert {p.level for p in problems} == {"warning"}


def test_a_value_that_the_model_refuses_is_left_out_with_a_warning() -> None:
    session, problems = _event(説明="あ" * 1001, 参加申込終了日="2027-01-01", 定員="99999")
    assert (session.content, session.apply_until, session.capacity) == ("", None, None)
    assert [str(p) for p in problems] == [
        "教室.csv:2 [はじめてのスマホ] 注意: 参加申込終了日: 終わりより後なので、除きました",
        "教室.csv:2 [はじめてのスマホ] 注意: 説明: 長すぎます（1000 文字まで）。除いて読みました",
        "教室.csv:2 [はじめてのスマホ] 注意: 定員: 大きすぎます。除いて読みました",
    ]


def test_a_note_too_long_is_left_out_whole_with_a_warning() -> None:
    session, problems = _event(**{"料金(詳細)": "教材費500円", "備考": "い" * 500})
    assert session.note == "料金: 教材費500円"
    assert "備考に入りきらない" in problems[0].message


def test_a_series_in_one_row_is_pointed_out() -> None:
    session, (problem,) = _event(終了日="2027-03-03")
    assert session.ends.date() == date(2027, 3, 3)
    assert (problem.level, "一回を一行に" in problem.message) == ("warning", True)


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected", "warnings"),
    [
        ("35.7008", "139.4806", (35.7008, 139.4806), 0),
        ("139.4806", "35.7008", (35.7008, 139.4806), 1),
        ("-", "－", (None, None), 0),
        ("0", "0", (None, None), 0),
        ("北緯35度42分2.88秒", "139°28′50.16″", (35.7008, 139.4806), 0),
        ("不明です", "139.4806", (None, 139.4806), 1),
        ("51.5", "-0.12", (None, None), 2),
    ],
)
def test_coordinates(latitude: str, longitude: str, expected: tuple[float | None, float | None], warnings: int) -> None:
    session, problems = _event(緯度=latitude, 経度=longitude)
    assert (session.latitude, session.longitude) == expected
    assert [p.level for p in problems] == ["warning"] * warnings
    assert session.note == ""


def test_a_made_id_is_stable_and_tells_sessions_apart() -> None:
    rows = [EVENT, {**EVENT, "開始日": "2026-12-10"}, {**EVENT, "開始時間": "14:00", "終了時間": "16:00"}]
    first, _ = read_events(_csv(*rows).encode(), "12月.csv")
    wide = {**EVENT, "開始日": "令和8年12月3日", "場所名称": "本多 公民館", "備考": "追加"}
    second, _ = read_events(_csv(wide).encode("cp932"), "別の名.csv")
    assert len({s.id for s in first}) == 3
    assert first[0].id == second[0].id
    assert first[0].id.endswith("-20261203-1000")


def test_ids_that_are_unusable_or_stand_twice() -> None:
    rows = [
        {**EVENT, "ID": "国分寺-1"},
        {**EVENT, "ID": "EV-1", "開始日": "2026-12-10"},
        {**EVENT, "ID": "EV-1", "開始日": "2026-12-17"},
        {**EVENT, "ID": "EV-1", "開始日": "2026-12-17"},
    ]
    sessions, problems = read_events(_csv(*rows).encode(), "教室.csv")
    assert [s.starts.day for s in sessions] == [3, 10, 17]
    assert len({s.id for s in sessions}) == 3
    assert [(p.line, p.level, p.message[:3]) for p in problems] == [(n, "warning", "ID:") for n in (2, 4, 5)]


def test_a_v3_list_with_the_address_in_parts() -> None:
    session, problems = _event(
        **{
            "ID": "EV-1",
            "場所名称": "",
            "所在地_都道府県": "東京都",
            "所在地_市区町村": "東京都国分寺市",
            "所在地_町字": "本多一丁目",
            "所在地_番地以下": "7-1",
            "料金種別": "有料",
            "URL": "-",
            "コンテンツURL": "https://www.city.example.jp/1",
        }
    )
    assert session.address == session.place == "東京都国分寺市本多一丁目7-1"
    assert (session.fee, session.note) == (None, "料金種別: 有料")
    assert problems == []


# --- places


def test_an_access_point_keeps_its_network_in_the_note() -> None:
    place, problems = _wifi(
        住所="国分寺市泉町2-2-18", SSID="Kokubunji_Free", 提供エリア="1階", 電話番号="(042)325-0111", 備考="1回60分"
    )
    assert problems == []
    assert (place.kind, place.as_of, place.tel) == ("wifi", AS_OF, "042-325-0111")
    assert place.note == "SSID: Kokubunji_Free\n使える所: 1階\n1回60分"
    assert place.id.startswith("wifi-")


def test_two_access_points_of_one_building_are_two_places() -> None:
    row = {"名称": "市役所", "住所": "泉町2-2-18", "SSID": "A"}
    content = _csv(row, {**row, "SSID": "B"}, row).encode()
    places, (problem,) = read_wifi(content, "wifi.csv", as_of=AS_OF)
    assert len({p.id for p in places}) == len(places) == 2
    assert (problem.line, problem.message) == (4, "ID: 同じ行が二度あるので、除きました")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("月火水木金", "09:00", "17:00", "祝日を除く"), "月火水木金 9:00～17:00（祝日を除く）"),
        (("", "９：００", "24:00", ""), "9:00～24:00"),
        (("", "24時間", "", ""), "24時間"),
        (("月火", "", "", "祝日を除く"), "月火（祝日を除く）"),
        (("", "", "", "年末年始は休み"), "年末年始は休み"),
        (("", "9:00", "", ""), "9:00～"),
        (("", "", "", ""), None),
    ],
)
def test_opening_hours_are_one_line(cells: tuple[str, str, str, str], expected: str | None) -> None:
    columns = ("利用可能曜日", "開始時間", "終了時間", "利用可能時間特記事項")
    place, problems = _facility(**dict(zip(columns, cells, strict=True)))
    assert (place.kind, place.hours, problems) == ("facility", expected, [])


def test_a_facility_of_the_older_list() -> None:
    place, problems = _facility(
        NO="0012",
        説明="本の貸し出し",
        バリアフリー情報="多目的トイレ;スロープ",
        URL="www.example.jp",
        方書="3階",
        住所="本町",
    )
    assert (place.id, place.address, place.url) == ("0012", "本町 3階", None)
    assert place.note == "バリアフリー: 多目的トイレ;スロープ\n本の貸し出し\nURL: www.example.jp"
    assert [p.level for p in problems] == ["warning"]


def test_a_place_without_a_name_is_named() -> None:
    places, (problem,) = read_facilities("名称,住所\r\n,泉町\r\n".encode(), "f.csv", as_of=AS_OF)
    assert (places, str(problem)) == ([], "f.csv:2 名称: 書かれていません")


# --- single values


def test_amounts_and_telephone_numbers() -> None:
    assert [amount(t).value for t in ("20", "２０名", "1,000円", "20.0", "¥500", "10～20名")] == [
        20, 20, 1000, 20, 500, None,
    ]  # fmt: skip
    assert (yen("無料").value, yen("なし").value) == (0, None)
    for text in ("042-325-0111", "０４２－３２５－０１１１", "042ー325‐0111", "+81-42-325-0111", "+81 (0)42-325-0111"):
        assert telephone(text) == ("042-325-0111", True)
    assert [telephone(t).value for t in ("#7119", "325-0111", "423250111", "急ぐときは119", "内線 1234", "3階")] == [
        "#7119", "325-0111", "0423250111", "119", None, None,
    ]  # fmt: skip
    assert telephone("代表 042-325-0111（内線 12）") == ("042-325-0111", False)
    assert plain_telephone("042(325)0111（代表）") == ("042-325-0111", False)
    assert degrees("12e3") == (None, False)


def test_the_check_digit_of_a_municipality() -> None:
    assert [six_digits(code) for code in ("13214", "132144", "01100", "431001")] == [
        "132144", "132144", "011002", "431001",
    ]  # fmt: skip
    for code in ("132145", "1321", "東京都"):
        with pytest.raises(ValueError, match="全国地方公共団体コード"):
            six_digits(code)


@pytest.mark.parametrize("text", ["=1+1", "+cmd|x", "-1+A1", "@SUM(A1)", "\tx", "＝1", "'=1", " =1"])
def test_cells_that_a_spreadsheet_would_run_are_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-5", "-139.48", "+81-42-325-0111", "042-325-0111", "'90s", "a=b", ""])
def test_numbers_and_telephone_numbers_stay_usable(text: str) -> None:
    assert guarded(text) == text


# --- writing


def _session(**changes: object) -> SmartphoneClass:
    values = {
        "id": "EV-1",
        "title": "教室",
        "place": "公民館",
        "starts": "2026-12-03T10:00",
        "ends": "2026-12-03T12:00",
    }
    return SmartphoneClass.model_validate({**values, **changes})


def _written(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_written_is_strict(layout: Layout) -> None:
    session = _session(address="東京都国分寺市本多1-7-1", title="=1+1", fee=0, content='一行目\n二行目, "三"')
    content = write_events([session], layout=layout, **BODY)
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    (row,) = _written(content)
    assert tuple(row) == EVENT_COLUMNS[layout]
    assert (row["イベント名"], row["開始日"], row["開始時間"], row["終了時間"]) == (
        "'=1+1",
        "2026-12-03",
        "10:00",
        "12:00",
    )
    assert row["料金(基本)"] == "0"
    if layout == "v2":
        assert list(row.values())[:4] == ["132144", "EV-1", "東京都", "国分寺市"]
    else:
        assert list(row.values())[:3] == ["132144", "EV-1", "東京都国分寺市"]
        assert (row["料金種別"], row["所在地_市区町村"], row["所在地_全国地方公共団体コード"]) == (
            "無料",
            "国分寺市",
            "132144",
        )


def test_the_older_layouts_have_the_columns_of_the_definition() -> None:
    assert [len(columns["v2"]) for columns in (EVENT_COLUMNS, WIFI_COLUMNS, FACILITY_COLUMNS)] == [32, 18, 24]


def test_made_up_sessions_are_never_published() -> None:
    assert _written(write_events([_session(sample=True)], layout="v3", **BODY)) == []


def test_moments_with_a_zone_are_written_as_in_japan() -> None:
    session = _session(starts="2026-12-03T01:00Z", ends="2026-12-03T03:00Z")
    (row,) = _written(write_events([session], layout="v2", **BODY))
    assert (row["開始時間"], row["終了時間"]) == ("10:00", "12:00")


def test_notes_and_hours_go_back_into_their_columns() -> None:
    place = Place(id="w1", name="市役所", kind="wifi", note="SSID: Free\n使える所: 1階\n1回60分", as_of=AS_OF)
    (row,) = _written(write_wifi([place], layout="v3", **BODY))
    assert (row["SSID"], row["提供エリア"], row["備考"]) == ("Free", "1階", "1回60分")
    library = Place(id="f1", name="図書館", kind="facility", hours="月火 9:00～17:00（祝日を除く）", as_of=AS_OF)
    (row,) = _written(write_facilities([library], layout="v2", **BODY))
    assert [row[c] for c in ("利用可能曜日", "開始時間", "終了時間", "利用可能日時特記事項")] == [
        "月火", "09:00", "17:00", "祝日を除く",
    ]  # fmt: skip


@pytest.mark.parametrize("letter", [" ", "　", "#", "(", "-", "'", "\n", "9"])
def test_a_huge_cell_is_read_in_reasonable_time(letter: str) -> None:
    cell = f"a{letter * 100_000}b"
    row = dict.fromkeys((*EVENT, "連絡先電話番号", "緯度", "定員", "URL", "備考", "参加申込終了日"), cell) | EVENT
    (session,), problems = read_events(_csv(row).encode(), "教室.csv")
    assert session.title == EVENT["イベント名"]
    assert {p.level for p in problems} == {"warning"}


# --- both ways

_LETTERS = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffd")
_ODD = st.sampled_from(
    ["=1+1", "+1", "-5", "@x", "'=x", "''", '"', ",", "SSID: x", "日時: y", "料金: ", "無料", "－", "0"]
)


def _text(longest: int, *, lines: bool = False) -> st.SearchStrategy[str]:
    letters = st.one_of(_LETTERS, st.just("\n")) if lines else _LETTERS
    return st.one_of(st.text(letters, max_size=longest), _ODD).map(str.strip)


_LINE = _text(60).filter(bool)
_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}", fullmatch=True)
_URLS = st.from_regex(r"https?://[a-z]{1,9}\.jp/[a-z0-9?&=#]{0,9}", fullmatch=True)
_TELEPHONES = st.from_regex(r"0[0-9]{1,3}-[0-9]{2,4}-[0-9]{4}|#[0-9]{4}", fullmatch=True)
_HOURS = st.one_of(
    _LINE,
    st.from_regex(
        r"[月火水木金土日]{0,3} ?[0-2]?[0-9]:[0-5][0-9]～([0-9]{1,2}:[0-9]{2})?(（[祝日=']{1,9}）)?", fullmatch=True
    ),
).map(str.strip)
_NOTES = st.one_of(
    _text(150, lines=True),
    st.lists(
        st.sampled_from(["SSID: a", "使える所: =b", "SSID:  c", "バリアフリー: d", "e", " f ", "日時: g", "料金: h"]),
        max_size=9,
    )
    .map("\n".join)
    .map(str.strip),
)


def _maybe(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), strategy)


@st.composite
def _sessions(draw: st.DrawFn) -> SmartphoneClass:
    starts = draw(st.datetimes(datetime(1950, 1, 1), datetime(2190, 1, 1)))  # noqa: DTZ001
    starts = starts.replace(second=0, microsecond=0)
    ends = starts + timedelta(minutes=draw(st.integers(0, 3000)))
    return SmartphoneClass.model_validate(
        {
            "id": draw(_IDS),
            "title": draw(_LINE),
            "starts": starts,
            "ends": ends,
            "content": draw(_text(200, lines=True)),
            "place": draw(_LINE),
            "address": draw(_maybe(_LINE)),
            "latitude": draw(_maybe(st.floats(20, 46))),
            "longitude": draw(_maybe(st.floats(122, 154))),
            "capacity": draw(_maybe(st.integers(1, 10_000))),
            "fee": draw(_maybe(st.integers(0, 1_000_000))),
            "apply": draw(_text(100, lines=True)),
            "apply_until": draw(_maybe(st.just(starts.date()))),
            "contact": draw(_maybe(_LINE)),
            "tel": draw(_maybe(st.one_of(_TELEPHONES, st.just("(042)325-0111")))),
            "url": draw(_maybe(_URLS)),
            "note": draw(_NOTES),
        }
    )


@st.composite
def _places(draw: st.DrawFn, kind: str, hours: st.SearchStrategy[str | None]) -> Place:
    return Place.model_validate(
        {
            "id": draw(_IDS),
            "name": draw(_LINE),
            "kind": kind,
            "address": draw(_maybe(_LINE)),
            "latitude": draw(_maybe(st.floats(20, 46))),
            "longitude": draw(_maybe(st.floats(122, 154))),
            "tel": draw(_maybe(_TELEPHONES)),
            "hours": draw(hours),
            "note": draw(_NOTES),
            "url": draw(_maybe(_URLS)),
            "as_of": AS_OF,
        }
    )


def _unique(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[list[object]]:
    return st.lists(strategy, max_size=3, unique_by=lambda listing: listing.id)  # type: ignore[attr-defined]


@settings(deadline=None)
@given(st.sampled_from(LAYOUTS), _unique(_sessions()))
def test_sessions_read_back_equal(layout: Layout, sessions: list[SmartphoneClass]) -> None:
    found, problems = read_events(write_events(sessions, layout=layout, **BODY), "教室.csv")
    assert found == sessions
    assert [p for p in problems if "一回を一行に" not in p.message] == []


@settings(deadline=None)
@given(st.sampled_from(LAYOUTS), _unique(_places("wifi", st.none())))
def test_access_points_read_back_equal(layout: Layout, places: list[Place]) -> None:
    assert read_wifi(write_wifi(places, layout=layout, **BODY), "wifi.csv", as_of=AS_OF) == (places, [])


@settings(deadline=None)
@given(st.sampled_from(LAYOUTS), _unique(_places("facility", st.one_of(st.none(), _HOURS.filter(bool)))))
def test_facilities_read_back_equal(layout: Layout, places: list[Place]) -> None:
    assert read_facilities(write_facilities(places, layout=layout, **BODY), "f.csv", as_of=AS_OF) == (places, [])


@settings(deadline=None)
@given(_text(20, lines=True))
def test_a_guard_is_always_taken_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


_CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["2026-12-03", "46025", "24:00", "10:00", "139.5", "35.7", "-", "0", '"', "99999年1月1日", "0.99999"]
    ),
)


@settings(deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.builds(
            lambda header, rows, encoding: "\n".join(map(",".join, [header, *rows])).encode(encoding, "replace"),
            st.sampled_from([*EVENT_COLUMNS.values(), *WIFI_COLUMNS.values(), *FACILITY_COLUMNS.values()]),
            st.lists(st.lists(_CELL, max_size=34), max_size=4),
            st.sampled_from(["utf-8", "cp932", "utf-16", "utf-16-le"]),
        ),
    )
)
def test_no_bytes_make_reading_raise(content: bytes) -> None:
    for found, problems in (
        read_events(content, "x.csv"),
        read_wifi(content, "x.csv", as_of=AS_OF),
        read_facilities(content, "x.csv", as_of=AS_OF),
    ):
        assert len({listing.id for listing in found}) == len(found)
        assert all(problem.file == "x.csv" and problem.message for problem in problems)
