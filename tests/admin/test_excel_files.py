"""Excel files that come in: what is refused before it is opened, and what cells become."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import workbooks
from knowledge.workbooks import WorkbookFault, address, read_rows, text_of


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _zip(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ではないか、こわれて"),
        ("質問,答え\n".encode(), "ではないか、こわれて"),
        (b"PK\x03\x04 broken", "ではないか、こわれて"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "古い形の Excel"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "パスワード"),
        (b"x" * (5 * 1024 * 1024 + 1), "大きすぎます"),
        (_zip(word__document_xml=b"<x/>"), "Excel のファイル（.xlsx）ではありません"),
        (_zip(xl__workbook_xml=b"<x/>"), "Excel のファイルとして読めません"),
        (_zip(xl__workbook_xml=b"0" * 60_000_000), "大きくなりすぎる"),
        (_zip(xl__workbook_xml=b"<x/>", bomb=b"0" * 3_000_000), "大きくなりすぎる"),
        (_zip(xl__workbook_xml=b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'), "DOCTYPE"),
    ],
)
def test_what_is_no_workbook_or_a_bomb_is_refused_with_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(WorkbookFault, match=words):
        read_rows(content, formulas=False)


def test_a_lie_about_the_size_of_a_member_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = _zip(xl__workbook_xml=b"0" * 2_000_000)
    lying = honest.replace((2_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    monkeypatch.setattr(workbooks, "MOST_RATIO", 10**9)
    with pytest.raises(WorkbookFault):
        read_rows(lying, formulas=False)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_ROWS", 3)
    assert len(read_rows(workbook(*[("a",)] * 4), formulas=False)) == 4
    with pytest.raises(WorkbookFault, match="行が多すぎます"):
        read_rows(workbook(*[("a",)] * 5), formulas=False)


def test_values_become_text_as_people_read_it() -> None:
    (row,) = read_rows(
        workbook((time(9), timedelta(hours=24), date(2026, 1, 3), datetime(2026, 1, 3, 9, 30), 5.0, 1.5, True)),  # noqa: DTZ001
        formulas=False,
    )
    assert [cell.text for cell in row.cells] == ["09:00", "24:00", "2026-01-03", "2026-01-03 09:30", "5", "1.5", "TRUE"]


def test_formulas_and_errors_are_faults_of_their_cells() -> None:
    (row,) = read_rows(workbook(("a", "=1+1", "#REF!")), formulas=False)
    assert (row.text(0), row.fault(0)) == ("a", "")
    assert "式" in row.fault(1)
    assert "#REF!" in row.fault(2)


def test_blank_rows_keep_the_numbers_of_the_others() -> None:
    rows = read_rows(workbook(("a",), (None,), (None, "b")), formulas=False)
    assert [(row.number, row.text(1)) for row in rows] == [(1, ""), (3, "b")]
    assert address(1, 3) == "B3"


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers(), st.datetimes(), st.times(), st.booleans()))
def test_any_value_is_a_text(value: object) -> None:
    assert "\r" not in text_of(value)
    assert isinstance(text_of(value), str)
