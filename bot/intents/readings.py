"""How a text sounds, as pairs of kana: finds what words don't when somebody types in hiragana or mistypes kanji."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from operator import add

_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶヲヅヂ", "アイウエオツヤユヨワカケオズジ", "ー")


def pairs(readings: Iterable[str]) -> tuple[str, ...]:
    """Neighbouring kana of a reading, long vowel marks left out and small kana made large."""
    sound = "".join(map(_katakana, readings)).translate(_SMALL)
    return tuple(map(add, sound, sound[1:]))


@lru_cache(maxsize=100_000)
def _katakana(text: str) -> str:
    """Hiragana as katakana; everything else as it is, without spaces."""
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text if not c.isspace())
