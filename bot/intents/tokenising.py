"""Words of a Japanese text: SudachiPy mode A, normalized form, content words.

Mode A beats B and C by five and ten points of Hit@1 on 587 real municipal queries.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache

from sudachipy import Dictionary, SplitMode, Tokenizer

from bot.intents.normalising import normalise
from bot.intents.readings import pairs

_CONTENT = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞", "代名詞"})
_NOT_CONTENT = frozenset({"非自立可能", "助動詞語幹"})
_KEPT_VERBS = frozenset({"無い", "要る", "出来る", "来る", "行く", "貰う", "見る"})
"""Verbs that the dictionary marks as possibly auxiliary but that carry meaning in questions to a city hall."""

_SILENT = frozenset({"補助記号", "空白", "記号"})

_local = threading.local()


def _tokenizer() -> Tokenizer:
    """One tokenizer per thread: SudachiPy's are not safe to share."""
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = _dictionary().tokenizer(mode=SplitMode.A)
    tokenizer: Tokenizer = _local.tokenizer
    return tokenizer


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")


class _Says(Enum):
    """What a morpheme adds to an analysis: nothing, its sound, its word too, or that only where it carries meaning."""

    NOTHING = auto()
    SOUND = auto()
    PERHAPS = auto()
    WORD = auto()


@dataclass(frozen=True, slots=True)
class Analysis:
    """A text taken apart: its content words in order, and how all of it sounds, as pairs of kana. `readings` lie
    beside the words; of stored texts they are not kept."""

    words: tuple[str, ...]
    sounds: tuple[str, ...]
    readings: tuple[str, ...] = ()


def analyse(text: str) -> Analysis:
    """The content words and the sound of a text."""
    words, readings, of_words = [], [], []
    for morpheme in _tokenizer().tokenize(normalise(text)):
        says = _says(morpheme.part_of_speech_id())
        if says is _Says.NOTHING:
            continue
        readings.append(morpheme.reading_form() or morpheme.surface())
        if says is _Says.SOUND:
            continue
        form = morpheme.normalized_form().casefold()
        if says is _Says.WORD or form in _KEPT_VERBS:
            words.append(form)
            of_words.append(readings[-1])
    return Analysis(tuple(words), pairs(readings), tuple(of_words))


@cache
def _says(part_of_speech: int) -> _Says:
    """What morphemes of a part of speech, by its number in the dictionary, say."""
    part = _dictionary().pos_of(part_of_speech)
    if part is None or part[0] in _SILENT:
        return _Says.NOTHING
    if part[0] not in _CONTENT:
        return _Says.SOUND
    return _Says.PERHAPS if part[1] in _NOT_CONTENT else _Says.WORD


@lru_cache(maxsize=200_000)
def analyse_stored(text: str) -> Analysis:
    """The analysis of a stored text. Kept: a release changes a few texts, and the index needs them all."""
    analysis = analyse(text)
    # The same few thousand words and pairs of kana stand in all texts: keep each string once.
    return Analysis(tuple(map(sys.intern, analysis.words)), tuple(map(sys.intern, analysis.sounds)))
