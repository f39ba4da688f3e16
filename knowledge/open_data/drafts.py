"""A row on its way to a model.

A fault in what the model cannot do without loses the row, with an error. A fault in anything else loses only that
value, with a warning: a class whose capacity is written strangely is still a class that people can go to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from knowledge.listings import Place, Procedure, SmartphoneClass
from knowledge.open_data.notes import fitting
from knowledge.open_data.table import Row
from knowledge.open_data.text import folded, one_line
from knowledge.open_data.values import Found, Reader, Value, degrees
from knowledge.reading import Problem, explain

Listing = TypeVar("Listing", Place, SmartphoneClass, Procedure)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_CELLS = {"starts": "start_date", "ends": "end_date", "hours": "hours_note"}
"""Where a model's field stands in the row, when it is called something else there."""
_JAPAN = ((20, 46), (122, 154))


@dataclass(slots=True)
class Draft:
    """What was found in a row so far."""

    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    """Cells that say more than the value taken from them, for the note."""
    problems: list[Problem] = field(default_factory=list)

    def put(self, name: str, value: object) -> None:
        """Sets a value; nothing is set for None or an empty text."""
        if value is not None and value != "":
            self.values[name] = value

    def warn(self, name: str, sentence: str) -> None:
        """A fault that the row survives."""
        self.problems.append(self.row.problem(name, sentence, level="warning"))

    def read(self, name: str, reader: Reader[Value]) -> Value | None:
        """The value of a cell; what the value does not say goes into the note, so that nobody misses it."""
        text = self.row.text(name)
        found = reader(text)
        if not found.whole:
            self._remark(name)
            if found.value is None:
                self.warn(name, f"読めないので、備考に写しました（{_short(text)}）")
        return found.value

    def take(self, name: str, reader: Reader[Value]) -> None:
        """Sets what `read` finds."""
        value = self.read(name, reader)
        self.put(name, value)

    def require(self, name: str, reader: Reader[Value]) -> Value | None:
        """The value of a cell without which the row is lost."""
        text = self.row.text(name)
        found = reader(text)
        if found.value is None:
            sentence = f"読めません（{_short(text)}）" if text else "書かれていません"
            self.problems.append(self.row.problem(name, sentence))
        elif not found.whole:
            self._remark(name)
        return found.value

    def _remark(self, name: str) -> None:
        self.remarks.append(f"{self.row.cells[name].column}: {one_line(self.row.text(name))}")

    def finish_note(self, pieces: Iterable[str], limit: int) -> None:
        """Puts the note together from these pieces and the remarks."""
        text, left_out = fitting((*pieces, *self.remarks), limit)
        self.put("note", text)
        for piece in left_out:
            self.warn("note", f"備考に入りきらないので、除きました（{_short(piece)}）")


def _short(text: str) -> str:
    return one_line(text)[:30]


def read_address(row: Row) -> str:
    """The address with its building; put together from its parts where it does not stand as one."""
    address = one_line(row.text("address"))
    if not address:
        for name in ("prefecture", "city", "town", "block"):
            part = one_line(row.text(name))
            # Some files have the whole address in the column of the city.
            address = part if address and part.startswith(address) else address + part
    building = one_line(row.text("building"))
    return address if not building or building in address else f"{address} {building}".strip()


def read_coordinates(draft: Draft) -> None:
    """Latitude and longitude. Swapped ones are put right; ones that are not in Japan are left out."""
    found = [_coordinate(draft, name) for name in ("latitude", "longitude")]
    pair = (found[0].value, found[1].value)
    if _inside((pair[1], pair[0])):
        draft.warn("latitude", "緯度と経度が逆なので、入れ替えて読みました")
        pair = (pair[1], pair[0])
    for name, value, (low, high) in zip(("latitude", "longitude"), pair, _JAPAN, strict=True):
        if value is not None and not low <= value <= high:
            draft.warn(name, "日本の外を指すので、除きました")
        else:
            draft.put(name, value)


def _coordinate(draft: Draft, name: str) -> Found[float]:
    """One coordinate. An unreadable one is no remark for citizens."""
    found = degrees(draft.row.text(name))
    if not found.whole:
        draft.warn(name, f"読めないので、除きました（{_short(draft.row.text(name))}）")
    return found


def _inside(pair: tuple[float | None, float | None]) -> bool:
    return all(value is not None and low <= value <= high for value, (low, high) in zip(pair, _JAPAN, strict=True))


def read_id(draft: Draft, made: str) -> str:
    """The row's own id where it is usable, else the one `made` from what the row says."""
    text = folded(draft.row.text("id"))
    if _ID.fullmatch(text):
        return text
    if text:
        draft.warn("id", f"半角の英数字と - _（60 文字まで）ではないので、{made} としました")
    return made


def digest(*texts: str) -> str:
    """Ten characters that stay the same as long as the words do, whatever their width and spacing."""
    words = "\x1f".join("".join(folded(text).split()) for text in texts)
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:10]


def finished(draft: Draft, model: type[Listing], required: Collection[str]) -> Listing | None:
    """The model, or None with the reasons among the problems. Values that the model refuses are left out."""
    try:
        return model.model_validate(draft.values)
    except ValidationError as error:
        faults = {str(fault["loc"][0]) if fault["loc"] else "": fault for fault in error.errors(include_url=False)}
    fatal = False
    for name, fault in faults.items():
        if name in required or draft.values.pop(name, None) is None:
            fatal = True
            draft.problems.append(draft.row.problem(_CELLS.get(name, name), _sentence(fault)))
        else:
            draft.warn(_CELLS.get(name, name), f"{_sentence(fault)}。除いて読みました")
    return None if fatal else finished(draft, model, required)


def _sentence(fault: ErrorDetails) -> str:
    known = {"greater_than_equal": "小さすぎます", "less_than_equal": "大きすぎます", "missing": "書かれていません"}
    return known.get(fault["type"]) or explain({**fault, "loc": ()})


def listed(
    drafts: Iterable[Draft], read: Callable[[Draft], tuple[Listing, str] | None]
) -> tuple[list[Listing], list[Problem]]:
    """What `read` makes of the rows: a listing and the id made from what it says.

    A second row under an id gets its made id; a row that repeats another is left out.
    """
    kept: dict[str, Listing] = {}
    problems: list[Problem] = []
    for draft in drafts:
        found = read(draft)
        if found is not None:
            _keep(kept, draft, *found)
        problems += draft.problems
    return list(kept.values()), problems


def _keep(kept: dict[str, Listing], draft: Draft, listing: Listing, made: str) -> None:
    if listing.id not in kept:
        kept[listing.id] = listing
    elif made not in kept:
        draft.warn("id", f"同じものが二度あるので、{made} としました")
        kept[made] = listing.model_copy(update={"id": made})
    else:
        draft.warn("id", "同じ行が二度あるので、除きました")
