"""Rules of plain and of やさしい日本語 that a program can check.

After the guideline of the Immigration Services Agency and the Agency for Cultural Affairs (2020-08-28): short
sentences, no double negatives, no honorifics, difficult words explained.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

EASY_SENTENCE = 30
"""Characters of a sentence in やさしい日本語, spaces and readings in brackets not counted."""
TOLERATED = 45
"""Above this a sentence is reported; between the two it is only longer than one would wish."""

_END = re.compile(r"(?<=[。！？!?])|\n")
_READING = re.compile(r"（[ぁ-ゖァ-ヺー・ ]+）")
_DOUBLE_NEGATIVE = re.compile(
    r"ない(?:わけ|こと)(?:では|は|も)(?:ありません|ない)|なければ(?:なら|いけ)(?:ない|ません)|ざるを得"
)
_HONORIFIC = re.compile(r"いただ(?:く|き|け)|ご覧|申し上げ|お伺い|おります|くださいますよう|なさって")


def sentences(text: str) -> list[str]:
    """The sentences of a text: they end with 。, ！, ？ or a line break."""
    return [part.strip() for part in _END.split(text) if part and part.strip()]


def easy_faults(text: str) -> Iterator[str]:
    """What is hard in a text that should be easy, each as a Japanese sentence."""
    for sentence in sentences(text):
        if (length := len(without_readings(sentence))) > TOLERATED:
            yield f"一文が {length} 文字あります（{EASY_SENTENCE} 文字くらいまで）「{sentence}」"
        if match := _DOUBLE_NEGATIVE.search(sentence):
            yield f"打ち消しが重なっています「{match.group()}」"
        if match := _HONORIFIC.search(sentence):
            yield f"敬語があります「{match.group()}」"


def without_readings(text: str) -> str:
    """やさしい日本語 without the readings in brackets and the spaces between words."""
    return _READING.sub("", text).replace(" ", "").replace("　", "")
