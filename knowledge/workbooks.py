"""Opening an Excel workbook that somebody sent. What could do harm is refused before anything is unpacked."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_RATIO = 200
"""Unpacked to packed size. Real sheets stay under 30; a bomb is over 1,000."""
_RATIO_FROM = 1024 * 1024
"""Smaller members can be anything: they do no harm."""
_MEMBERS = 2_000
MOST_ROWS = 5_000
_SCANNED = 20_000
"""Rows that are looked at: blank ones with a format stand below many sheets."""
MOST_COLUMNS = 100
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTITY = (b"<!DOCTYPE", b"<!ENTITY")


class WorkbookFault(ValueError):
    """The file can't be read; the message is a Japanese sentence."""


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A cell as text. `fault` says in Japanese why its value can't be taken."""

    text: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row; `number` is the one that Excel shows at its left."""

    number: int
    cells: tuple[SheetCell, ...]

    def text(self, column: int) -> str:
        """The text of the cell in this column (from 0); empty where the row has none."""
        return self.cells[column].text if column < len(self.cells) else ""

    def fault(self, column: int) -> str:
        """What is wrong with the cell in this column (from 0); empty for nothing."""
        return self.cells[column].fault if column < len(self.cells) else ""


def address(column: int, row: int) -> str:
    """The name of a cell as Excel shows it: column 2 (from 0) of row 14 is C14."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - slow to load

    return f"{get_column_letter(column + 1)}{row}"


def is_workbook(content: bytes) -> bool:
    """Whether this looks like something of Excel (or another zip), whatever it is called."""
    return content.startswith((b"PK\x03\x04", _OLE))


def read_rows(content: bytes, *, formulas: bool) -> list[SheetRow]:
    """The rows of the first sheet that are not blank. Raises WorkbookFault.

    A formula is a fault of its cell; with `formulas` the value that Excel last reckoned stands for it.
    """
    import openpyxl  # noqa: PLC0415 - slow to load, and most processes never read a workbook

    _refuse(content)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of what it leaves out (drop-down lists, styles): nothing that we read.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=formulas, keep_links=False)
            try:
                return list(_rows(book))
            finally:
                book.close()
    except WorkbookFault:
        raise
    except Exception as error:  # whatever is broken inside, it is the file
        raise WorkbookFault("Excel のファイルとして読めません。Excel で開いて、保存し直してください。") from error


def _refuse(content: bytes) -> None:
    """Raises WorkbookFault for what is no .xlsx, or would be too much."""
    if len(content) > MOST_BYTES:
        raise WorkbookFault("ファイルが大きすぎます（5 MB まで）。いくつかに分けてください。")
    if content.startswith(_OLE):
        protected = _ENCRYPTED in content
        raise WorkbookFault(
            "パスワードのついたファイルは読めません。Excel でパスワードを外して保存してください。"
            if protected
            else "古い形の Excel（.xls）は読めません。Excel で「.xlsx」の形で保存し直してください。"
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_members(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise WorkbookFault("Excel のファイル（.xlsx）ではないか、こわれています。") from None


def _refuse_members(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        raise WorkbookFault("Excel のファイル（.xlsx）ではありません。")
    too_dense = any(m.file_size > _RATIO_FROM and m.file_size > m.compress_size * MOST_RATIO for m in members)
    if len(members) > _MEMBERS or sum(m.file_size for m in members) > MOST_UNPACKED or too_dense:
        raise WorkbookFault("開くと大きくなりすぎるファイルなので、読みませんでした。")
    for member in members:
        # The reader limits the unpacked bytes to what the directory says, which was just checked.
        if member.filename.endswith((".xml", ".rels")) and any(mark in archive.read(member) for mark in _ENTITY):
            raise WorkbookFault("Excel が書かない宣言（DOCTYPE）があるので、読みませんでした。")


def _rows(book: Workbook) -> Iterator[SheetRow]:
    if not book.worksheets:
        raise WorkbookFault("シートがありません。")
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    found = 0
    for number, cells in enumerate(islice(sheet.iter_rows(max_col=MOST_COLUMNS), _SCANNED + 1), start=1):
        row = SheetRow(number, _trimmed([_cell(cell.value, cell.data_type) for cell in cells]))
        if not row.cells:
            continue
        found += 1
        if found > MOST_ROWS + 1 or number > _SCANNED:
            raise WorkbookFault(f"行が多すぎます（{MOST_ROWS:,} 行まで）。いくつかに分けてください。")
        yield row


def _trimmed(cells: list[SheetCell]) -> tuple[SheetCell, ...]:
    while cells and not cells[-1].text and not cells[-1].fault:
        cells.pop()
    return tuple(cells)


def _cell(value: object, kind: str) -> SheetCell:
    if kind == "f":
        return SheetCell("", "式（= で始まる計算）は取り込めません。値にしてください")
    if kind == "e":
        return SheetCell("", f"Excel のエラー（{value}）になっています")
    return SheetCell(text_of(value))


def text_of(value: object) -> str:
    """A cell's value as text: dates as 2026-11-21, times as 09:00 (and 24:00), whole numbers without a point."""
    match value:
        case None:
            text = ""
        case bool():
            text = "TRUE" if value else "FALSE"
        case datetime():
            text = _moment(value)
        case time():
            text = f"{value:%H:%M}"
        case timedelta():
            text = _span(value)
        case float() if value.is_integer():
            text = str(int(value))
        case _:
            text = str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _moment(value: datetime) -> str:
    if value.year <= 1900:  # a time of day over 24:00 counts days from Excel's first one
        return _span(value - datetime(1899, 12, 31))  # noqa: DTZ001 - Excel knows no zones
    return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"


def _span(value: timedelta) -> str:
    hours, minutes = divmod(round(value.total_seconds() / 60), 60)
    return f"{hours:02}:{minutes:02}"
