"""Many phrasings, made from the packs' own by a fixed seed: for measuring at sizes that no city has yet.

The words are those of a few hundred entries, so the commonest stand in more texts than they would in reality: a harder
case than as many real phrasings.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import count, cycle, islice

from bot.intents import Document

SEED = 20260401
EXCHANGED = 0.2
"""Share of the words of a phrasing that are exchanged for words of other phrasings."""
TOGETHER = 20
"""Phrasings of one entry."""

_WORD = re.compile(r"[一-龠々]+|[ァ-ヶー]+")
"""A run of kanji or of katakana; what stands between (を, なくした) stays."""


def entries(real: Sequence[Document], phrasings: int) -> list[Document]:
    """Entries of 20 phrasings, `phrasings` in all. More phrasings begin with the same entries as fewer do."""
    chance = random.Random(SEED)
    words = _words(real)
    bases = islice(cycle(real), phrasings // TOGETHER)
    return [_like(base, number, words, chance) for number, base in enumerate(bases)]


def alike(real: Sequence[Document], seed: int) -> list[Document]:
    """As many entries with as many phrasings as `real`, in other words: another city's pack."""
    chance = random.Random(seed)
    words = _words(real)
    return [replace(d, phrasings=tuple(exchanged(p, words, chance) for p in d.phrasings)) for d in real]


def questions(written: Sequence[Document], wanted: int) -> list[str]:
    """Questions that no entry has literally: phrasings with words exchanged once more."""
    chance = random.Random(SEED + 1)
    words = _words(written[:1000])
    return [exchanged(chance.choice(chance.choice(written).phrasings), words, chance) for _ in range(wanted)]


def exchanged(text: str, words: Sequence[str], chance: random.Random) -> str:
    """The text with a fifth of its words exchanged, one at least."""
    surely = chance.randrange(max(len(_WORD.findall(text)), 1))
    place = count()
    return _WORD.sub(
        lambda found: chance.choice(words) if next(place) == surely or chance.random() < EXCHANGED else found[0], text
    )


def _words(real: Sequence[Document]) -> list[str]:
    return [word for d in real for phrasing in d.phrasings for word in _WORD.findall(phrasing)]


def _like(base: Document, number: int, words: Sequence[str], chance: random.Random) -> Document:
    ways = tuple(exchanged(chance.choice(base.phrasings), words, chance) for _ in range(TOGETHER))
    return Document(f"synthetic/{number}", f"{base.group}/{number}", ways, base.body)
