"""公衆無線LANアクセスポイント一覧 and 公共施設一覧: every row is a place."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from knowledge.listings import Place
from knowledge.open_data.columns import (
    FACILITY_COLUMNS,
    FACILITY_NAMES,
    WIFI_COLUMNS,
    WIFI_NAMES,
    Layout,
)
from knowledge.open_data.drafts import Draft, digest, finished, listed, read_address, read_coordinates, read_id
from knowledge.open_data.hours import divided_hours, read_hours
from knowledge.open_data.notes import Labels, divided, labelled_lines, labels_of
from knowledge.open_data.table import Row, read_table
from knowledge.open_data.text import one_line
from knowledge.open_data.values import plain_telephone, web_address
from knowledge.open_data.writing import Publisher, shown, write_table
from knowledge.reading import Problem

_WIFI_LABELS: Labels = {"ssid": "SSID", "area": "使える所", "owner": "設置者", "extension": "内線"}
_FACILITY_LABELS: Labels = {
    "nickname": "通称",
    "sort": "種別",
    "barrier_free": "バリアフリー",
    "extension": "内線",
}
_NOTE_LIMIT = 200
_REQUIRED = frozenset({"id", "name", "kind", "as_of"})


def read_wifi(content: bytes, name: str, *, as_of: date) -> tuple[list[Place], list[Problem]]:
    """The access points of a list that is shown to people as `name`, and what is wrong with it. Never raises."""
    rows, problems = read_table(content, name, WIFI_NAMES, {"name"})
    places, faults = wifi_of(rows, as_of)
    return places, sorted((*problems, *faults), key=lambda problem: problem.line)


def wifi_of(rows: Iterable[Row], as_of: date) -> tuple[list[Place], list[Problem]]:
    """The access points of these rows, and what is wrong with them. Never raises."""
    return listed((Draft(row) for row in rows), lambda draft: _read_access_point(draft, as_of))


def _read_access_point(draft: Draft, as_of: date) -> tuple[Place, str] | None:
    row = draft.row
    draft.put("kind", "wifi")
    # One building has several access points: the network and the area tell them apart.
    made = f"wifi-{digest(row.text('name'), read_address(row), row.text('ssid'), row.text('area'))}"
    _read_common(draft, as_of, made)
    draft.finish_note((*labelled_lines(row, _WIFI_LABELS), row.text("note")), _NOTE_LIMIT)
    place = finished(draft, Place, _REQUIRED)
    return (place, made) if place else None


def read_facilities(content: bytes, name: str, *, as_of: date) -> tuple[list[Place], list[Problem]]:
    """The public facilities of a list that is shown to people as `name`, and its faults. Never raises."""
    rows, problems = read_table(content, name, FACILITY_NAMES, {"name"})
    places, faults = facilities_of(rows, as_of)
    return places, sorted((*problems, *faults), key=lambda problem: problem.line)


def facilities_of(rows: Iterable[Row], as_of: date) -> tuple[list[Place], list[Problem]]:
    """The public facilities of these rows, and what is wrong with them. Never raises."""
    return listed((Draft(row) for row in rows), lambda draft: _read_facility(draft, as_of))


def _read_facility(draft: Draft, as_of: date) -> tuple[Place, str] | None:
    row = draft.row
    draft.put("kind", "facility")
    made = f"facility-{digest(row.text('name'), read_address(row))}"
    _read_common(draft, as_of, made)
    draft.put("hours", read_hours(row))
    pieces = (*labelled_lines(row, _FACILITY_LABELS), row.text("content"), row.text("note"))
    draft.finish_note(pieces, _NOTE_LIMIT)
    place = finished(draft, Place, _REQUIRED)
    return (place, made) if place else None


def _read_common(draft: Draft, as_of: date, made: str) -> None:
    draft.put("id", read_id(draft, made))
    draft.put("name", one_line(draft.row.text("name")))
    draft.put("as_of", as_of)
    draft.put("address", read_address(draft.row))
    read_coordinates(draft)
    draft.take("tel", plain_telephone)
    draft.take("url", web_address)


def write_wifi(
    places: Iterable[Place], *, layout: Layout, municipality_code: str, municipality_name: str, prefecture: str
) -> bytes:
    """The list of access points with all these places. Raises ValueError for an impossible code.

    The list has no columns for hours, and nothing for the reading (カナ) of a name, which we do not know.
    """
    publisher = Publisher(municipality_code, municipality_name, prefecture)
    columns = WIFI_COLUMNS[layout]
    labels = labels_of(columns, WIFI_NAMES, _WIFI_LABELS)
    rows = [{**publisher.cells(layout, p.address), **_cells(p), **divided(p.note, labels)} for p in places]
    return write_table(columns, WIFI_NAMES, rows)


def write_facilities(
    places: Iterable[Place], *, layout: Layout, municipality_code: str, municipality_name: str, prefecture: str
) -> bytes:
    """The list of public facilities with all these places, of whatever kind (the list knows only facilities).

    Raises ValueError for an impossible code.
    """
    publisher = Publisher(municipality_code, municipality_name, prefecture)
    columns = FACILITY_COLUMNS[layout]
    labels = labels_of(columns, FACILITY_NAMES, _FACILITY_LABELS)
    rows = [
        {**publisher.cells(layout, p.address), **_cells(p), **divided_hours(p.hours or ""), **divided(p.note, labels)}
        for p in places
    ]
    return write_table(columns, FACILITY_NAMES, rows)


def _cells(place: Place) -> dict[str, str]:
    return {
        "id": place.id,
        "name": place.name,
        "address": place.address or "",
        "latitude": shown(place.latitude),
        "longitude": shown(place.longitude),
        "tel": place.tel or "",
        "url": place.url or "",
    }
