"""Fields: postings of texts, the one structure that everything is searched by; and stacks of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from bot.intents.postings import Frequencies, Postings, Texts, by_word, read

SATURATION = 1.5
"""A word that many phrasings of an entry have counts more than one that a single phrasing has, but not much."""
K1 = 3.0
B = 0.75
TITLE = 4.0
"""BM25F (Robertson, Zaragoza, Taylor 2004): a word in the question counts four times one in the answer.

Tried on 303 real municipal queries against titles and answers: .446 right at first, .644 among three; a sum of two
BM25 scores .432 and .614.
"""

MOST_WORK = 400_000
"""Postings that a search goes through at most, the rarest words first: what a word tells that stands in so many texts
is not worth the wait. The five packs never come near it."""

FEW = 200
"""A word that no more texts than this have is never too common."""

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]
Weigh = Callable[[Weights, Weights], Weights]


@dataclass(frozen=True, slots=True, eq=False)
class Told(Mapping[str, float]):
    """How rare words are: those told anew `here`, over those `below`, which everything that stands above shares.

    A city has a few hundred words of its own and the common pack's thousands: copying these was most of its index.
    """

    here: Mapping[str, float]
    below: Mapping[str, float]

    def __getitem__(self, word: str) -> float:
        found = self.here.get(word)
        return self.below[word] if found is None else found

    def __iter__(self) -> Iterator[str]:
        yield from self.below
        yield from (word for word in self.here if word not in self.below)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def squared(self) -> Told:
        """The square of each."""
        return Told({word: idf**2 for word, idf in self.here.items()}, Squares(self.below))


@dataclass(frozen=True, slots=True, eq=False)
class Squares(Mapping[str, float]):
    """The squares of what others share."""

    of: Mapping[str, float]

    def __getitem__(self, word: str) -> float:
        return self.of[word] ** 2

    def __iter__(self) -> Iterator[str]:
        return iter(self.of)

    def __len__(self) -> int:
        return len(self.of)


@dataclass(frozen=True, slots=True)
class Field:
    """Which text has which words, and how much each weighs there: `weights` lie beside the postings' numbers.

    `idf` is ln(1 + (N − n + .5) / (n + .5)), Robertson and Spärck Jones' weight as Lucene writes it; `mass` is the sum
    of it over a text's words.
    """

    numbers: Postings
    weights: Weights
    idf: Told
    rarest: float
    mass: Weights

    def weight_of(self, words: Iterable[str]) -> float:
        """The summed idf of these words; unknown ones count as the rarest there could be."""
        return sum(self.idf.get(word, self.rarest) for word in words)

    def rarities(self) -> Weights:
        """The idf of each posting's word."""
        return np.repeat(_idf_of(self.numbers, self.idf).astype(np.float32), self.numbers.lengths())


@dataclass(frozen=True, slots=True)
class Stack:
    """Fields that are searched together, laid one behind the other so that a question costs one pass.

    Each block is a field with or without its weights. `worths` lie beside the numbers. `idf` has one column a block, a
    row for each word that was told here, and a last one for words that nobody has; `below` has those that are shared.
    From the number `literal` on, texts are found by the words of the question only, not by others that mean the same.
    """

    numbers: Postings
    worths: Weights
    idf: Floats
    ends: tuple[int, ...]
    literal: int
    below: tuple[Mapping[str, float], ...]

    def search(self, words: Mapping[str, float]) -> tuple[list[float], list[Weights]]:
        """For each block, how much all of the question weighs there (idf; 1 where it has no word, so that it can
        divide), and for each of its texts how much of it that has. Words that weigh less than 1 only mean the same."""
        rows = [self.numbers.rows.get(word, -1) for word in words]
        own = [(word, row) for (word, weight), row in zip(words.items(), rows, strict=True) if weight == 1]
        return self._asked(own), self._scores(
            [(row, weight) for row, weight in zip(rows, words.values(), strict=True) if row >= 0]
        )

    def _asked(self, words: Sequence[tuple[str, int]]) -> list[float]:
        if not words:
            return [1.0] * len(self.ends)
        found = self.idf[[row for _, row in words]]
        for at, (word, row) in enumerate(words):
            if row < 0:
                found[at] = [idf.get(word, rarest) for idf, rarest in zip(self.below, found[at].tolist(), strict=True)]
        return [total or 1.0 for total in np.add.reduce(found).tolist()]

    def _scores(self, words: Sequence[tuple[int, float]]) -> list[Weights]:
        total = np.zeros(self.ends[-1], dtype=np.float32)
        if words:
            found = self.numbers.rarest(words, MOST_WORK)
            places = [self._place(row, weight) for row, weight in found]
            worths = [self.worths[place] for place in places]
            for at, (_, weight) in enumerate(found):
                if weight != 1:
                    worths[at] = worths[at] * np.float32(weight)
            # A third of the time of np.bincount with many texts. Quick only when all is of the total's own type.
            np.add.at(total, np.concatenate([self.numbers.numbers[place] for place in places]), np.concatenate(worths))
        return [total[start:end] for start, end in zip((0, *self.ends), self.ends, strict=False)]

    def _place(self, row: int, weight: float) -> slice:
        """Where a word's numbers stand; of one that only means the same, those it may reach."""
        place = slice(self.numbers.ends[row], self.numbers.ends[row + 1])
        if weight == 1:
            return place
        return slice(place.start, place.start + int(self.numbers.numbers[place].searchsorted(self.literal)))


