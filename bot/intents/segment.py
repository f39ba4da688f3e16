"""A segment: the documents of one pack in one language, as immutable arrays that many municipalities share.

A document is found by its phrasings one by one (the best of them counts), by all of them together, by its question
and answer as a text, and by how all of it sounds. Each of these is a `Field`.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.intents.field import Field, Floats, Stack, presence, stack, titled, together
from bot.intents.meaning import Sense, Vectors
from bot.intents.model import Document
from bot.intents.normalising import compact
from bot.intents.situations import situation_of
from bot.intents.tokenising import Analysis

TOO_COMMON = 0.05
"""Share of phrasings from which a pair of kana (ヨウ, マス) tells so little that it only costs time."""

REACH = 4
"""The block of `by_word` that synonyms don't reach."""

_KANJI = re.compile(r"[\u4e00-\u9fff]")

Analyse = Callable[[str], Analysis]


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents with their fields.

    `starts` are the numbers of each document's first phrasing; `taught` tells how much it relies on its phrasings:
    0 with the question alone, near 1 with many. `situations` are those each is written for, as a number; `outsiders`
    tells how many documents with a word of `all_words` are not answered here, by its place. `meanings` has a row a
    document, without columns where nothing knows the meaning of its language.
    """

    documents: tuple[Document, ...]
    groups: NDArray[np.str_]
    taught: Floats
    starts: NDArray[np.int64]
    phrasings: Field
    sounds: Field
    all_words: Field
    all_sounds: Field
    texts: Field
    by_word: Stack
    by_sound: Stack
    exact: Mapping[str, tuple[int, ...]]
    words_by_pair: Mapping[str, tuple[str, ...]]
    words_by_sound: Mapping[str, tuple[str, ...]]
    situations: NDArray[np.int64]
    outsiders: array[int]
    meanings: Vectors


def build_segment(
    documents: Sequence[Document],
    analyse: Analyse,
    stopwords: frozenset[str],
    base: Segment | None = None,
    sense: Sense | None = None,
) -> Segment:
    """Builds a segment. Documents without phrasings can't be asked for and are left out.

    `base` are documents that stand beside these: a word's rarity is told over both.
    """
    kept = tuple(d for d in documents if d.phrasings)
    ways = [[_without(analyse(p), stopwords) for p in d.phrasings] for d in kept]
    flat = [way for of_document in ways for way in of_document]
    bodies = [_without(analyse(d.body), stopwords).words for d in kept]
    counts = np.array([len(of_document) for of_document in ways], dtype=np.float64)
    phrasings = presence([w.words for w in flat], base.phrasings if base else None)
    sounds = presence([w.sounds for w in flat], base.sounds if base else None, TOO_COMMON)
    all_words = together([[w.words for w in d] for d in ways], base.all_words if base else None)
    all_sounds = together([[w.sounds for w in d] for d in ways], base.all_sounds if base else None)
    texts = titled([d[0].words for d in ways], bodies, base.texts if base else None)
    return Segment(
        documents=kept,
        groups=np.array([d.group for d in kept], dtype=np.str_),
        taught=1 - 1 / np.maximum(counts, 1),
        starts=np.cumsum([0, *counts])[:-1].astype(np.int64),
        phrasings=phrasings,
        sounds=sounds,
        all_words=all_words,
        all_sounds=all_sounds,
        texts=texts,
        by_word=stack(
            [(phrasings, False), (all_words, False), (all_words, True), (texts, True), (_squared(texts), False)], REACH
        ),
        by_sound=stack([(sounds, False), (all_sounds, False), (all_sounds, True)]),
        exact=_exact(kept),
        words_by_pair=_words_by_pair(phrasings.numbers),
        words_by_sound=_words_by_sound(phrasings.numbers, analyse),
        situations=np.array([situation_of(d.topic).value for d in kept], dtype=np.int64),
        outsiders=_outsiders(all_words, [d.outside for d in kept]),
        meanings=sense.of_documents(kept) if sense else np.zeros((len(kept), 0), dtype=np.float32),
    )


def _without(analysis: Analysis, stopwords: frozenset[str]) -> Analysis:
    return Analysis(tuple(w for w in analysis.words if w not in stopwords), analysis.sounds)


def _squared(field: Field) -> Field:
    """The same field with the square of each word's rarity."""
    return replace(field, idf=field.idf.squared(), rarest=field.rarest**2)


def _exact(documents: Iterable[Document]) -> dict[str, tuple[int, ...]]:
    """Compact phrasing -> the documents that have it."""
    found: dict[str, tuple[int, ...]] = {}
    for number, document in enumerate(documents):
        for text in {compact(p) for p in document.phrasings} - {""}:
            found[text] = (*found.get(text, ()), number)
    return found


def _words_by_pair(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Two neighbouring characters -> the words that have them: what a mistyped word may have been."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) > 1:
            for pair in {word[i : i + 2] for i in range(len(word) - 1)}:
                found[pair].append(word)
    return {pair: tuple(matches) for pair, matches in found.items()}


def _outsiders(field: Field, outside: Sequence[bool]) -> array[int]:
    rows = np.repeat(np.arange(len(field.numbers)), field.numbers.lengths())
    counts = np.bincount(rows, np.array(outside, dtype=np.float64)[field.numbers.numbers], len(field.numbers))
    return array("i", counts.astype(np.int32).tolist())


def _words_by_sound(words: Iterable[str], analyse: Analyse) -> dict[str, tuple[str, ...]]:
    """How a word with kanji sounds -> the words that sound so: what was meant when the wrong ones were chosen."""
    found: dict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) > 1 and _KANJI.search(word):
            found["".join(analyse(word).sounds)].append(word)
    return {sound: tuple(matches) for sound, matches in found.items()}
