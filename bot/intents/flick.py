"""How far a typed word is from another when kana are typed by flicking: a slip of the thumb costs less than another
letter.

On a telephone's keyboard the keys hold the rows of the kana (あ か さ / た な は / ま や ら / わ); the direction of the
flick chooses the vowel, and one more tap makes か to が or つ to っ.
"""

from __future__ import annotations

from collections.abc import Mapping

SLIP = 0.4
"""What a wrong direction, a neighbouring key, or a forgotten tap costs, where any other letter costs 1."""
LONGEST = 24
"""Longer words are not compared: nobody mistypes them as one."""

_ROWS = (
    *("アイウエオ", "カキクケコ", "サシスセソ", "タチツテト", "ナニヌネノ", "ハヒフヘホ"),
    *("マミムメモ", "ヤ＿ユ＿ヨ", "ラリルレロ", "ワヲンー"),
)
_PLAIN = "カキクケコサシスセソタチツテトハヒフヘホハヒフヘホアイウエオヤユヨツウ"
_MARKED = "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポァィゥェォャュョッヴ"
_TAPPED = dict(zip(_MARKED, _PLAIN, strict=True))
_KEYS: Mapping[str, tuple[int, int]] = {
    kana: (key, flick) for key, row in enumerate(_ROWS) for flick, kana in enumerate(row)
}
_WIDTH = 3
"""Keys side by side."""


def in_katakana(text: str) -> str:
    """Hiragana as katakana, everything else as it is."""
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def is_slip(typed: str, meant: str) -> bool:
    """Whether a thumb may have typed the katakana `typed` where it meant `meant`."""
    one, other = _TAPPED.get(typed, typed), _TAPPED.get(meant, meant)
    if one == other:
        return typed != meant
    if one not in _KEYS or other not in _KEYS:
        return False
    (key, flick), (other_key, other_flick) = _KEYS[one], _KEYS[other]
    return key == other_key or (flick == other_flick and _touch(key, other_key))


def _touch(key: int, other: int) -> bool:
    """Whether two keys lie side by side or one above the other; わ lies below や."""
    if max(key, other) == len(_ROWS) - 1:
        return min(key, other) == len(_ROWS) - 3
    apart = abs(key - other)
    return apart == _WIDTH or (apart == 1 and key // _WIDTH == other // _WIDTH)


def distance(typed: str, meant: str) -> float:
    """The least cost of turning one katakana word into the other: 1 a letter, `SLIP` a slip of the thumb."""
    row = [float(place) for place in range(len(meant) + 1)]
    for place, letter in enumerate(typed[:LONGEST], 1):
        before, row = row, [float(place)]
        for at, other in enumerate(meant, 1):
            change = 0.0 if letter == other else SLIP if is_slip(letter, other) else 1.0
            row.append(min(before[at] + 1, row[-1] + 1, before[at - 1] + change))
    return row[-1]
