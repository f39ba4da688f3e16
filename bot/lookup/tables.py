"""The open data as CSV: classes and places in the recommended columns, entries and procedures in columns of our own.

Every cell that a spreadsheet would take for a formula is disarmed (see `knowledge.open_data.text.guarded`).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.city import CityKnowledge
from bot.lookup.contents import real_classes
from bot.lookup.shapes import Entry, ProcedureItem
from knowledge.municipalities import FOUNDING
from knowledge.open_data import write_events, write_facilities, write_wifi
from knowledge.open_data.columns import Names
from knowledge.open_data.writing import write_table

_ENTRY_COLUMNS: Names = {
    "id": ("ID",),
    "group": ("分野",),
    "language": ("言語",),
    "question": ("質問",),
    "answer": ("答え",),
    "steps": ("手順",),
    "source": ("出典",),
    "as_of": ("情報の日付",),
    "review_by": ("見直しの期限",),
    "url": ("URL",),
}
_PROCEDURE_COLUMNS: Names = {
    "id": ("ID",),
    "name": ("手続の名称",),
    "words": ("ほかの言い方",),
    "events": ("出来事",),
    "online": ("オンライン",),
    "entrance": ("入口",),
    "needs": ("要るもの",),
    "visit": ("来庁",),
    "state": ("状態",),
    "topic": ("項目",),
    "source": ("出典",),
}
_BETWEEN = ";"
"""Between several values of one cell, as the standard data set asks."""


class CodeUnknown(LookupError):
    """The municipality's code is not known here; the standard's lists want it in every row."""


def entries_table(entries: Sequence[Entry]) -> bytes:
    """The entries, a row for each language."""
    return _written(_ENTRY_COLUMNS, [entry.model_dump(mode="json") for entry in entries])


def procedures_table(procedures: Sequence[ProcedureItem]) -> bytes:
    """The procedures."""
    return _written(_PROCEDURE_COLUMNS, [item.model_dump(mode="json") for item in procedures])


def _written(names: Names, rows: Sequence[dict[str, object]]) -> bytes:
    cells = [{field: _cell(row.get(field)) for field in names} for row in rows]
    return write_table([column for (column, *_) in names.values()], names, cells)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return (_BETWEEN if all(_BETWEEN not in str(v) for v in value) else "\n").join(map(str, value))
    return "" if value is None else str(value)


def classes_table(city: CityKnowledge) -> bytes:
    """The event list (イベント一覧, layout v2). Raises CodeUnknown."""
    return write_events(real_classes(city), layout="v2", **_publisher(city))


def places_table(city: CityKnowledge) -> bytes:
    """The list of public facilities (公共施設一覧, layout v2): all places but Wi-Fi. Raises CodeUnknown."""
    return write_facilities((p for p in city.places if p.kind != "wifi"), layout="v2", **_publisher(city))


def wifi_table(city: CityKnowledge) -> bytes:
    """The list of access points (公衆無線LANアクセスポイント一覧, layout v2). Raises CodeUnknown."""
    return write_wifi((p for p in city.places if p.kind == "wifi"), layout="v2", **_publisher(city))


def _publisher(city: CityKnowledge) -> dict[str, str]:
    known = FOUNDING.get(city.municipality)
    if known is None:
        raise CodeUnknown(city.municipality)
    return {"municipality_code": known.code, "municipality_name": city.name, "prefecture": known.prefecture}
