"""What changed between two texts of an entry, field by field, in words that a page can show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from admin.entries.labels import ACTION_KINDS, AUDIENCES, FIELDS, SERVICE_STATES, field_label

Content = Mapping[str, Any]

_WORD = re.compile(r"[一-鿿々]+|[ァ-ヺー]+|[A-Za-z0-9０-９-]+|\s|.", re.DOTALL)
_SHORT = 1
"""Characters of an unchanged piece between two changes that would only tear them apart."""
_LISTS = frozenset({"phrasings", "sources", "to_fill", "audience", "actions"})
"""Fields whose items are shown whole: what came, what went."""


class Kind(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of text and what happened to it."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """A field that changed. `field` is dotted (`variants.en.answer`), `label` its Japanese name.

    With `as_list` each segment is an item of its own (what stayed is left out), else the segments make one text.
    """

    field: str
    label: str
    segments: tuple[Segment, ...]
    as_list: bool = False


def field_diffs(before: Content | None, after: Content | None) -> list[FieldDiff]:
    """The fields in which two JSON contents of `knowledge.schema.Entry` differ, in the order of the form.

    None stands for no text at all: a new entry, or one that is taken down.
    """
    return list(_differences(before or {}, after or {}))


def text_diff(before: str, after: str) -> tuple[Segment, ...]:
    """Two texts as one: what stayed, what went and what came, word by word."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    segments: list[Segment] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            segments.append(Segment(Kind.SAME, "".join(old[i1:i2])))
        else:
            segments.append(Segment(Kind.REMOVED, "".join(old[i1:i2])))
            segments.append(Segment(Kind.ADDED, "".join(new[j1:j2])))
    return tuple(_tidied([segment for segment in segments if segment.text]))


def list_diff(before: Sequence[str], after: Sequence[str]) -> tuple[Segment, ...]:
    """The items that went, then those that came."""
    gone = [Segment(Kind.REMOVED, item) for item in before if item not in after]
    return (*gone, *(Segment(Kind.ADDED, item) for item in after if item not in before))


def shown_value(field: str, value: object) -> str | list[str]:
    """A value of a field as people read it: a text, or a list of texts for the fields that are lists."""
    name = field.rsplit(".", 1)[-1]
    if name in _LISTS:
        return [_item(name, item) for item in (value if isinstance(value, list | tuple) else ())]
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    text = str(value or "")
    return SERVICE_STATES.get(text, text) if name == "state" else text


def _differences(before: Content, after: Content) -> Iterator[FieldDiff]:
    for field in (name for name in FIELDS if name in before or name in after):
        if field == "variants":
            yield from _variants(before.get(field) or {}, after.get(field) or {})
        else:
            yield from _difference(field, before.get(field), after.get(field))


def _variants(before: Content, after: Content) -> Iterator[FieldDiff]:
    for language in dict.fromkeys((*before, *after)):
        old, new = before.get(language) or {}, after.get(language) or {}
        for field in ("question", "answer", "steps", "phrasings"):
            yield from _difference(f"variants.{language}.{field}", old.get(field), new.get(field))
        if old and new and old.get("made_from") != new.get("made_from"):
            name = f"variants.{language}.made_from"
            yield FieldDiff(name, field_label(name), (Segment(Kind.ADDED, "今の日本語に合わせて見直した"),), True)


def _difference(field: str, before: object, after: object) -> Iterator[FieldDiff]:
    old, new = shown_value(field, before), shown_value(field, after)
    if isinstance(old, str) and isinstance(new, str):
        if segments := text_diff(old, new) if old != new else ():
            yield FieldDiff(field, field_label(field), segments)
    elif segments := list_diff(old, new):
        yield FieldDiff(field, field_label(field), segments, as_list=True)


def _item(name: str, item: object) -> str:
    if isinstance(item, Mapping):
        return f"{ACTION_KINDS.get(str(item['kind']), item['kind'])}: {item['label']}（{item['value']}）"
    return AUDIENCES.get(str(item), str(item)) if name == "audience" else str(item)


def _tidied(segments: Sequence[Segment]) -> list[Segment]:
    """Without the slivers between two changes: one longer change reads better than three short ones."""
    tidy: list[Segment] = []
    for index, segment in enumerate(segments):
        inside = 0 < index < len(segments) - 1
        sliver = segment.kind is Kind.SAME and inside and len(segment.text) <= _SHORT and segment.text.strip()
        pieces = [Segment(Kind.REMOVED, segment.text), Segment(Kind.ADDED, segment.text)] if sliver else [segment]
        tidy += pieces
    return list(_joined(tidy))


def _joined(segments: Sequence[Segment]) -> Iterator[Segment]:
    """Neighbouring changes as one removal and one addition."""
    removed = added = ""
    for segment in (*segments, Segment(Kind.SAME, "")):
        if segment.kind is Kind.REMOVED:
            removed += segment.text
        elif segment.kind is Kind.ADDED:
            added += segment.text
        else:
            yield from (s for s in (Segment(Kind.REMOVED, removed), Segment(Kind.ADDED, added), segment) if s.text)
            removed = added = ""
