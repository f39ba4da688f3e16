"""Rows to bytes: UTF-8 with BOM (Excel needs it), CRLF, RFC 4180."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.open_data.columns import Layout, Names, column_key, fields_by_key
from knowledge.open_data.text import clean, guarded

_CODE = re.compile(r"([0-9]{5})([0-9])?")


@dataclass(frozen=True, slots=True)
class Publisher:
    """The municipality that publishes a list."""

    code: str
    name: str
    prefecture: str

    def cells(self, layout: Layout, address: str | None) -> dict[str, str]:
        """Its cells in the row of something at `address`; the columns of the seat only where it is surely here."""
        code = six_digits(self.code)
        cells = {"code": code, "body": f"{self.prefecture}{self.name}"}
        cells |= {"body_prefecture": self.prefecture, "body_city": self.name}
        if layout == "v3" and address and address.startswith((self.name, f"{self.prefecture}{self.name}")):
            cells |= {"seat_code": code, "prefecture": self.prefecture, "city": self.name}
        return cells


def six_digits(code: str) -> str:
    """The municipality's code with its check digit. Raises ValueError for anything that is no such code."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(f"全国地方公共団体コードではありません: {code}")
    total = sum(int(digit) * weight for digit, weight in zip(found[1], (6, 5, 4, 3, 2), strict=True))
    check = str((11 - total % 11) % 10)
    if found[2] not in (None, check):
        raise ValueError(f"全国地方公共団体コードの検査数字が合いません: {code}")
    return found[1] + check


def write_table(columns: Sequence[str], names: Names, rows: Iterable[Mapping[str, str]]) -> bytes:
    """The CSV file with these columns; the rows give their cells by field."""
    fields = fields_by_key(names)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([guarded(clean(row.get(fields.get(column_key(column), ""), ""))) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def shown(value: float | None) -> str:
    """A number as it stands in a cell."""
    return "" if value is None else str(value)


def clock(minutes: int) -> str:
    """Minutes after midnight as hh:mm."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
