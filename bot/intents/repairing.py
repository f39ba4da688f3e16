"""Mistyped words, read as the nearest word that the packs have."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from bot.intents.lexicon import PreparedLexicon
from bot.intents.model import Repair
from bot.intents.segment import Segment

CUTOFF = 78.0
"""Least rapidfuzz ratio (0–100) at which an unknown word is read as a known one."""
SHORTEST = 3
"""Shorter words have too many neighbours."""


def repaired(
    words: Sequence[str], segments: Sequence[Segment], lexicon: PreparedLexicon
) -> tuple[tuple[str, ...], tuple[Repair, ...]]:
    """The words, unknown ones replaced where a known one is close, and what was replaced."""
    read, repairs = [], []
    for word in words:
        nearest = None if _is_known(word, segments, lexicon) else _nearest(word, segments)
        if nearest is not None:
            repairs.append(Repair(word, nearest))
        read.append(nearest or word)
    return tuple(read), tuple(repairs)


def _is_known(word: str, segments: Sequence[Segment], lexicon: PreparedLexicon) -> bool:
    short = len(word) < SHORTEST
    return short or word in lexicon.synonyms or any(word in s.phrasings.numbers for s in segments)


def _nearest(word: str, segments: Sequence[Segment]) -> str | None:
    """Only words that share two neighbouring characters are compared: a scan of all would grow with the packs."""
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    near = {known for s in segments for pair in pairs for known in s.words_by_pair.get(pair, ())}
    match = process.extractOne(word, sorted(near), scorer=fuzz.ratio, score_cutoff=CUTOFF)
    return match[0] if match else None
