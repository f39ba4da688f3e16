"""Fields: postings of texts, the one structure that everything is searched by; and stacks of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

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

FEW = 200
"""A word that no more texts than this have is never too common."""

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

    def weight_of(self, words: Iterable[str]) -> float:
        """The summed idf of these words; unknown ones count as the rarest there could be."""
        return sum(self.idf.get(word, self.rarest) for word in words)

    def worth(self, word: str, weighted: bool) -> NDArray[np.float32]:
        """What a word adds to each text that has it: its weight there, or just its idf."""
        return self.weights[word] if weighted else np.full(len(self.numbers[word]), self.idf[word], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Stack:
    """Fields that are searched together, laid one behind the other so that a question costs one pass.

    Each block is a field with or without its weights; `idf` has one column a block.
    """

    numbers: Mapping[str, NDArray[np.int32]]
    worths: Mapping[str, NDArray[np.float32]]
    idf: Mapping[str, Floats]
    rarest: Floats
    ends: tuple[int, ...]

    def scores(self, words: Mapping[str, float]) -> list[Floats]:
        """For each block, for each of its texts, the sum over the (weighted) words it has."""
        found = [(word, weight) for word, weight in words.items() if word in self.numbers]
        numbers = np.concatenate([self.numbers[word] for word, _ in found] or [_NO_NUMBERS])
        worths = [self.worths[w] if weight == 1 else self.worths[w] * np.float32(weight) for w, weight in found]
        total = np.bincount(numbers, np.concatenate(worths or [_NO_WEIGHTS]), self.ends[-1]).astype(float, copy=False)
        return [total[start:end] for start, end in zip((0, *self.ends), self.ends, strict=False)]

    def weight_of(self, words: Iterable[str]) -> list[float]:
        """For each block the summed idf of these words; 1 where there are none, so that it can divide."""
        rows = [self.idf.get(word, self.rarest) for word in words]
        return [total or 1.0 for total in np.add.reduce(rows).tolist()] if rows else [1.0] * len(self.ends)


def stack(blocks: Sequence[tuple[Field, bool]]) -> Stack:
    """Lays fields behind each other; True takes a field with its weights."""
    ends = tuple(np.cumsum([len(field.mass) for field, _ in blocks]).tolist())
    numbers: dict[str, list[NDArray[np.int32]]] = defaultdict(list)
    worths: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    for (field, weighted), start in zip(blocks, (0, *ends), strict=False):
        for word, found in field.numbers.items():
            numbers[word].append(found + np.int32(start))
            worths[word].append(field.worth(word, weighted))
    known = {word for field, _ in blocks for word in field.idf}
    return Stack(
        numbers={word: np.concatenate(found) for word, found in numbers.items()},
        worths={word: np.concatenate(found) for word, found in worths.items()},
        idf={word: np.array([f.idf.get(word, f.rarest) for f, _ in blocks]) for word in known},
        rarest=np.array([field.rarest for field, _ in blocks]),
        ends=ends,
    )


def presence(texts: Iterable[Sequence[str]], base: Field | None, most: float = 1.0) -> Field:
    """A field that only knows which text has which words. Words that more than the share `most` have are left out."""
    return _field([dict.fromkeys(words, 1.0) for words in texts], lambda frequency, _: frequency[:0], base, most)


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


def _field(texts: Sequence[Frequencies], weigh: Weigh, base: Field | None, most: float = 1.0) -> Field:
    occurrences: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, frequencies in enumerate(texts):
        for word, frequency in frequencies.items():
            occurrences[word].append((number, frequency))
    size = len(texts) + (len(base.mass) if base else 0)
    numbers, weights = {}, {}
    idf = dict(base.idf) if base else {}
    for word, found in occurrences.items():
        known = len(found) + (len(base.numbers.get(word, _NO_NUMBERS)) if base else 0)
        if len(found) > max(most * len(texts), FEW) or idf.get(word) == 0:
            idf[word] = 0.0
            continue
        numbers[word] = np.array([number for number, _ in found], dtype=np.int32)
        idf[word] = log(1 + (size - known + 0.5) / (known + 0.5))
        weights[word] = weigh(np.array([frequency for _, frequency in found], dtype=np.float32), idf[word])
    mass = np.array([sum(idf[word] for word in words) for words in texts], dtype=np.float64)
    return Field(numbers, weights, idf, log(1 + (size + 0.5) / 0.5), mass)