def stack(blocks: Sequence[tuple[Field, bool]], literal: int | None = None) -> Stack:
    """Lays fields behind each other; True takes a field with its weights. `literal` is the first of the blocks that
    are searched by the question's own words only."""
    ends = tuple(np.cumsum([len(field.mass) for field, _ in blocks]).tolist())
    words = {word: row for row, word in enumerate(dict.fromkeys(w for field, _ in blocks for w in field.idf.here))}
    ids = [_ids(field.numbers, words) for field, _ in blocks]
    numbers = [f.numbers.numbers + np.int32(start) for (f, _), start in zip(blocks, (0, *ends), strict=False)]
    worths = [field.weights if weighted else field.rarities() for field, weighted in blocks]
    postings, beside = by_word(words, np.concatenate(ids), np.concatenate(numbers), np.concatenate(worths))
    idf = [[*(field.idf.get(word, field.rarest) for word in words), field.rarest] for field, _ in blocks]
    first = (0, *ends)[len(blocks) if literal is None else literal]
    return Stack(postings, beside, np.array(idf).T.copy(), ends, first, tuple(field.idf.below for field, _ in blocks))


def _ids(postings: Postings, words: Mapping[str, int]) -> NDArray[np.int32]:
    """The number of each posting's word, as `words` counts them."""
    return np.repeat(np.array([words[word] for word in postings], dtype=np.int32), postings.lengths())


def presence(texts: Iterable[Sequence[str]], base: Field | None, most: float = 1.0) -> Field:
    """A field that only knows which text has which words. Words that more than the share `most` have are left out."""
    return _field(
        (dict.fromkeys(words, 1.0) for words in texts), lambda frequencies, _: frequencies[:0].copy(), base, most
    )


def together(groups: Iterable[Iterable[Sequence[str]]], base: Field | None) -> Field:
    """A field of groups of texts: how many of a group's texts have a word."""
    return _field((Counter(w for words in group for w in set(words)) for group in groups), _saturated, base)


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


def _saturated(frequencies: Weights, idf: Weights) -> Weights:
    return idf * frequencies / (frequencies + SATURATION)


def _bm25(frequencies: Weights, idf: Weights) -> Weights:
    return idf * frequencies * (K1 + 1) / (frequencies + K1)


def _field(texts: Iterable[Frequencies], weigh: Weigh, base: Field | None, most: float = 1.0) -> Field:
    found = read(texts)
    idf = _rarity(found, base, max(most * found.size, FEW))
    rarity = _idf_of(found.words, idf.here)
    mass = np.bincount(found.numbers, rarity[found.ids], found.size).astype(np.float32)
    kept = rarity > 0
    here = kept[found.ids]
    places = (np.cumsum(kept) - 1).astype(np.int32)
    words = [word for word in found.words if idf.here[word] > 0]
    numbers, frequencies = by_word(words, places[found.ids[here]], found.numbers[here], found.frequencies[here])
    weights = weigh(frequencies, np.repeat(rarity[kept].astype(np.float32), numbers.lengths()))
    return Field(numbers, weights, idf, _inverse(0, _size(found, base)), mass)


def _rarity(found: Texts, base: Field | None, most: float) -> Told:
    """The idf of each word, here and in the base; 0 for those that more than `most` texts have."""
    idf: dict[str, float] = {}
    shared: Mapping[str, float] = (base.idf if base.idf.below else base.idf.here) if base else {}
    size = _size(found, base)
    counts = np.bincount(found.ids, minlength=len(found.words)).tolist()
    for word, known in zip(found.words, counts, strict=True):
        if known > most or shared.get(word) == 0:
            idf[word] = 0.0
        else:
            below = len(base.numbers[word]) if base and word in base.numbers else 0
            idf[word] = _inverse(known + below, size)
    return Told(idf, shared)


def _size(found: Texts, base: Field | None) -> int:
    return found.size + (len(base.mass) if base else 0)


def _inverse(known: int, size: int) -> float:
    return log(1 + (size - known + 0.5) / (known + 0.5))


def _idf_of(words: Iterable[str], idf: Mapping[str, float]) -> Floats:
    return np.array([idf[word] for word in words], dtype=np.float64)
