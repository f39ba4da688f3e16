"""What a row of an Excel file means for its entry: new, changed, unchanged, in conflict, or invalid. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from admin.spreadsheets.columns import BY_FIELD, ID, REVISION, Content, value_at
from admin.spreadsheets.reading import Layout, ReadRow
from knowledge.merging import choose, merge
from knowledge.reading import explain
from knowledge.schema import Entry

_NEVER = "0" * 8
"""The mark of a variant that was made from no Japanese text yet."""
_TEXTS = ("question", "answer", "steps")


class Kind(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    MERGED = "merged"
    CONFLICT = "conflict"
    UNCHANGED = "unchanged"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Known:
    """What there is of a row's entry: the text it was exported with, and today's (draft or published)."""

    base: Content | None = None
    head: Content | None = None
    head_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row's meaning. `content` is the entry's text after the import, with mine in the conflicting fields;
    `theirs` the same with today's text there."""

    row: int
    entry: str
    kind: Kind
    head: int | None = None
    content: dict[str, Any] | None = None
    theirs: dict[str, Any] | None = None
    conflicts: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def compare(row: ReadRow, entry: str, topic: str, known: Known, layout: Layout) -> Verdict:
    """The verdict on a row of the entry `entry`."""
    if known.head is not None and known.base is None:
        return invalid(row, entry, f"{layout.cell(REVISION, row.number)}: {_without_base(row)}")
    start = known.base if known.head is not None else {"topic": topic}
    mine, faults = checked(_overlaid(start or {}, row.values), row.number, layout)
    if mine is None:
        return invalid(row, entry, *faults)
    stamped = _stamped(mine, start or {})
    if known.head is None:
        return Verdict(row.number, entry, Kind.NEW, None, stamped)
    return _against(row, entry, known, _normal(known.base), stamped, layout)


def invalid(row: ReadRow, entry: str, *faults: str) -> Verdict:
    """The verdict on a row that can't be taken."""
    return Verdict(row.number, entry, Kind.INVALID, faults=faults)


def _without_base(row: ReadRow) -> str:
    if row.revision is None:
        return "この項目はもうあります。書き出したファイルの版を残して直してください"
    return f"版 {row.revision} は、この項目の版ではありません。書き出したときのままにしてください"


def _against(
    row: ReadRow, entry: str, known: Known, base: dict[str, Any], mine: dict[str, Any], layout: Layout
) -> Verdict:
    head = _normal(known.head)
    if mine in (base, head):
        return Verdict(row.number, entry, Kind.UNCHANGED, known.head_revision)
    if head == base:
        return Verdict(row.number, entry, Kind.CHANGED, known.head_revision, mine)
    merged = merge(base, head, mine)
    fields = tuple(conflict.field for conflict in merged.conflicts)
    joined, faults = checked(merged.content, row.number, layout)
    theirs, more = checked(choose(merged, fields), row.number, layout)
    if joined is None or theirs is None:
        return invalid(row, entry, *(faults or more))
    kind = Kind.CONFLICT if fields else Kind.MERGED
    if joined.model_dump(mode="json") == head:
        return Verdict(row.number, entry, Kind.UNCHANGED, known.head_revision)
    return Verdict(
        row.number,
        entry,
        kind,
        known.head_revision,
        joined.model_dump(mode="json"),
        theirs.model_dump(mode="json") if fields else None,
        fields,
    )


def _normal(content: Content | None) -> dict[str, Any]:
    """The text as today's model writes it: older revisions may lack newer fields."""
    return Entry.model_validate(content).model_dump(mode="json")


def _overlaid(start: Content, values: Mapping[str, Any]) -> dict[str, Any]:
    """The text with the sheet's values; what the sheet has no column for stays. An empty cell empties its field."""
    plain = {name: value for name, value in values.items() if "." not in name}
    content = {name: value for name, value in {**start, **plain}.items() if value is not None}
    variants = dict(start.get("variants") or {})
    for language in dict.fromkeys(name.split(".")[1] for name in values if "." in name):
        own = {name: values[path] for name in _TEXTS if (path := f"variants.{language}.{name}") in values}
        variant = {"made_from": _NEVER, **variants.pop(language, {}), **own}
        if any(variant.get(name) for name in _TEXTS):
            variants[language] = variant
    return {**content, "variants": variants}


def _stamped(entry: Entry, start: Content) -> dict[str, Any]:
    """With a new mark on the variants whose words the sheet changed: somebody has just looked at them."""
    content = entry.model_dump(mode="json")
    for language, variant in content["variants"].items():
        old = value_at(start, f"variants.{language}") or {}
        if any(variant.get(name) != (old.get(name) or type(variant[name])()) for name in _TEXTS):
            variant["made_from"] = entry.text_revision
    return content


def checked(content: Content, row: int, layout: Layout) -> tuple[Entry | None, list[str]]:
    """The text as an entry, or the faults with their cells."""
    try:
        return Entry.model_validate(content), []
    except ValidationError as error:
        return None, [_sentence(fault, row, layout) for fault in error.errors(include_url=False)]


def _sentence(fault: ErrorDetails, row: int, layout: Layout) -> str:
    location = fault["loc"] or ("review_by",)  # the one rule over several fields is that of the dates
    field = layout.field_at(location)
    header = BY_FIELD[field].header if field in BY_FIELD else ID
    line = next((f"の{part + 1}行目" for part in location if isinstance(part, int)), "")
    return f"{layout.cell(field, row)}: {header}{line}は{_fault(fault)}"


def _fault(fault: ErrorDetails) -> str:
    limit = (fault.get("ctx") or {}).get("max_length")
    known = {
        "string_too_long": f"{limit}文字までです",
        "too_long": f"{limit}行までです",
        "string_too_short": "空にできません",
        "missing": "空にできません",
    }
    return known.get(fault["type"]) or f"、{explain({**fault, 'loc': ()})}"
