"""Entries to Excel and back: the round trip, what a changed file would do, and that only what was chosen is saved."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.jobs.runner import Runner
from admin.spreadsheets.columns import FIELDS, HEADERS
from admin.spreadsheets.exporting import zip_packs
from admin.spreadsheets.writing import SheetEntry, write_entries
from admin.tables import AuditRow, StaffRow
from admin.tasks import TASKS
from bot.library import Library
from knowledge.database import Database
from knowledge.drafting import find_draft, save_draft
from knowledge.editing import find_entry
from knowledge.packs import read_packs
from knowledge.published import Published
from knowledge.schema import Entry
from knowledge.tables import RevisionRow

OWN = "kokubunji/smartphone-class/find-a-class"
LOST = "common/mynumber-card/lost-card"
PAGE = "/admin/kokubunji/excel"
Sheet = list[list[Any]]


@pytest.fixture
def enter(
    app: FastAPI, filled: Database, new_client: Callable[[], TestClient], now: Any
) -> Callable[[str], TestClient]:
    """A browser in which somebody is signed in."""

    def entered(login: str) -> TestClient:
        client = new_client()
        with filled.writing() as session:
            staff = session.exec(select(StaffRow).where(StaffRow.login == login)).one()
            client.cookies.set("madoguchi_staff", sessions.start(session, staff, Method.PASSWORD, "", now))
        return client

    assert app.state.web
    return entered


@pytest.fixture
def work(filled: Database, library: Library, now: Any) -> Callable[[], None]:
    """Works off the queue."""
    runner = Runner(filled, library, lambda: now, TASKS)

    def worked() -> None:
        while runner.run_once():
            pass

    return worked


def sheet_of(content: bytes) -> Sheet:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)]


def file_of(sheet: Sheet) -> bytes:
    book = openpyxl.Workbook()
    for row in sheet:
        book.active.append([None if value is None else value for value in row])
        for cell in book.active[book.active.max_row]:
            if isinstance(cell.value, str) and cell.value.startswith("=") and not cell.value.startswith("=!"):
                cell.data_type = "s"
            elif isinstance(cell.value, str) and cell.value.startswith("=!"):
                cell.value = cell.value.replace("=!", "=")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def at(header: str) -> int:
    return HEADERS.index(header)


def exported(client: TestClient, query: str = "") -> Sheet:
    answer = client.get(f"{PAGE}/entries.xlsx{query}")
    assert answer.status_code == 200
    return sheet_of(answer.content)


def uploaded(client: TestClient, content: bytes, name: str = "直した.xlsx") -> Any:
    return client.post(f"{PAGE}/import", files={"file": (name, content)})


def previewed(client: TestClient, work: Callable[[], None], sheet: Sheet) -> tuple[str, str]:
    answer = uploaded(client, file_of(sheet))
    assert answer.status_code == 303, answer.text
    place = answer.headers["location"]
    work()
    return place, client.get(place).text


def row_of(sheet: Sheet, entry: str) -> list[Any]:
    return next(row for row in sheet if row[0] == entry)


# --- out


def test_the_sheet_has_a_row_for_each_entry_and_is_audited(
    enter: Callable[[str], TestClient], filled: Database
) -> None:
    viewer = enter("viewer")
    sheet = exported(viewer)
    assert sheet[0] == list(HEADERS)
    assert [row[0] for row in sheet[1:]] == [OWN]
    assert row_of(sheet, OWN)[at("聞き方")] == "国分寺のスマホ講習会"
    with filled.reading() as session:
        row = session.exec(select(AuditRow).where(AuditRow.action == "export")).one()
    assert (row.actor, row.municipality, row.after) == (
        "viewer",
        "kokubunji",
        {"packs": ["kokubunji"], "group": "", "entries": 1},
    )
    assert viewer.get(f"{PAGE}/entries.xlsx?scope=common").status_code == 403
    assert "共通の項目" not in viewer.get(PAGE).text


def test_common_entries_and_groups_for_those_with_the_role(enter: Callable[[str], TestClient]) -> None:
    chief = enter("chief")
    assert len(exported(chief, "?scope=all")) == 7
    cards = exported(chief, "?scope=common&group=mynumber-card")
    assert [row[0] for row in cards[1:]] == ["common/mynumber-card/found-after-lost", LOST]
    assert row_of(cards, LOST)[at("ボタン")].splitlines() == [
        "電話|カードを止める電話|0120-95-0178",
        "関連する質問|見つかったら|mynumber-card/found-after-lost",
    ]


@pytest.mark.parametrize("start", ["=1+1", "+81", "-5", "@SUM(A1)"])
def test_nothing_that_begins_like_a_formula_is_one(start: str, entry_factory: Callable[..., Entry]) -> None:
    entry = entry_factory("mynumber-card/lost-card", start, (start,), start)
    content = write_entries([SheetEntry("common/x/y", 1, "公開中", entry.model_dump(mode="json"))])
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [cell for cell in book.active[2] if cell.value == start]
    assert [(cell.data_type, cell.quotePrefix) for cell in cells] == [("s", True)] * 3
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_header_stays_in_sight_and_long_texts_wrap(enter: Callable[[str], TestClient]) -> None:
    content = enter("viewer").get(f"{PAGE}/entries.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.freeze_panes == "D2"
    assert sheet["E2"].alignment.wrap_text
    assert sheet.column_dimensions["A"].width > 30


def test_the_zip_holds_packs_that_read_back_the_same(
    enter: Callable[[str], TestClient], published: Published, tmp_path: Path
) -> None:
    answer = enter("chief").get(f"{PAGE}/packs.zip?scope=all")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    read = read_packs(tmp_path)
    assert read.problems == ()
    wanted = {e.id: e.entry for e in published.entries}
    assert {item.id: item.entry for item in read.entries} == wanted
    assert read.packs == {pack: published.packs[pack] for pack in ("common", "kokubunji")}


def test_the_real_packs_come_back_from_sheet_and_zip(tmp_path: Path) -> None:
    read = read_packs()
    from_files = Published(0, read.packs, (), None, read.listings.packs)  # type: ignore[arg-type]
    (tmp_path / "out").mkdir()
    with zipfile.ZipFile(io.BytesIO(zip_packs(from_files, ["oyama"]))) as archive:
        archive.extractall(tmp_path / "out")
    assert read_packs(tmp_path / "out").listings.packs["oyama"] == read.listings.packs["oyama"]


# --- and in


def test_an_untouched_file_changes_nothing(enter: Callable[[str], TestClient], work: Callable[[], None]) -> None:
    chief = enter("chief")
    _, page = previewed(chief, work, exported(chief, "?scope=all"))
    assert "<b>6</b> 変わらない" in page
    assert "取り込む行はありません" in page


def test_chosen_rows_become_drafts_and_nothing_is_published(
    enter: Callable[[str], TestClient], work: Callable[[], None], filled: Database, library: Library
) -> None:
    chief = enter("chief")
    sheet = exported(chief, "?scope=all")
    row_of(sheet, OWN)[at("答え")] = "=窓口で聞いてください。"
    row_of(sheet, LOST)[at("質問")] = "カードをなくしたら？"
    sheet.append(["kokubunji/mynumber-card/new-one", None, None, *[None] * len(FIELDS)])
    sheet[-1][at("質問")], sheet[-1][at("答え")] = "新しい質問？", "新しい答えです。"
    sheet[-1][at("聞き方")] = "新しい聞き方\n別の聞き方\n"
    sheet[-1][at("出典")], sheet[-1][at("情報の日付")], sheet[-1][at("見直し期限")] = "A-022", 46025, "令和9年3月31日"
    place, page = previewed(chief, work, sheet)
    assert "<b>1</b> 新しい" in page
    assert "<b>2</b> 変わる" in page
    with filled.reading() as session:
        assert find_draft(session, OWN) is None
    numbers = {row[0]: number for number, row in enumerate(sheet, start=1)}
    chosen = {f"row-{numbers[OWN]}": "mine", f"row-{numbers['kokubunji/mynumber-card/new-one']}": "mine"}
    answer = chief.post(place, data=chosen)
    work()
    assert "2 件を下書きにしました" in chief.get(answer.headers["location"]).text
    assert chief.post(place, data=chosen).headers["location"] == answer.headers["location"]
    with filled.reading() as session:
        assert find_draft(session, LOST) is None
        draft = find_draft(session, "kokubunji/mynumber-card/new-one")
        assert draft is not None
        new = Entry.model_validate(session.get(RevisionRow, draft.revision_id).content)  # type: ignore[union-attr]
        assert (
            library.city(session, "kokubunji")
            .entries["smartphone-class/find-a-class"]
            .entry.answer.startswith("国分寺市")
        )
        audited = session.exec(select(AuditRow).where(AuditRow.action == "import excel")).one()
        own = session.get(RevisionRow, find_draft(session, OWN).revision_id)  # type: ignore[union-attr]
    assert (new.phrasings, str(new.as_of), str(new.review_by)) == (
        ("新しい聞き方", "別の聞き方"),
        "2026-01-03",
        "2027-03-31",
    )
    assert (audited.actor, sorted(audited.after["saved"])) == ("chief", ["kokubunji/mynumber-card/new-one", OWN])
    assert (own.content["answer"], own.author, own.note) == ("=窓口で聞いてください。", "chief", "Excel の取り込み")


def test_what_others_changed_meanwhile_is_joined_or_asked_about(
    enter: Callable[[str], TestClient], work: Callable[[], None], filled: Database, now: Any
) -> None:
    editor = enter("editor")
    sheet = exported(editor)
    row_of(sheet, OWN)[at("聞き方")] += "\nExcel の聞き方"
    _change(filled, OWN, now, answer="ほかの人の答えです。")
    place, page = previewed(editor, work, sheet)
    assert "<b>1</b> ほかの人の直しと合わせる" in page
    row_of(sheet, OWN)[at("答え")] = "Excel の答えです。"
    place, page = previewed(editor, work, sheet)
    assert "<b>1</b> 食いちがう" in page
    assert "食いちがう欄: 答え" in page
    answer = editor.post(place, data={"row-2": "theirs"})
    work()
    assert "1 件を下書きにしました" in editor.get(answer.headers["location"]).text
    content = _draft(filled, OWN)
    assert content["answer"] == "ほかの人の答えです。"
    assert content["phrasings"] == ["国分寺のスマホ講習会", "Excel の聞き方"]


def test_what_changes_between_preview_and_confirmation_is_left_alone(
    enter: Callable[[str], TestClient], work: Callable[[], None], filled: Database, now: Any
) -> None:
    editor = enter("editor")
    sheet = exported(editor)
    row_of(sheet, OWN)[at("答え")] = "Excel の答えです。"
    place, _ = previewed(editor, work, sheet)
    _change(filled, OWN, now, answer="ほかの人の答えです。")
    answer = editor.post(place, data={"row-2": "mine"})
    work()
    page = editor.get(answer.headers["location"]).text
    assert "0 件を下書きにしました" in page
    assert "次の 1 件は取り込みませんでした" in page
    assert _draft(filled, OWN)["answer"] == "ほかの人の答えです。"


def test_a_variant_that_was_touched_is_fresh_and_an_untouched_one_gets_stale(
    enter: Callable[[str], TestClient], work: Callable[[], None], filled: Database
) -> None:
    editor = enter("editor")
    sheet = exported(editor)
    row_of(sheet, OWN)[at("英語の質問")] = "Where are the classes?"
    row_of(sheet, OWN)[at("英語の答え")] = "Ask the city."
    place, _ = previewed(editor, work, sheet)
    editor.post(place, data={"row-2": "mine"})
    work()
    assert Entry.model_validate(_draft(filled, OWN)).stale_variants() == ()
    sheet = exported(editor)
    row_of(sheet, OWN)[at("答え")] = "答えが変わりました。"
    place, _ = previewed(editor, work, sheet)
    editor.post(place, data={"row-2": "mine"})
    work()
    assert Entry.model_validate(_draft(filled, OWN)).stale_variants() == ("en",)


def test_columns_may_be_left_out_but_not_the_needed_ones(
    enter: Callable[[str], TestClient], work: Callable[[], None]
) -> None:
    editor = enter("editor")
    sheet = exported(editor)
    short = [[row[at(name)] for name in ("項目のID", "版", "質問", "答え")] for row in sheet]
    short[1][3] = "短いファイルの答えです。"
    _, page = previewed(editor, work, short)
    assert "<b>1</b> 変わる" in page
    assert "はファイルにないので、今のままにします" in page
    short[0][3] = "答え（新）"
    answer = uploaded(editor, file_of(short))
    assert answer.status_code == 422
    assert "「答え」（「答え（新）」に名前が変わっていませんか）" in answer.text
    sheet[0][at("手順")] = "質問"
    assert "列「質問」が二つあります（F1）" in uploaded(editor, file_of(sheet)).text


def test_files_that_are_none_are_refused_beside_the_form(enter: Callable[[str], TestClient]) -> None:
    editor = enter("editor")
    for content, words in ((b"x", "こわれています"), (b"\xd0\xcf\x11\xe0", "古い形の Excel")):
        answer = uploaded(editor, content)
        assert answer.status_code == 422
        assert words in answer.text
    assert "ファイルを選んで" in editor.post(f"{PAGE}/import", files={"other": b""}).text
    assert "大きすぎます" in uploaded(editor, b"0" * 6_000_000).text


def test_a_preview_is_its_senders_own(enter: Callable[[str], TestClient], work: Callable[[], None]) -> None:
    chief = enter("chief")
    place, _ = previewed(chief, work, exported(chief))
    assert enter("editor").get(place).status_code == 404
    assert "一つも選ばれて" in chief.get(chief.post(place, data={}).headers["location"]).text


BAD_CELLS: Sequence[tuple[str, Any, str]] = (
    ("項目のID", "どこか", "A{row}: 項目のIDは kokubunji/"),
    ("項目のID", "oyama/mynumber-card/lost-card", "A{row}: ほかの市の項目です"),
    ("項目のID", "common/mynumber-card/lost-card", "A{row}: 共通の項目は"),
    ("項目のID", "kokubunji/unknown-group/x", "A{row}: 分野「unknown-group」はありません"),
    ("版", "三", "B{row}: 版は書き出したときの数"),
    ("質問", "長" * 61, "D{row}: 質問は60文字までです"),
    ("質問", "", "D{row}: 質問は空にできません"),
    ("答え", "=!1+1", "E{row}: 式"),
    ("手順", "\n".join(f"手順{n}" for n in range(11)), "F{row}: 手順は10行までです"),
    ("聞き方", "よい\n" + "長" * 121, "G{row}: 聞き方の2行目は120文字までです"),
    ("ボタン", "電話だけ", "H{row}: ボタンは、「種類|文字|行き先」の形"),
    ("ボタン", "リンク|ここ|http://example.com", "H{row}: ボタンの1行目は、リンクは https:// で"),
    ("ボタン", "リンク|ここ|https://example.com/", "H{row}: ボタンは、リンク先 https://example.com/ は許された"),
    ("だれ向け", "宇宙人", "J{row}: だれ向けは、「宇宙人」にはできません"),
    ("サービスの状態", "不明", "K{row}: サービスの状態は、「不明」にはできません"),
    ("出典", "Z-999", "L{row}: 出典は、出典 Z-999 は台帳にありません"),
    ("情報の日付", "いつか", "M{row}: 情報の日付は、日付として読めません"),
    ("見直し期限", "2020-01-01", "N{row}: 見直し期限は、見直し期限（review_by）が"),
    ("英語の答え", "Only an answer.", "{english}{row}: 英語の質問は空にできません"),
    (
        "聞き方",
        "カードの紛失",
        "G{row}: 聞き方は、言い方「カードの紛失」は common/mynumber-card/",
    ),
)


def test_two_thousand_rows_with_fifty_bad_ones_report_exactly_these(
    enter: Callable[[str], TestClient], work: Callable[[], None]
) -> None:
    editor = enter("editor")
    header = exported(editor)[0]
    sheet = [header, *(_new_row(number) for number in range(2, 2002))]
    expected = set()
    for index in range(50):
        number = 7 + index * 39
        column, value, words = BAD_CELLS[index % len(BAD_CELLS)]
        sheet[number - 1][at(column)] = value
        english = openpyxl.utils.get_column_letter(at("英語の質問") + 1)
        expected.add(words.format(row=number, english=english))
    _, page = previewed(editor, work, sheet)
    assert "<b>50</b> 誤りがある" in page
    assert "<b>1950</b> 新しい" in page
    faults = re.findall(r"<li>([A-Z]+\d+: [^<]+)</li>", page)
    assert {int(re.findall(r"[0-9]+", fault)[0]) for fault in faults} == {7 + index * 39 for index in range(50)}
    # One wording stands in two other entries, and both are named.
    assert len(faults) == 51
    assert all(any(fault.startswith(words) for fault in faults) for words in expected)


def test_the_same_entry_twice_is_named_with_both_cells(
    enter: Callable[[str], TestClient], work: Callable[[], None]
) -> None:
    editor = enter("editor")
    sheet = exported(editor)
    sheet.append(list(row_of(sheet, OWN)))
    _, page = previewed(editor, work, sheet)
    assert "A3: 同じ項目が A2 にもあります" in page


def _new_row(number: int) -> list[Any]:
    row: list[Any] = [f"kokubunji/mynumber-card/row-{number}", None, None, *[None] * len(FIELDS)]
    row[at("質問")], row[at("答え")] = f"質問その{number}は？", "答えです。"
    row[at("聞き方")] = f"言い方その{number}"
    row[at("出典")], row[at("情報の日付")], row[at("見直し期限")] = "A-022", "2026-11-01", "2027-11-01"
    return row


def _change(filled: Database, entry: str, now: Any, **changes: str) -> None:
    with filled.writing() as session:
        row = find_entry(session, entry)
        text = session.get(RevisionRow, row.published_revision_id)
        content = Entry.model_validate({**text.content, **changes})  # type: ignore[union-attr]
        save_draft(session, entry, content, started_from=text.id, author="other", note="", at=now)  # type: ignore[union-attr]


def _draft(filled: Database, entry: str) -> dict[str, Any]:
    with filled.reading() as session:
        draft = find_draft(session, entry)
        assert draft is not None
        return session.get(RevisionRow, draft.revision_id).content  # type: ignore[union-attr]
