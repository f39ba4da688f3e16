"""Texts in other languages than Japanese taken apart: pairs of characters where words have no spaces, else words.

What Japanese has as sound, these have as spelling: pieces of words, so that endings and slips of the finger matter
less. Accents are dropped: people type Vietnamese and Portuguese without them.
"""

from __future__ import annotations

import re
import unicodedata

from bot.intents.normalising import normalise
from bot.intents.tokenising import Analysis

_HAN = re.compile(r"[\u3400-\u9fff]+")
_HANGUL = re.compile(r"[가-힣]+")
_WORD = re.compile(r"[a-z0-9]+|[\u0900-\u097f]+")
_UNSAID = {
    "en": "a an the i my me we you your it is are am was be been do does did to of for in on at with and or can could "
    "would should will how what when where which who if this that please want need get there have has need",
    "pt": "o a os as um uma de do da dos das em no na nos nas para por com e ou que eu meu minha se como quando onde "
    "qual posso preciso quero e esta isso ao",
    "vi": "toi la co cua thi va de cho o lam sao gi nao duoc khong can muon phai nhu the mot cac nhung",
    "tl": "ang ng sa mga na ay ko mo po ba ako ikaw siya kung para paano saan ano pwede kailangan gusto si ni at o",
}
"""Words that say nothing about the topic, without accents."""
_STOP = {language: frozenset(words.split()) for language, words in _UNSAID.items()}


def analyse_foreign(text: str, language: str) -> Analysis:
    """Words and spelling pieces of a text in `language` (en, zh, ko, vi, pt, tl, ne)."""
    plain = normalise(text)
    if language == "zh":
        return _unspaced(plain, _HAN)
    if language == "ko":
        return _unspaced(plain, _HANGUL)
    words = [w for w in _WORD.findall(_bare(plain)) if w not in _STOP.get(language, ())]
    return Analysis(tuple(words), tuple(piece for word in words for piece in _pieces(f"^{word}$", 3)))


def _unspaced(text: str, script: re.Pattern[str]) -> Analysis:
    runs = script.findall(text)
    latin = tuple(_WORD.findall(_bare(text)))
    pairs = tuple(piece for run in runs for piece in _pieces(run, 2))
    return Analysis((*pairs, *latin), tuple("".join(runs)))


def _pieces(text: str, size: int) -> list[str]:
    return [text[i : i + size] for i in range(len(text) - size + 1)] or [text]


def _bare(text: str) -> str:
    """Without the accents of Latin letters; đ as d."""
    apart = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(c for c in apart if not 0x300 <= ord(c) < 0x370)
