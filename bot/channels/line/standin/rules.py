"""Rules for JSON values, put together into LINE's contract. A rule yields what is wrong, with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that LINE would refuse; the shape of `details` in its answers."""

    message: str
    property: str


Rule = Callable[[object, str], Iterator[Violation]]


def units(value: str) -> int:
    """Length in UTF-16 code units, which is how LINE counts."""
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def text(limit: int, *, least: int = 1, pattern: str | None = None) -> Rule:
    """A string of `least` to `limit` UTF-16 units."""

    def check(value: object, place: str) -> Iterator[Violation]:
        if not isinstance(value, str):
            yield Violation("must be a string", place)
        elif not least <= units(value) <= limit:
            yield Violation(f"Length must be between {least} and {limit}", place)
        elif any("\ud800" <= c <= "\udfff" for c in value):
            yield Violation("must be valid Unicode", place)
        elif pattern and not re.fullmatch(pattern, value):
            yield Violation("invalid format", place)

    return check


def number(least: float, most: float, *, whole: bool = True) -> Rule:
    """A number within bounds."""

    def check(value: object, place: str) -> Iterator[Violation]:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            yield Violation("must be a number", place)
        elif not least <= value <= most:
            yield Violation(f"must be between {least:g} and {most:g}", place)

    return check


def one_of(*values: object) -> Rule:
    """One of the listed values."""

    def check(value: object, place: str) -> Iterator[Violation]:
        if value not in values or isinstance(value, bool) != isinstance(values[0], bool):
            yield Violation("invalid property value", place)

    return check


BOOLEAN = one_of(True, False)


def address(*schemes: str, limit: int = 2000) -> Rule:
    """A URI with one of the schemes, percent-encoded; a web address names its host."""

    def check(value: object, place: str) -> Iterator[Violation]:
        if not isinstance(value, str) or not 1 <= units(value) <= limit:
            yield Violation(f"Length must be between 1 and {limit}", place)
        elif not _is_address(value, schemes):
            yield Violation("invalid uri", place)

    return check


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    whole = bool(parts.hostname) if parts.scheme in ("http", "https") else len(value) > len(parts.scheme) + 1
    return parts.scheme in schemes and whole and re.fullmatch(r"[!-~]+", value) is not None


def listing(rule: Rule, least: int, most: int) -> Rule:
    """An array of `least` to `most` items."""

    def check(value: object, place: str) -> Iterator[Violation]:
        if not isinstance(value, list):
            yield Violation("must be an array", place)
            return
        if not least <= len(value) <= most:
            yield Violation(f"Size must be between {least} and {most}", place)
        for number_, item in enumerate(value):
            yield from rule(item, f"{place}[{number_}]")

    return check


def record(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with exactly these properties."""
    optional = optional or {}

    def check(value: object, place: str) -> Iterator[Violation]:
        if not isinstance(value, dict):
            yield Violation("must be an object", place)
            return
        for name in required:
            if name not in value:
                yield Violation("must be specified", f"{place}.{name}".lstrip("."))
        for name, item in value.items():
            rule = required.get(name) or optional.get(name)
            inner = f"{place}.{name}".lstrip(".")
            if rule is None:
                yield Violation("unknown property", inner)
            else:
                yield from rule(item, inner)

    return check


def by_type(kinds: Mapping[str, Rule], name: str = "type") -> Rule:
    """An object whose `type` says which rule it has to keep."""

    def check(value: object, place: str) -> Iterator[Violation]:
        kind = value.get(name) if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in kinds:
            yield Violation("unknown type", f"{place}.{name}".lstrip("."))
            return
        yield from kinds[kind](value, place)

    return check


def both(*rules: Rule) -> Rule:
    """Several rules at once."""

    def check(value: object, place: str) -> Iterator[Violation]:
        for rule in rules:
            yield from rule(value, place)

    return check


def later(rule: Callable[[], Rule]) -> Rule:
    """A rule that is looked up when it is needed, for things that contain their own kind."""

    def check(value: object, place: str) -> Iterator[Violation]:
        yield from rule()(value, place)

    return check
