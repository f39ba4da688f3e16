"""Postings: which word stands in which texts. One long array, not one for each word.

An array object weighs more than the few numbers that most words have, and half a million texts have ten million of
them: laid end to end they are made by one sort and cost four bytes each.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

Frequencies = Mapping[str, float]
Numbers = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Postings(Mapping[str, Numbers]):
    """Word -> numbers of the texts that have it, ascending.

    `rows` gives a word's place, `ends` where each place begins and the one before it ends; it is no array of numpy's,
    which takes longer to give single numbers.
    """

    rows: Mapping[str, int]
    ends: array[int]
    numbers: Numbers

    def __getitem__(self, word: str) -> Numbers:
        return self.numbers[self.place(word)]

    def __contains__(self, word: object) -> bool:
        return word in self.rows

    def __iter__(self) -> Iterator[str]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def place(self, word: str) -> slice:
        """Where the word's numbers stand, and whatever is laid out beside them. Raises KeyError."""
        row = self.rows[word]
        return slice(self.ends[row], self.ends[row + 1])

    def rarest(self, words: Sequence[tuple[int, float]], most: int) -> Sequence[tuple[int, float]]:
        """Of words, given by their place and anything, those that fewest texts have: as many as have no more than
        `most` numbers together, and one at least."""
        ends = self.ends
        left = most - sum([ends[row + 1] - ends[row] for row, _ in words])
        if left >= 0:
            return words
        kept = sorted(words, key=lambda word: (ends[word[0] + 1] - ends[word[0]], word))
        while left < 0 and len(kept) > 1:
            row, _ = kept.pop()
            left += ends[row + 1] - ends[row]
        return kept

    def lengths(self) -> NDArray[np.int64]:
        """How many texts have each word, by place."""
        return np.diff(np.asarray(self.ends))


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts taken apart: each word of each text with its frequency there, in the texts' order."""

    words: Mapping[str, int]
    ids: NDArray[np.int32]
    numbers: Numbers
    frequencies: NDArray[np.float32]
    size: int


def read(texts: Iterable[Frequencies]) -> Texts:
    """Numbers the words as they come."""
    words: defaultdict[str, int] = defaultdict(count().__next__)
    ids, frequencies, lengths = array("i"), array("f"), array("i")
    for text in texts:
        ids.extend(map(words.__getitem__, text))
        frequencies.extend(text.values())
        lengths.append(len(text))
    numbers = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    return Texts(dict(words), np.asarray(ids), numbers, np.asarray(frequencies), len(lengths))


def by_word(
    words: Iterable[str], ids: NDArray[np.int32], numbers: Numbers, values: NDArray[np.float32]
) -> tuple[Postings, NDArray[np.float32]]:
    """Lays out numbers, and the values that belong to them, by the place of a word in `words`; else in their order."""
    rows = {word: row for row, word in enumerate(words)}
    order = np.argsort(ids, kind="stable")
    ends = np.cumsum(np.bincount(ids, minlength=len(rows)))
    return Postings(rows, array("q", (0, *ends.tolist())), numbers[order]), values[order]
