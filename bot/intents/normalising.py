"""One spelling for what people type in many."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 1_000
"""More of an utterance is not looked at: nobody's question is longer, and cost stays bounded."""

_SPACES = re.compile(r"\s+")
_LONG_VOWELS = re.compile(r"[ー〜~]{2,}")
_DASHES = re.compile(r"(?<=[ァ-ヶぁ-ん])[‐-―−ｰ-]+")
_REPEATED = re.compile(r"([!?。、…・w笑])\1+")


def normalise(text: str) -> str:
    """NFKC, lower case, one space, one long vowel mark, no control characters; at most 1,000 characters.

    Lone surrogates, which NFKC lets through and no encoder takes, become spaces.
    """
    folded = unicodedata.normalize("NFKC", text[: MAX_CHARACTERS * 2]).casefold()
    if not folded.isprintable():  # else nothing is to be dropped: isprintable is false for all of these
        folded = "".join(" " if unicodedata.category(c) in _DROPPED else c for c in folded)
    folded = _DASHES.sub("ー", folded)
    folded = _LONG_VOWELS.sub("ー", folded)
    folded = _REPEATED.sub(r"\1", folded)
    return _SPACES.sub(" ", folded).strip()[:MAX_CHARACTERS]


_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def compact(text: str) -> str:
    """The normalised text without spaces and punctuation: equal when two people asked the same."""
    return normalise(text).translate(_TELLING)


class _Telling(dict[int, int | None]):
    """What becomes of a character in a compact text: itself, or nothing. Found out once for each."""

    def __missing__(self, character: int) -> int | None:
        telling = unicodedata.category(chr(character))[0] not in "ZPSC"
        self[character] = character if telling else None
        return self[character]


_TELLING = _Telling()
