"""An Excel file of entries to rows with values: what every cell says, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapidfuzz import fuzz, process

from admin.spreadsheets.columns import (
    BY_HEADER,
    DRAFT,
    HEADERS,
    ID,
    REQUIRED,
    REVISION,
    CellFault,
    Column,
)
from knowledge.open_data.columns import column_key
from knowledge.workbooks import SheetRow, WorkbookFault, address

_ALIKE = 60.0
_OWN = {column_key(name): name for name in (ID, REVISION, DRAFT)}


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns stand: field → position, and what is to be said of the header."""

    positions: Mapping[str, int]
    columns: Mapping[str, Column]
    notices: tuple[str, ...] = ()

    def cell(self, name: str, row: int) -> str:
        """The name of the cell of a field (or of ID, 版) in a row, like C14; that of the ID where it has no column."""
        return address(self.positions.get(name, self.positions[ID]), row)

    def field_at(self, location: Sequence[int | str]) -> str:
        """The field of the column in which a value of an entry stands, e.g. ("variants", "en", "steps", 2)."""
        names = [str(part) for part in location if not isinstance(part, int)]
        exact = (".".join(names[:count]) for count in range(len(names), 0, -1))
        near = (name for name in self.columns if names and name.startswith(f"{'.'.join(names)}."))
        return next((name for name in (*exact, *near) if name in self.columns), ID)


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row: its values by dotted field, and its faults as sentences that begin with the cell."""

    number: int
    id: str
    revision: int | None
    values: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def read_sheet(rows: Sequence[SheetRow]) -> tuple[Layout, list[ReadRow]]:
    """The columns and the rows of a sheet whose first row is the header.

    Raises WorkbookFault (a Japanese sentence) when a needed column is missing or stands twice.
    """
    if not rows:
        raise WorkbookFault("シートが空です。「書き出す」で作ったファイルを直して、使ってください。")
    layout = _layout(rows[0])
    return layout, [_row(row, layout) for row in rows[1:]]


def _layout(header: SheetRow) -> Layout:
    positions: dict[str, int] = {}
    columns: dict[str, Column] = {}
    unknown: list[str] = []
    for position, head in enumerate(header.cells):
        key, name = column_key(head.text), " ".join(head.text.split())
        column = BY_HEADER.get(key)
        place = column.field if column else _OWN.get(key)
        if place is None:
            unknown += [name] if name else []
        elif place in positions:
            cell = address(position, header.number)
            raise WorkbookFault(f"列「{name}」が二つあります（{cell}）。一つにしてください。")
        else:
            positions[place] = position
            columns |= {place: column} if column else {}
    found = {*positions, *(column.header for column in columns.values())}
    missing = [name for name in HEADERS if name not in found]
    _refuse_missing([name for name in missing if name in REQUIRED], unknown)
    return Layout(positions, columns, tuple(_notices(missing, unknown)))


def _refuse_missing(missing: Sequence[str], unknown: Sequence[str]) -> None:
    if missing:
        names = "、".join(f"「{name}」{_renamed(name, unknown)}" for name in missing)
        raise WorkbookFault(f"列 {names} がありません。1 行目の見出しを、書き出したときのままにしてください。")


def _renamed(name: str, unknown: Sequence[str]) -> str:
    alike = _alike(name, unknown)
    return f"（「{alike}」に名前が変わっていませんか）" if alike else ""


def _notices(missing: Sequence[str], unknown: Sequence[str]) -> Iterator[str]:
    for name in unknown:
        alike = _alike(name, missing)
        yield f"列「{name}」は知らない名前なので、読みませんでした。" + (f"「{alike}」のことですか。" if alike else "")
    left = [name for name in missing if name != DRAFT]
    if left:
        yield f"列 {'、'.join(left)} はファイルにないので、今のままにします。"


def _alike(name: str, names: Sequence[str]) -> str:
    found = process.extractOne(name, names, scorer=fuzz.WRatio, score_cutoff=_ALIKE)
    return str(found[0]) if found else ""


def _row(row: SheetRow, layout: Layout) -> ReadRow:
    values: dict[str, Any] = {}
    faults: list[str] = []
    for name, position in layout.positions.items():
        if name != DRAFT and (fault := row.fault(position)):
            faults.append(f"{address(position, row.number)}: {fault}")
    for name, column in layout.columns.items():
        position = layout.positions[name]
        try:
            values[name] = column.read(row.text(position))
        except CellFault as fault:
            faults.append(f"{address(position, row.number)}: {column.header}は、{fault}")
    revision, revision_faults = _revision(row, layout)
    name = row.text(layout.positions[ID]).strip()
    return ReadRow(row.number, name, revision, values, (*faults, *revision_faults))


def _revision(row: SheetRow, layout: Layout) -> tuple[int | None, list[str]]:
    text = row.text(layout.positions[REVISION]).strip()
    if not text:
        return None, []
    if text.isascii() and text.isdigit() and len(text) < 10:
        return int(text), []
    place = layout.cell(REVISION, row.number)
    return None, [f"{place}: 版は書き出したときの数のままにしてください（新しい項目なら空に）"]
