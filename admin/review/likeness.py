"""Whether two questions ask the same: by their words, by how they sound, and by the entry that is nearest. Pure.

Questions are put together one after another, each to the likest group there is (leader clustering): the same input
gives the same groups. Only texts that sound alike are compared word by word, so that thousands take seconds.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.intents import PreparedLexicon
from bot.intents.foreign import analyse_foreign
from bot.intents.readings import pairs
from bot.intents.tokenising import Analysis

LIKE_IN_WORDS = 0.88
LIKE_IN_SOUND = 0.85
SAME_ENTRY_WORDS = 0.5
SAME_ENTRY_SOUND = 0.55
"""How alike two wordings must be for which the recogniser found the same entry."""
LEAST_SOUND = 0.7
"""Below this two texts are never alike, unless their words are the same."""
SWAPPED_SOUND = 0.5
"""How alike the words must sound that stand in one text in place of others: プール for 図書館 asks something else,
とうろく for 登録 does not."""
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
"""ゴミ and ごみ are one word."""
SPELLED_SOUND = 0.8
"""From here on it is the same word in another spelling: 無くす for なくす."""
LEADERS = 5
"""Wordings of a group that others are compared with: more would let chains grow."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A wording taken apart: its words, how it sounds, and how each word does. `nearest` is the entry that the
    recogniser found likeliest."""

    language: str
    words: frozenset[str]
    sounds: frozenset[str]
    nearest: str | None = None
    heard: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)


def taken_apart(text: str, language: str, lexicon: PreparedLexicon, nearest: str | None = None) -> Asked:
    """The words (those of one meaning as one, without words that say nothing) and the sounds of a text."""
    analysis = lexicon.analyse_once(text) if language == "ja" else analyse_foreign(text, language)
    heard = dict(_meant(analysis, lexicon))
    return Asked(language, frozenset(heard), frozenset(analysis.sounds), nearest, heard)


def _meant(analysis: Analysis, lexicon: PreparedLexicon) -> Iterator[tuple[str, frozenset[str]]]:
    """Each word with its sound; foreign words sound as they are spelled."""
    words, readings, position = analysis.words, analysis.readings or analysis.words, 0
    while position < len(words):
        silent = words[position] in lexicon.stopwords
        word, length = ("", 1) if silent else _same_meaning(words, position, lexicon)
        sound = pairs(readings[position : position + length])
        position += length
        if word:
            yield word.translate(_HIRAGANA), frozenset(sound or (word,))


def _same_meaning(words: Sequence[str], position: int, lexicon: PreparedLexicon) -> tuple[str, int]:
    """One name for all spellings of a group of synonyms, and how many words it covers; the longest spelling wins."""
    rows = lexicon.synonyms.get(words[position], ())
    fitting = [row for row in rows if tuple(words[position : position + len(row[0])]) == row[0]]
    if not fitting:
        return words[position], 1
    spelled, others = max(fitting, key=lambda row: (len(row[0]), row))
    return "+".join(sorted({*spelled, *others})), len(spelled)


def likeness(one: Asked, other: Asked) -> float:
    """How alike two wordings are (0–1); 0 when they don't ask the same."""
    if one.language != other.language:
        return 0.0
    words, sounds = _dice(one.words, other.words), _dice(one.sounds, other.sounds)
    swapped = _swapped(one, other)
    if words == 1 or (swapped >= SPELLED_SOUND and words > 0):
        return (1 + sounds) / 2
    near = one.nearest is not None and one.nearest == other.nearest
    least = (SAME_ENTRY_WORDS, SAME_ENTRY_SOUND) if near else (LIKE_IN_WORDS, LEAST_SOUND)
    alike = sounds >= LIKE_IN_SOUND or (words >= least[0] and sounds >= least[1])
    return (words + sounds) / 2 if alike and swapped >= SWAPPED_SOUND else 0.0


def _swapped(one: Asked, other: Asked) -> float:
    """How alike those words sound that each has in place of others; 0.5 when only one of the two has more words."""
    left, right = _left_over(one, other), _left_over(other, one)
    return _dice(left, right) if left and right else SWAPPED_SOUND


def _left_over(one: Asked, other: Asked) -> frozenset[str]:
    """The sound of the words that only `one` has."""
    return frozenset().union(*(one.heard[word] for word in one.words - other.words))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


class Groups:
    """Groups as they grow, over wordings that are all known beforehand and named by their position."""

    def __init__(self, wordings: Sequence[Asked]) -> None:
        self._wordings = wordings
        self._sizes = np.array([len(asked.sounds) for asked in wordings], dtype=np.int64)
        self._by_sound = _positions(wordings)
        codes = {entry: code for code, entry in enumerate(dict.fromkeys(a.nearest for a in wordings))}
        self._nearest = np.array([-1 if a.nearest is None else codes[a.nearest] for a in wordings], dtype=np.int64)
        self._group = np.zeros(len(wordings), dtype=np.int64)
        self._leads = np.zeros(len(wordings), dtype=bool)
        self._leaders: Counter[int] = Counter()
        self._by_words: dict[tuple[str, frozenset[str]], int] = {}

    def add(self, position: int, group: int) -> None:
        """A wording belongs to a group; the first ones are those that others are compared with."""
        asked = self._wordings[position]
        self._group[position] = group
        if asked.words:
            self._by_words.setdefault((asked.language, asked.words), group)
        if self._leaders[group] < LEADERS:
            self._leaders[group] += 1
            self._leads[position] = True

    def find(self, position: int) -> int | None:
        """The group that asks the same as this wording, the likest one; None when there is none."""
        asked = self._wordings[position]
        same = self._by_words.get((asked.language, asked.words)) if asked.words else None
        if same is not None or not asked.sounds:
            return same
        best, found = 0.0, None
        for near in self._sounding_alike(position):
            score = likeness(asked, self._wordings[near])
            if score > best:
                best, found = score, int(self._group[near])
        return found

    def _sounding_alike(self, position: int) -> list[int]:
        """Leaders that sound alike enough, counted for all of them at once."""
        asked = self._wordings[position]
        places = np.concatenate([self._by_sound[sound] for sound in asked.sounds])
        shared = np.bincount(places, minlength=len(self._wordings))
        nearest = self._nearest[position]
        same_entry = (self._nearest == nearest) & (nearest >= 0)
        least = np.where(same_entry, SAME_ENTRY_SOUND, LEAST_SOUND)
        enough = 2 * shared >= least * (self._sizes + len(asked.sounds))
        near: list[int] = np.flatnonzero(enough & self._leads).tolist()
        return near


def _positions(wordings: Sequence[Asked]) -> dict[str, np.ndarray]:
    """Where each pair of sounds occurs."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, asked in enumerate(wordings):
        for sound in asked.sounds:
            found[sound].append(position)
    return {sound: np.array(places, dtype=np.int64) for sound, places in found.items()}
