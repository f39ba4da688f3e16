"""Text to rows whose cells are found by field. Tolerates what real files do to their headers."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from knowledge.open_data.columns import BODY_FIELDS, Names, column_key, fields_by_key
from knowledge.open_data.text import UNREADABLE, clean, decode, is_archive, one_line, unguarded
from knowledge.reading import Problem

_HEADER_WITHIN = 10
"""Titles and remarks stand above some headers, never this many."""

_END = "\ud800"
"""A line of its own after the last one; no decoder gives this character."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell and the name of its column as the file has it."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `line` is where it begins in the file."""

    file: str
    line: int
    cells: Mapping[str, Cell]

    def text(self, field: str) -> str:
        """The text of a field's cell; empty when the file has no such column."""
        return self.cells[field].text if field in self.cells else ""

    def problem(self, field: str, sentence: str, *, level: str = "error") -> Problem:
        """A fault of this row in the column of `field`."""
        column = self.cells[field].column if field in self.cells else ""
        name = one_line(self.text("title") or self.text("name")) or self.text("id")
        return Problem(self.file, self.line, name, f"{column}: {sentence}" if column else sentence, level)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands, and its columns."""

    delimiter: str
    record: int
    columns: Mapping[str, tuple[tuple[int, str], ...]]
    """Field → the positions and names of its columns, the preferred name first."""


def read_table(content: bytes, name: str, names: Names, required: Collection[str]) -> tuple[list[Row], list[Problem]]:
    """The rows of a CSV file that is shown to people as `name`. `required` are fields whose columns must be there."""
    if is_archive(content):
        return [], [Problem(name, 0, "", "Excel か zip のファイルです。CSV（UTF-8）で保存し直してください")]
    text = decode(content)
    if not text.strip("\0\ufeff \t\r\n"):
        return [], [Problem(name, 0, "", "ファイルが空です")]
    header = max((find_header(text, names, delimiter) for delimiter in ",\t"), key=lambda found: len(found.columns))
    missing = [names[field][0] for field in names if field in required and field not in header.columns]
    if missing:
        return [], [Problem(name, 0, "", f"列「{column}」が見つかりません") for column in missing]
    return _read_rows(text, name, names, header)


def find_header(text: str, names: Names, delimiter: str) -> Header:
    """The record with most known names among the first ones; without columns where there is none."""
    fields = fields_by_key(names)
    best = Header(delimiter, 0, {})
    try:
        for record, (_, cells) in enumerate(islice(records(text, delimiter), _HEADER_WITHIN)):
            columns = _columns(cells, names, fields)
            if len(columns) > len(best.columns):
                best = Header(delimiter, record, columns)
    except csv.Error:
        return best
    return best


def _columns(cells: list[str], names: Names, fields: Mapping[str, str]) -> dict[str, tuple[tuple[int, str], ...]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for position, cell in enumerate(cells):
        field = fields.get(column_key(cell))
        if field is not None:
            found.setdefault(field, []).append((position, "".join(cell.split())))
    ranks = {column_key(name): rank for known in names.values() for rank, name in enumerate(known)}
    return {
        field: tuple(sorted(columns, key=lambda column: ranks[column_key(column[1])]))
        for field, columns in found.items()
    }


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records and the lines on which they begin. Raises csv.Error where a quotation mark is never closed."""
    reader = csv.reader(chain(io.StringIO(text, newline=""), [_END]), delimiter=delimiter)
    line = 1
    for cells in reader:
        if cells == [_END]:
            return
        if cells and cells[-1].endswith(_END):
            # The last cell would hold the rest of the file, and nobody would miss the rows in it.
            raise csv.Error
        yield line, cells
        line = reader.line_num + 1


def _read_rows(text: str, name: str, names: Names, header: Header) -> tuple[list[Row], list[Problem]]:
    rows: list[Row] = []
    problems: list[Problem] = []
    line = 1
    try:
        for line, cells in islice(records(text, header.delimiter), header.record + 1, None):
            row = Row(name, line, _cells(cells, names, header))
            if not any(cell.text for field, cell in row.cells.items() if field not in BODY_FIELDS):
                continue
            broken = next((field for field, cell in row.cells.items() if UNREADABLE in cell.text), None)
            if broken is None:
                rows.append(row)
            else:
                problems.append(row.problem(broken, "読めない文字があります"))
    except csv.Error:
        problems.append(Problem(name, line, "", 'この行より後を CSV として読めません（引用符 " の閉じ忘れなど）'))
    return rows, problems


def _cells(cells: list[str], names: Names, header: Header) -> dict[str, Cell]:
    found: dict[str, Cell] = {field: Cell(known[0], "") for field, known in names.items()}
    for field, columns in header.columns.items():
        filled = [
            Cell(column, text)
            for position, column in columns
            if position < len(cells) and (text := clean(unguarded(cells[position])))
        ]
        found[field] = filled[0] if filled else Cell(columns[0][1], "")
    return found
