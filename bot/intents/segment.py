"""A segment: the documents of one pack in one language, as immutable arrays that many municipalities share.

A document is found by its phrasings one by one (the best of them counts), by all of them together, by the words of
its answer, and by how all of it sounds. Each of these is a `Field`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.intents.model import Document
from bot.intents.normalising import compact
from bot.intents.tokenising import Analysis

SATURATION = 1.5
"""A word that many phrasings of an entry have counts more than one that a single phrasing has, but not much."""
K1 = 1.2
B = 0.75
"""BM25's usual constants, for answers; results hardly depend on them."""

Analyse = Callable[[str], Analysis]
Floats = NDArray[np.float64]
_NO_NUMBERS = np.zeros(0, dtype=np.int32)
_NO_WEIGHTS = np.zeros(0, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Field:
    """Postings of texts: word -> numbers of the texts that have it, and how much it weighs in each.

    `idf` is ln(1 + (N − n + .5) / (n + .5)), Robertson and Spärck Jones' weight as Lucene writes it; `mass` is the sum
    of it over a text's words.
    """

    numbers: Mapping[str, NDArray[np.int32]]
    weights: Mapping[str, NDArray[np.float32]]
    idf: Mapping[str, float]
    rarest: float
    mass: Floats

    @property
    def size(self) -> int:
        """How many texts."""
        return len(self.mass)

    def weight_of(self, words: Iterable[str]) -> float:
        """The summed idf of these words; unknown ones count as the rarest there could be."""
        return sum(self.idf.get(word, self.rarest) for word in words)

    def matched(self, words: Mapping[str, float]) -> Floats:
        """For each text the summed idf of the (weighted) words it has."""
        return self._matched(*self._found(words))

    def weighted(self, words: Mapping[str, float]) -> Floats:
        """As `matched`, each word by its weight in the text."""
        return self._weighted(*self._found(words))

    def both(self, words: Mapping[str, float]) -> tuple[Floats, Floats]:
        """`matched` and `weighted` in one go."""
        found, numbers = self._found(words)
        return self._matched(found, numbers), self._weighted(found, numbers)

    def _found(self, words: Mapping[str, float]) -> tuple[list[tuple[str, float]], NDArray[np.int32]]:
        found = [(word, weight) for word, weight in words.items() if word in self.numbers]
        return found, np.concatenate([self.numbers[word] for word, _ in found] or [_NO_NUMBERS])

    def _matched(self, found: Sequence[tuple[str, float]], numbers: NDArray[np.int32]) -> Floats:
        worth = np.array([self.idf[word] * weight for word, weight in found])
        return self._summed(numbers, worth.repeat([len(self.numbers[word]) for word, _ in found]))

    def _weighted(self, found: Sequence[tuple[str, float]], numbers: NDArray[np.int32]) -> Floats:
        worth = [self.weights[w] if weight == 1 else self.weights[w] * np.float32(weight) for w, weight in found]
        return self._summed(numbers, np.concatenate(worth or [_NO_WEIGHTS]))

    def _summed(self, numbers: NDArray[np.int32], worth: NDArray[np.floating[Any]]) -> Floats:
        return np.bincount(numbers, worth, self.size).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents with their fields. `starts` are the numbers of each document's first phrasing."""

    documents: tuple[Document, ...]
    groups: NDArray[np.str_]
    starts: NDArray[np.int64]
    phrasings: Field
    sounds: Field
    all_words: Field
    all_sounds: Field
    bodies: Field
    exact: Mapping[str, tuple[int, ...]]
    words_by_pair: Mapping[str, tuple[str, ...]]


def build_segment(
    documents: Sequence[Document], analyse: Analyse, stopwords: frozenset[str], base: Segment | None = None
) -> Segment:
    """Builds a segment. Documents without phrasings can't be asked for and are left out.

    `base` are documents that stand beside these: a word's rarity is told over both.
    """
    kept = tuple(d for d in documents if d.phrasings)
    ways = [[_without(analyse(p), stopwords) for p in d.phrasings] for d in kept]
    flat = [way for of_document in ways for way in of_document]
    phrasings = _field([w.words for w in flat], _no_weights, base.phrasings if base else None)
    return Segment(
        documents=kept,
        groups=np.array([d.group for d in kept], dtype=np.str_),
        starts=np.cumsum([0, *(len(of_document) for of_document in ways)])[:-1],
        phrasings=phrasings,
        sounds=_field([w.sounds for w in flat], _no_weights, base.sounds if base else None),
        all_words=_field([_union(w.words for w in d) for d in ways], _saturated, base.all_words if base else None),
        all_sounds=_field([_union(w.sounds for w in d) for d in ways], _saturated, base.all_sounds if base else None),
        bodies=_field([_without(analyse(d.body), stopwords).words for d in kept], _bm25, base.bodies if base else None),
        exact=_exact(kept),
        words_by_pair=_words_by_pair(phrasings.numbers),
    )


def _without(analysis: Analysis, stopwords: frozenset[str]) -> Analysis:
    return Analysis(tuple(w for w in analysis.words if w not in stopwords), analysis.sounds)


def _union(texts: Iterable[Sequence[str]]) -> list[str]:
    """Each word once per phrasing that has it."""
    return [word for text in texts for word in set(text)]


Weigh = Callable[[NDArray[np.float32], NDArray[np.float32], float], NDArray[np.float32]]


def _no_weights(counts: NDArray[np.float32], _: NDArray[np.float32], __: float) -> NDArray[np.float32]:
    return counts[:0]


def _saturated(counts: NDArray[np.float32], _: NDArray[np.float32], idf: float) -> NDArray[np.float32]:
    return (idf * counts / (counts + SATURATION)).astype(np.float32)


def _bm25(counts: NDArray[np.float32], lengths: NDArray[np.float32], idf: float) -> NDArray[np.float32]:
    return (idf * counts * (K1 + 1) / (counts + K1 * (1 - B + B * lengths))).astype(np.float32)


def _field(texts: Sequence[Sequence[str]], weigh: Weigh, base: Field | None) -> Field:
    occurrences: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, words in enumerate(texts):
        for word, count in Counter(words).items():
            occurrences[word].append((number, count))
    size = len(texts) + (base.size if base else 0)
    lengths = np.array([len(words) for words in texts], dtype=np.float32)
    lengths /= max(float(lengths.mean()) if len(texts) else 1.0, 1e-9)
    numbers, weights = {}, {}
    idf = dict(base.idf) if base else {}
    for word, found in occurrences.items():
        numbers[word] = np.array([number for number, _ in found], dtype=np.int32)
        known = len(found) + (len(base.numbers.get(word, _NO_NUMBERS)) if base else 0)
        idf[word] = log(1 + (size - known + 0.5) / (known + 0.5))
        counts = np.array([count for _, count in found], dtype=np.float32)
        weights[word] = weigh(counts, lengths[numbers[word]], idf[word])
    mass = np.array([sum(idf[word] for word in dict.fromkeys(words)) for words in texts], dtype=np.float64)
    return Field(numbers, weights, idf, log(1 + (size + 0.5) / 0.5), mass)


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
