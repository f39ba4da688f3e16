"""Which entries may be meant, best first, with the features that tell how sure one can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.intents.index import BODY_WEIGHT, SYNONYM_WEIGHT, Index
from bot.intents.model import Repair
from bot.intents.normalising import compact
from bot.intents.tokenising import Analysis, analyse

CANDIDATES = 10
REPAIR_CUTOFF = 78.0
"""Least rapidfuzz ratio (0–100) at which an unknown word is read as a known one."""
SOUND_WEIGHT = 0.25
SOUND_WEIGHT_ALONE = 1.2
"""How much the sound counts beside the words: little where they match, most where they don't."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question prepared for searching: its words (repaired), their weights, its sound."""

    text: str
    words: tuple[str, ...]
    repairs: tuple[Repair, ...]
    sounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document's number in the index, and its features."""

    number: int
    features: dict[str, float]


def prepare(text: str, index: Index) -> Query:
    """Takes a question apart, as the index's texts were."""
    analysis = analyse(text)
    words, repairs = _repaired(analysis, index)
    return Query(compact(text), words, repairs, analysis.sounds)


def _repaired(analysis: Analysis, index: Index) -> tuple[tuple[str, ...], tuple[Repair, ...]]:
    """Content words without the stop words; unknown ones replaced where a known one is close."""
    words, repairs = [], []
    for word in analysis.words:
        if word in index.stopwords:
            continue
        if len(word) > 2 and word not in index.phrasings.postings and word not in index.synonyms:
            match = process.extractOne(word, index.words, scorer=fuzz.ratio, score_cutoff=REPAIR_CUTOFF)
            if match:
                repairs.append(Repair(word, match[0]))
                word = match[0]  # noqa: PLW2901 - from here on the repaired word is the word
        words.append(word)
    return tuple(words), tuple(repairs)


def rank(query: Query, index: Index, without: Sequence[int] = ()) -> list[Ranked]:
    """Candidates, best first. `without` are numbers of phrasings that are left aside (for measuring)."""
    if not index.documents or not (query.words or query.sounds):
        return []
    by_words = index.phrasings.scores(_with_synonyms(query.words, index))
    by_sound = index.sounds.scores(dict.fromkeys(query.sounds, 1.0))
    for number in without:
        by_words[number] = by_sound[number] = 0.0
    return _candidates(query, index, by_words, by_sound, set(without))


def _with_synonyms(words: Sequence[str], index: Index) -> dict[str, float]:
    """Query words with weights; words of the same meaning weigh less."""
    weighted = dict.fromkeys(words, 1.0)
    for position, word in enumerate(words):
        for spelled, *others in index.synonyms.get(word, ()):
            parts = tuple(spelled.split("\x1f"))
            if tuple(words[position : position + len(parts)]) == parts:
                for other in others:
                    weighted.setdefault(other, SYNONYM_WEIGHT)
    return weighted


def _candidates(
    query: Query, index: Index, by_words: NDArray[np.float32], by_sound: NDArray[np.float32], aside: set[int]
) -> list[Ranked]:
    words_ceiling = index.phrasings.ceiling(dict.fromkeys(query.words)) or 1.0
    sound_ceiling = index.sounds.ceiling(dict.fromkeys(query.sounds)) or 1.0
    share = np.maximum.reduceat(by_words, index.starts) / np.float32(words_ceiling)
    sound = np.maximum.reduceat(by_sound, index.starts) / np.float32(sound_ceiling)
    body = index.bodies.scores(dict.fromkeys(query.words, 1.0)) / np.float32(words_ceiling)
    heard = SOUND_WEIGHT_ALONE if float(share.max()) < 0.35 else SOUND_WEIGHT
    total = share + np.float32(BODY_WEIGHT) * body + np.float32(heard) * sound
    order = np.argsort(-total, kind="stable")[:CANDIDATES]
    found = []
    for place, number in enumerate(order):
        if total[number] <= 0:
            break
        rival = float(total[order[1 if place == 0 else 0]]) if len(order) > 1 else 0.0
        features = {
            "share": float(share[number]),
            "sound": float(sound[number]),
            "body": float(body[number]),
            "total": float(total[number]),
            "lead": float(total[number]) - rival,
            "likeness": _likeness(query.text, int(number), index, aside),
            "words": min(len(query.words), 8) / 8,
            "known": _known(query, index),
        }
        found.append(Ranked(int(number), features))
    return found


def _likeness(text: str, number: int, index: Index, aside: set[int]) -> float:
    """How alike the question and the nearest phrasing are written, 0–1."""
    start = int(index.starts[number])
    ways = [w for place, w in enumerate(index.compact[number]) if start + place not in aside]
    return max((fuzz.ratio(text, way) for way in ways), default=0.0) / 100


def _known(query: Query, index: Index) -> float:
    """The share of the question's words that any phrasing has."""
    if not query.words:
        return 0.0
    return sum(word in index.phrasings.postings for word in query.words) / len(query.words)
