"""Three texts of one entry become one: what it was, what somebody else made of it, and what I made of it.

Used when two people edit the same entry, when a release overtook a draft, and when a pack upgrade meets staff edits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SETS = frozenset({"phrasings", "sources", "to_fill", "audience"})
"""Lists whose order carries no meaning: both sides' additions and deletions hold."""
_NESTED = frozenset({"variants"})

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """A field that both sides changed, each in another way. `field` is dotted: `variants.en.answer`."""

    field: str
    base: Any
    theirs: Any
    mine: Any


@dataclass(frozen=True, slots=True)
class Merged:
    """The joined text. Where `conflicts` name a field, it holds mine until somebody chooses."""

    content: dict[str, Any]
    conflicts: tuple[FieldConflict, ...] = ()


def merge(base: Content | None, theirs: Content, mine: Content) -> Merged:
    """Joins two changes of one text, field by field, as JSON contents of `knowledge.schema.Entry`.

    A field that one side changed takes that change; one that both changed alike is no conflict; lists of phrasings
    and sources take both sides' additions and deletions.
    """
    content, conflicts = _fields(base or {}, theirs, mine, "")
    return Merged(content, tuple(conflicts))


def choose(merged: Merged, theirs: Sequence[str]) -> dict[str, Any]:
    """The merged content, with their text in the conflicting fields that `theirs` names."""
    content = _copied(merged.content)
    for conflict in merged.conflicts:
        if conflict.field in theirs:
            _put(content, conflict.field.split("."), conflict.theirs)
    return content


def _fields(base: Content, theirs: Content, mine: Content, prefix: str) -> tuple[dict[str, Any], list[FieldConflict]]:
    content: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for name in dict.fromkeys((*mine, *theirs)):
        old, other, own = base.get(name), theirs.get(name), mine.get(name)
        value: Any
        if name in _NESTED or (prefix and all(isinstance(v, Mapping) for v in (other, own))):
            value, inner = _fields(old or {}, other or {}, own or {}, f"{prefix}{name}.")
            conflicts += inner
        elif name in _SETS:
            value = _joined(old or [], other or [], own or [])
        else:
            value, clash = _one(old, other, own)
            conflicts += [FieldConflict(f"{prefix}{name}", old, other, own)] if clash else []
        if value is not None or (name in mine and name in theirs):
            content[name] = value
    return content, conflicts


def _one(base: Any, theirs: Any, mine: Any) -> tuple[Any, bool]:  # noqa: ANN401 - any JSON value
    if mine in (theirs, base):
        return theirs, False
    return mine, theirs != base


def _joined(base: Sequence[str], theirs: Sequence[str], mine: Sequence[str]) -> list[str]:
    dropped = set(base) - set(mine)
    return list(dict.fromkeys([*(item for item in theirs if item not in dropped), *(m for m in mine if m not in base)]))


def _copied(content: Content) -> dict[str, Any]:
    return {name: _copied(value) if isinstance(value, Mapping) else value for name, value in content.items()}


def _put(content: dict[str, Any], path: Sequence[str], value: Any) -> None:  # noqa: ANN401 - any JSON value
    for name in path[:-1]:
        content = content.setdefault(name, {})
    if value is None:
        content.pop(path[-1], None)
    else:
        content[path[-1]] = value
