"""A file as a grid, before anybody knows which of its columns is what: CSV in any encoding, or Excel."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from knowledge.open_data.columns import BODY_FIELDS, Names, column_key, fields_by_key
from knowledge.open_data.table import Cell, Row, find_header, records
from knowledge.open_data.text import UNREADABLE, clean, decode, folded, one_line, unguarded
from knowledge.reading import Problem
from knowledge.workbooks import MOST_ROWS, WorkbookFault, is_workbook, read_rows

_HEADER_WITHIN = 10
_DAY_ONLY = re.compile(r"(\d{1,2})月(\d{1,2})日(?!\s*(?:\([^)]*\))?\s*まで)", re.ASCII)
"""A day without a year. 「8月16日まで」 says only the last day: nobody knows when it begins."""
_LAST_DAY = re.compile(r"[~〜～\-]\s*(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日", re.ASCII)
_DATES = ("start_date", "end_date", "apply_until")


@dataclass(frozen=True, slots=True)
class Grid:
    """The columns' names as the file has them, and its records with the line (or row of Excel) of each."""

    file: str
    columns: tuple[str, ...]
    records: tuple[tuple[int, tuple[str, ...]], ...]

    def samples(self, position: int, count: int = 2) -> tuple[str, ...]:
        """The first different texts in a column."""
        texts = (one_line(cells[position]) for _, cells in self.records if position < len(cells))
        return tuple(dict.fromkeys(text for text in texts if text))[:count]


class GridFault(ValueError):
    """The file can't be read as a table; the message is a Japanese sentence."""


def read_grid(content: bytes, name: str, names: Names) -> Grid:
    """The table of a file that is shown to people as `name`. `names` help to find the header. Raises GridFault."""
    try:
        found = _of_workbook(content) if is_workbook(content) else _of_text(content, names)
    except WorkbookFault as fault:
        raise GridFault(str(fault)) from None
    if not found:
        raise GridFault("ファイルが空です。")
    start = _header(found, names)
    columns = tuple(one_line(text) for text in found[start][1])
    rows = tuple((line, cells) for line, cells in found[start + 1 :] if any(cells))
    if not rows:
        raise GridFault("見出しの行しかありません。")
    if len(rows) > MOST_ROWS:
        raise GridFault(f"行が多すぎます（{MOST_ROWS:,} 行まで）。いくつかに分けてください。")
    return Grid(name, columns, rows)


def _of_workbook(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    rows = read_rows(content, formulas=True)
    return [(row.number, tuple(clean(cell.text) for cell in row.cells)) for row in rows]


def _of_text(content: bytes, names: Names) -> list[tuple[int, tuple[str, ...]]]:
    text = decode(content)
    if not text.strip("\0\ufeff \t\r\n"):
        return []
    header = max((find_header(text, names, mark) for mark in ",\t"), key=lambda found: len(found.columns))
    mark = header.delimiter if header.columns else max(",\t", key=text.partition("\n")[0].count)
    try:
        return [
            (line, tuple(clean(unguarded(cell)) for cell in cells))
            for line, cells in islice(records(text, mark), MOST_ROWS + _HEADER_WITHIN + 1)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error:
        raise GridFault('CSV として読めません（引用符 " の閉じ忘れなど）。') from None


def _header(found: Sequence[tuple[int, tuple[str, ...]]], names: Names) -> int:
    """The record with most known names; where there are none, the first that is no title."""
    known = fields_by_key(names)
    first = found[:_HEADER_WITHIN]
    counts = [len({known[key] for cell in cells if (key := column_key(cell)) in known}) for _, cells in first]
    if max(counts) > 1:
        return counts.index(max(counts))
    return next((number for number, (_, cells) in enumerate(first) if sum(map(bool, cells)) > 1), 0)


def rows_of(grid: Grid, mapping: Mapping[str, int], names: Names, year: int) -> tuple[list[Row], list[Problem]]:
    """The rows of a grid whose columns stand for fields as `mapping` says (field → position from 0).

    A date without a year is read as one of `year`; a span of days gives the first and the last.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, texts in grid.records:
        cells = {field: Cell(known[0], "") for field, known in names.items()}
        for field, position in mapping.items():
            cells[field] = Cell(grid.columns[position], texts[position] if position < len(texts) else "")
        row = Row(grid.file, line, _with_year(cells, year))
        if not any(cell.text for field, cell in row.cells.items() if field not in BODY_FIELDS):
            continue
        if broken := next((field for field, cell in row.cells.items() if UNREADABLE in cell.text), None):
            problems.append(row.problem(broken, "読めない文字があります"))
        else:
            rows.append(row)
    return rows, problems


def _with_year(cells: dict[str, Cell], year: int) -> dict[str, Cell]:
    for field in (field for field in _DATES if field in cells):
        cell = cells[field]
        text = folded(cell.text)
        if found := _DAY_ONLY.match(text):
            cells[field] = Cell(cell.column, f"{year}年{text}")
            _end(cells, text, found, year)
    return cells


def _end(cells: dict[str, Cell], text: str, first: re.Match[str], year: int) -> None:
    """「8月5日(水)～8月16日(日)」 says the last day in the cell of the first."""
    last = _LAST_DAY.search(text, first.end())
    if last and "end_date" in cells and not cells["end_date"].text:
        there = cells["end_date"].column
        cells["end_date"] = Cell(there, f"{last[1] or year}年{last[2] or first[1]}月{last[3]}日")
