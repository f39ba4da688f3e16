"""A field: postings of texts, the one structure that everything is searched by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

SATURATION = 1.5
"""A word that many phrasings of an entry have counts more than one that a single phrasing has, but not much."""
K1 = 3.0
B = 0.75
TITLE = 4.0
"""BM25F (Robertson, Zaragoza, Taylor 2004): a word in the question counts four times one in the answer.

Tried on 303 real municipal queries against titles and answers: .446 right at first, .644 among three; a sum of two
BM25 scores .432 and .614.
"""

Floats = NDArray[np.float64]
Frequencies = Mapping[str, float]
Weigh = Callable[[NDArray[np.float32], float], NDArray[np.float32]]
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


def presence(texts: Iterable[Sequence[str]], base: Field | None) -> Field:
    """A field that only knows which text has which words."""
    return _field([dict.fromkeys(words, 1.0) for words in texts], lambda frequency, _: frequency[:0], base)


def together(groups: Iterable[Iterable[Sequence[str]]], base: Field | None) -> Field:
    """A field of groups of texts: how many of a group's texts have a word."""
    return _field([Counter(w for words in group for w in set(words)) for group in groups], _saturated, base)


def titled(titles: Sequence[Sequence[str]], bodies: Sequence[Sequence[str]], base: Field | None) -> Field:
    """A field of titles with bodies, weighed by BM25F."""
    title_length, body_length = _mean_length(titles), _mean_length(bodies)
    texts: list[Frequencies] = []
    for title, body in zip(titles, bodies, strict=True):
        frequency: dict[str, float] = defaultdict(float)
        for word in title:
            frequency[word] += TITLE / (1 - B + B * len(title) / title_length)
        for word in body:
            frequency[word] += 1 / (1 - B + B * len(body) / body_length)
        texts.append(frequency)
    return _field(texts, _bm25, base)


def _mean_length(texts: Sequence[Sequence[str]]) -> float:
    return sum(map(len, texts)) / max(len(texts), 1) or 1.0


def _saturated(frequency: NDArray[np.float32], idf: float) -> NDArray[np.float32]:
    return (idf * frequency / (frequency + SATURATION)).astype(np.float32)


def _bm25(frequency: NDArray[np.float32], idf: float) -> NDArray[np.float32]:
    return (idf * frequency * (K1 + 1) / (frequency + K1)).astype(np.float32)


def _field(texts: Sequence[Frequencies], weigh: Weigh, base: Field | None) -> Field:
    occurrences: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, frequencies in enumerate(texts):
        for word, frequency in frequencies.items():
            occurrences[word].append((number, frequency))
    size = len(texts) + (base.size if base else 0)
    numbers, weights = {}, {}
    idf = dict(base.idf) if base else {}
    for word, found in occurrences.items():
        numbers[word] = np.array([number for number, _ in found], dtype=np.int32)
        known = len(found) + (len(base.numbers.get(word, _NO_NUMBERS)) if base else 0)
        idf[word] = log(1 + (size - known + 0.5) / (known + 0.5))
        weights[word] = weigh(np.array([frequency for _, frequency in found], dtype=np.float32), idf[word])
    mass = np.array([sum(idf[word] for word in words) for words in texts], dtype=np.float64)
    return Field(numbers, weights, idf, log(1 + (size + 0.5) / 0.5), mass)
