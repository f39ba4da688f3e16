"""The forms of the catalogues: what was typed becomes a listing, or faults that stand beside their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from admin.catalogues.shelves import Field, Item, Shelf
from bot.responses.days import in_japan
from knowledge.listings import Place, SmartphoneClass
from knowledge.open_data.drafts import digest
from knowledge.open_data.values import minutes
from knowledge.published import Published
from knowledge.reading import explain
from knowledge.schema import COMMON

Typed = Mapping[str, Any]
"""What the form sends: a text a field, a list of codes for `choices`."""
_PLACES = {"starts": "start", "ends": "end"}


def typed_of(item: Item) -> dict[str, Any]:
    """The form of a listing."""
    content = item.model_dump(mode="json")
    if isinstance(item, SmartphoneClass):
        starts, ends = in_japan(item.starts), in_japan(item.ends)
        content |= {"date": starts.date().isoformat(), "start": f"{starts:%H:%M}"}
        content["end"] = f"{ends:%H:%M}" if ends > starts else ""
    return {name: "" if value is None else value for name, value in content.items()}


def blank(shelf: Shelf, today: date) -> dict[str, Any]:
    """An empty form, with what is nearly always right filled in."""
    known = {"as_of": today.isoformat(), "kind": "counter", "online": "unknown", "state": "in-service"}
    return {field.name: known.get(field.name, "") for field in shelf.fields}


def read_form(shelf: Shelf, typed: Typed, item: Item | None) -> tuple[Item | None, dict[str, str]]:
    """The listing as typed (with the id of `item`, or a new one) or the faults by field."""
    values = {field.name: _value(field, typed.get(field.name)) for field in shelf.fields}
    faults = {
        field.name: f"{field.label}を書いてください。"
        for field in shelf.fields
        if field.required and not values[field.name]
    }
    if shelf.model is SmartphoneClass:
        values, more = _moments(values)
        faults |= more
    if faults:
        return None, faults
    kept = {name: value for name, value in values.items() if value is not None}
    made: dict[str, Any] = {"id": item.id if item else new_id(shelf, kept), **kept}
    try:
        return shelf.model.model_validate(made), {}
    except ValidationError as error:
        return None, {_field_of(fault["loc"]): _sentence(shelf, fault) for fault in error.errors(include_url=False)}


def new_id(shelf: Shelf, values: Mapping[str, Any]) -> str:
    """An id made from what a listing says: the same session has the same id when it comes in with a file."""
    if shelf.model is SmartphoneClass:
        starts: datetime = values["starts"]
        return f"{digest(values['title'], values['place'])}-{starts:%Y%m%d-%H%M}"
    return f"own-{digest(values['name'], values.get('address') or '')}"


def faults_of_references(item: Item, published: Published, municipality: str) -> dict[str, str]:
    """Sources and topics that are not there."""
    found: dict[str, str] = {}
    if not isinstance(item, SmartphoneClass):
        facts = published.register.facts
        unknown = [s for s in item.sources if s not in facts or not facts[s].summary]
        found |= {"sources": f"出典 {'、'.join(unknown)} は台帳にないか、要約がありません。"} if unknown else {}
    topic = None if isinstance(item, SmartphoneClass | Place) else item.topic
    topics = {e.entry.topic for e in published.entries if e.pack in (municipality, COMMON)}
    return found | ({"topic": f"項目 {topic} がありません。"} if topic and topic not in topics else {})


def _value(field: Field, given: Any) -> Any:  # noqa: ANN401 - a text or a list of codes
    if field.input == "choices":
        return [code for code in given or () if code in (field.options or {})]
    text = str(given or "").replace("\r\n", "\n").strip()
    if field.input == "lines":
        return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if field.input == "tick":
        return bool(text)
    return text or None


def _moments(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """With `starts` and `ends` in place of the day and the times."""
    rest = dict(values)
    day, start, end = (rest.pop(name) for name in ("date", "start", "end"))
    faults: dict[str, str] = {}
    try:
        on = date.fromisoformat(day or "")
    except ValueError:
        return rest, {"date": "日にちを 2026-12-03 のように書いてください。"}
    times = {name: minutes(text or "").value for name, text in (("start", start), ("end", end))}
    for name, text in (("start", start), ("end", end)):
        if (text and times[name] is None) or (times[name] or 0) >= 24 * 60:
            faults[name] = "時刻を 10:00 のように書いてください。"
    if faults or times["start"] is None:
        return rest, faults
    rest["starts"] = _at(on, times["start"])
    rest["ends"] = _at(on, times["start"] if times["end"] is None else times["end"])
    return rest, {"end": "終わりが始まりより前です。"} if rest["ends"] < rest["starts"] else {}


def _at(on: date, minute: int) -> datetime:
    return datetime(on.year, on.month, on.day, *divmod(minute, 60))  # noqa: DTZ001 - Japan's, as listed


def _field_of(location: Sequence[int | str]) -> str:
    name = str(location[0]) if location else "apply_until"
    return _PLACES.get(name, name)


def _sentence(shelf: Shelf, fault: ErrorDetails) -> str:
    name = _field_of(fault["loc"])
    label = next((field.label for field in shelf.fields if field.name == name), name)
    limit = (fault.get("ctx") or {}).get("max_length")
    known = {
        "string_too_long": f"は {limit} 文字までです",
        "string_pattern_mismatch": "の形が正しくありません",
        "greater_than_equal": "が小さすぎます",
        "less_than_equal": "が大きすぎます",
        "int_parsing": "は数で書いてください",
        "float_parsing": "は数で書いてください",
    }
    return f"{label}{known.get(fault['type']) or ': ' + explain({**fault, 'loc': ()})}。"
