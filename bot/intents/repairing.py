"""Mistyped words, read as words that the packs have: slips of the thumb, and kana turned into the wrong kanji."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz, process

from bot.intents.flick import LONGEST, distance, in_katakana
from bot.intents.lexicon import PreparedLexicon
from bot.intents.model import Repair
from bot.intents.readings import pairs
from bot.intents.segment import Segment

CUTOFF = 78.0
"""Least rapidfuzz ratio (0–100) at which an unknown word is read as a known one."""
MAYBE = 55.0
"""Least ratio of the few words whose letters are then looked at one by one."""
LOOKED_AT = 5
ALIKE = 0.2
"""Most that a word may cost per letter to be read as another: one slip in two letters, one other letter in five."""
SHORTEST = 3
"""Shorter words have too many neighbours."""
LEAST_SOUND = 2
"""Pairs of kana that words at least have which are read as others of the same sound: 三 kana."""


def repaired(
    words: Sequence[str], readings: Sequence[str], segments: Sequence[Segment], lexicon: PreparedLexicon
) -> tuple[tuple[str, ...], tuple[Repair, ...]]:
    """The words, unknown ones replaced where a known one is close, and what was replaced. `readings` lie beside."""
    known = [_is_known(word, segments, lexicon) for word in words]
    if all(known):
        return tuple(words), ()
    found = [*_read(words, readings, known, segments)]
    return tuple(now for _, now in found), tuple(Repair(typed, now) for typed, now in found if typed != now)


def _read(
    words: Sequence[str], readings: Sequence[str], known: Sequence[bool], segments: Sequence[Segment]
) -> Iterator[tuple[str, str]]:
    """What was typed and what it is read as, two neighbours as one word where they sound like one."""
    place = 0
    while place < len(words):
        two = slice(place, place + 2)
        together = None if all(known[two]) else _sounding("".join(readings[two]), segments)
        if together is not None and len(words[two]) > 1:
            yield "".join(words[two]), together
            place += 1
        elif known[place]:
            yield words[place], words[place]
        else:
            word = words[place]
            near = (_sounding(readings[place], segments) if len(word) > 1 else None) or _nearest(word, segments)
            yield word, near or word
        place += 1


def _is_known(word: str, segments: Sequence[Segment], lexicon: PreparedLexicon) -> bool:
    return word in lexicon.synonyms or any(word in s.phrasings.numbers.rows for s in segments)


def _sounding(reading: str, segments: Sequence[Segment]) -> str | None:
    """The one known word that sounds just so (機嫌 for 期限); None when there are none or several."""
    sound = pairs([reading])
    if len(sound) < LEAST_SOUND:
        return None
    found = {word for s in segments for word in s.words_by_sound.get("".join(sound), ())}
    return found.pop() if len(found) == 1 else None


def _nearest(word: str, segments: Sequence[Segment]) -> str | None:
    """Only words that share two neighbouring characters are compared: a scan of all would grow with the packs."""
    if not SHORTEST <= len(word) <= LONGEST:
        return None
    parts = [word[i : i + 2] for i in range(len(word) - 1)]
    near = {known for s in segments for part in parts for known in s.words_by_pair.get(part, ())}
    matches = process.extract(word, sorted(near), scorer=fuzz.ratio, score_cutoff=MAYBE, limit=LOOKED_AT)
    if not matches:
        return None
    typed = in_katakana(word)
    costs = [(distance(typed, in_katakana(known)) / len(word), known) for known, _, _ in matches]
    cost, closest = min(costs)
    if cost <= ALIKE:
        return closest
    known, ratio, _ = matches[0]
    return known if ratio >= CUTOFF else None
