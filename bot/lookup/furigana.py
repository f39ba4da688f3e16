"""ふりがな: a Japanese text as pieces, each with its reading where it has kanji. Pure; the template makes the `<ruby>`.

SudachiPy knows most readings; `knowledge/dictionary/readings.yaml` corrects it. A reading stands above the kanji
alone: of 申し込み above 申 and 込, not above し and み.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from sudachipy import Dictionary, SplitMode, Tokenizer

from knowledge.dictionary import readings

_KANJI = "々〆ヵヶ一-鿿㐀-䶿"
_HAS_KANJI = re.compile(f"[{_KANJI}]")
_RUNS = re.compile(f"[{_KANJI}]+|[^{_KANJI}]+")
_LEADING_DIGITS = re.compile(r"^[0-9０-９,，.．]+")
_TO_HIRAGANA = {ord("ァ") + i: ord("ぁ") + i for i in range(ord("ヶ") - ord("ァ") + 1)}
_NUMBER = re.compile(r"[0-9]{2,4}-[0-9]{2,4}-[0-9]{2,4}")
_local = threading.local()


class Segment(NamedTuple):
    """A piece of a text and how it is read; no reading where there is nothing to read."""

    text: str
    reading: str = ""

    @property
    def is_number(self) -> bool:
        """Whether this is a telephone number, which no line break may part."""
        return _NUMBER.fullmatch(self.text) is not None


def without_readings(text: str) -> tuple[Segment, ...]:
    """The pieces of `text` without readings: telephone numbers, and what is between them."""
    parts = re.split(f"({_NUMBER.pattern})", text)
    return tuple(Segment(part) for part in parts if part)


@lru_cache(maxsize=20_000)
def with_readings(text: str) -> tuple[Segment, ...]:
    """The pieces of `text`, which joined are `text` again; those with kanji have a reading in hiragana."""
    found: list[Segment] = []
    end = 0
    for match in _corrections().finditer(text):
        found.extend(_read(text[end : match.start()]))
        found.extend(_aligned(match[0], _corrected()[int((match.lastgroup or "r0")[1:])]))
        end = match.end()
    found.extend(_read(text[end:]))
    return tuple(_apart(_joined(found)))


def _read(text: str) -> Iterator[Segment]:
    """The pieces of a text as the dictionary reads them."""
    for morpheme in _tokenizer().tokenize(text) if text else ():
        surface = morpheme.surface()
        if not _HAS_KANJI.search(surface):
            yield Segment(surface)
            continue
        yield from _aligned(surface, morpheme.reading_form().translate(_TO_HIRAGANA))


def _aligned(surface: str, reading: str) -> Iterator[Segment]:
    """A word with its reading on its kanji alone; above all of it where the kana don't fit."""
    digits = _LEADING_DIGITS.match(surface)
    runs = _RUNS.findall(surface)
    pattern = "".join("(.+?)" if _HAS_KANJI.match(run) else re.escape(_hiragana(run)) for run in runs)
    match = re.fullmatch(pattern, reading)
    if match is not None:
        parts = iter(match.groups())
        yield from (Segment(run, next(parts)) if _HAS_KANJI.match(run) else Segment(run) for run in runs)
    elif not reading or not re.fullmatch("[ぁ-ゖー]+", reading):
        yield Segment(surface)
    elif digits is not None and reading.startswith(_OF_NUMBERS):
        yield Segment(surface)  # a number read out loud (いちばん): the figure itself is easier
    else:
        yield Segment(surface, reading)


_OF_NUMBERS = ("いち", "さん", "よん", "ろく", "なな", "はち", "きゅう", "ぜろ")


def _hiragana(text: str) -> str:
    return text.translate(_TO_HIRAGANA)


def _joined(segments: list[Segment]) -> Iterator[Segment]:
    """Neighbouring pieces without a reading as one."""
    plain = ""
    for segment in segments:
        if not segment.reading:
            plain += segment.text
            continue
        if plain:
            yield Segment(plain)
        plain = ""
        yield segment
    if plain:
        yield Segment(plain)


def _apart(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Telephone numbers as pieces of their own."""
    for segment in segments:
        yield from (segment,) if segment.reading else without_readings(segment.text)


@cache
def _corrections() -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<r{n}>{row.expression})" for n, row in enumerate(readings())))


@cache
def _corrected() -> tuple[str, ...]:
    return tuple(row.reading for row in readings())


def _tokenizer() -> Tokenizer:
    """One tokenizer per thread: SudachiPy's are not safe to share."""
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = _dictionary().tokenizer(mode=SplitMode.C)
    tokenizer: Tokenizer = _local.tokenizer
    return tokenizer


@cache
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")
