"""Entries to an Excel file: one row an entry, nothing that a spreadsheet would run."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from admin.spreadsheets.columns import DRAFT, FIELDS, HEADERS, ID, REVISION, value_at
from admin.spreadsheets.exporting import SheetEntry

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_HEAD = PatternFill("solid", fgColor="DDE3EE")
_WIDTHS = {ID: 34, REVISION: 9, DRAFT: 12}


def write_entries(entries: Iterable[SheetEntry]) -> bytes:
    """The .xlsx file with these entries, in the order given."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("FAQ")
    sheet.freeze_panes = "D2"
    widths = (_WIDTHS[ID], _WIDTHS[REVISION], _WIDTHS[DRAFT], *(column.width for column in FIELDS))
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([_cell(sheet, header, head=True) for header in HEADERS])
    for entry in entries:
        sheet.append([_cell(sheet, text) for text in _texts(entry)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _texts(entry: SheetEntry) -> Sequence[str]:
    cells = [column.show(value_at(entry.content, column.field)) for column in FIELDS]
    return [entry.id, str(entry.revision), entry.state, *cells]


def _cell(sheet: Any, text: str, *, head: bool = False) -> Any:  # noqa: ANN401 - openpyxl's write-only kinds
    """A cell that is text whatever it begins with; Excel shows = + - @ as they stand and runs nothing."""
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    cell.alignment = _WRAPPED
    if text.startswith(_RISKY):
        cell.quotePrefix = True
    if head:
        cell.font, cell.fill = Font(bold=True), _HEAD
    return cell
