"""No pattern of the project takes more than linear time: not exponential on short texts, not quadratic on long ones.

Each pattern is tried with texts made of the characters that it asks for, again and again, and an end that it does not
ask for. What is compared is a pattern with itself on texts of different lengths, so a slow machine changes nothing.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from re import _parser as parser
from types import ModuleType
from typing import Any

import pytest

import admin
import bot
import deploy
import knowledge
from bot.intents import mask

SHORT, LONG = 2_000, 8_000
GROWTH = 9.0
"""Between linear (4) and quadratic (16)."""
UNMEASURABLE = 0.004
"""Seconds; below, the clock says little of growth, and nothing is wrong."""
HOPELESS = 0.5
"""Seconds for thirty characters or two thousand: exponential, or of a high power."""
END = "\x01"


def _modules() -> Iterator[ModuleType]:
    for floor in (knowledge, bot, admin, deploy):
        for found in pkgutil.walk_packages(floor.__path__, f"{floor.__name__}."):
            if "migrations" not in found.name:
                yield importlib.import_module(found.name)


def _inside(value: object, depth: int = 3) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth and isinstance(value, Mapping):
        for part in value.values():
            yield from _inside(part, depth - 1)
    elif depth and isinstance(value, tuple | list | frozenset | set):
        for part in value:
            yield from _inside(part, depth - 1)


def _patterns() -> dict[str, tuple[re.Pattern[str], bool]]:
    """Each pattern of a module, and whether it is only ever tried from the start of a text."""
    found: dict[str, tuple[str, re.Pattern[str], bool]] = {}
    for module in _modules():
        for name, value in vars(module).items():
            for pattern in _inside(value):
                if isinstance(pattern.pattern, str):
                    where = f"{module.__name__}.{name} {pattern.pattern[:30]!r}"
                    found.setdefault(pattern.pattern, (where, pattern, _is_anchored(module, name)))
    return {where: (pattern, anchored) for where, pattern, anchored in found.values()}


def _is_anchored(module: ModuleType, name: str) -> bool:
    uses = set(re.findall(rf"(?<!\w){name}\.(\w+)", inspect.getsource(module)))
    return name.startswith("_") and bool(uses) and uses <= {"match", "fullmatch"}


PATTERNS = _patterns()


def _characters(parsed: Iterable[Any]) -> Iterator[str]:
    """A character for each place of a parsed pattern."""
    for operator, argument in parsed:
        name = str(operator)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "NOT_LITERAL":
            yield "a" if argument != ord("a") else "b"
        elif name == "IN":
            yield _one_of(argument)
        elif name == "ANY":
            yield "x"
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield from _characters(argument[2])
        elif name == "SUBPATTERN":
            yield from _characters(argument[-1])
        elif name in ("ASSERT", "ASSERT_NOT"):
            yield from _characters(argument[1])
        elif name == "ATOMIC_GROUP":
            yield from _characters(argument)
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _characters(branch)


_CATEGORIES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "w"}


def _one_of(choices: list[Any]) -> str:
    if str(choices[0][0]) == "NEGATE":
        return "字"
    operator, argument = choices[0]
    if str(operator) == "RANGE":
        return chr(argument[0])
    return _CATEGORIES.get(str(argument), "w") if str(operator) == "CATEGORY" else chr(argument)


def _pieces(pattern: re.Pattern[str]) -> list[str]:
    """What attacks are made of: single characters, neighbours, and all of them in order."""
    characters = list(dict.fromkeys(_characters(parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG))))[:24]
    pairs = ["".join(pair) for pair in itertools.pairwise(characters)][:8]
    return list(dict.fromkeys([*characters[:10], *pairs, "".join(characters), "1", " ", "あ"]))


def _seconds(pattern: re.Pattern[str], anchored: bool, text: str, tries: int = 1) -> float:
    def once() -> float:
        start = time.perf_counter()
        pattern.match(text)
        pattern.fullmatch(text)
        if not anchored:
            sum(1 for _ in pattern.finditer(text))
        return time.perf_counter() - start

    return min(once() for _ in range(tries))


def _grows_too_fast(pattern: re.Pattern[str], piece: str, anchored: bool = False) -> bool:
    for length in (10, 14, 18, 22, 26, 30, SHORT):
        if _seconds(pattern, anchored, piece * (length // len(piece) + 1) + END) > HOPELESS:
            return True
    short, long = (piece * (length // len(piece) + 1) + END for length in (SHORT, LONG))
    if _seconds(pattern, anchored, long) < UNMEASURABLE:
        return False
    # A busy machine slows one run, but not all of them.
    return all(_seconds(pattern, anchored, long, 3) > GROWTH * _seconds(pattern, anchored, short, 3) for _ in range(4))


def test_the_patterns_are_found() -> None:
    assert len(PATTERNS) > 80


def test_the_check_finds_a_bad_pattern() -> None:
    assert _grows_too_fast(re.compile(r"(?:a+)+$"), "a")
    assert _grows_too_fast(re.compile(r"\s+$"), " ")
    assert not _grows_too_fast(re.compile(r"(?<!\s)\s{1,9}$"), " ")


@pytest.mark.parametrize("where", PATTERNS)
def test_no_pattern_is_slow(where: str) -> None:
    pattern, anchored = PATTERNS[where]
    assert [piece for piece in _pieces(pattern) if _grows_too_fast(pattern, piece, anchored)] == []


@pytest.mark.parametrize("piece", ["1", "1 ", "1、", "0(1)", "a@", "一", "名前は", "1丁目", "1-", "○1", "\u200b"])
def test_masking_takes_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        start = time.perf_counter()
        mask(text)
        return time.perf_counter() - start

    pairs = ((seconds(5 * SHORT), seconds(5 * LONG)) for _ in range(6))
    assert any(long < GROWTH * short for short, long in pairs)
