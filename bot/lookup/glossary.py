"""Which words of the glossary stand in a text. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from knowledge.glossary import Term, glossary

MOST = 6
"""Explained under one answer: more would bury it."""
_SECOND_PARTS = frozenset({"アプリ", "ボタン", "メール", "メニュー"})
"""Also meant at the end of longer words: スマホアプリ."""


def terms_in(text: str, most: int = MOST) -> tuple[Term, ...]:
    """The words of the glossary that stand in `text`, in its order, each once; at most `most`."""
    pattern, meant = _expression()
    found = dict.fromkeys(meant[match[0].casefold()] for match in pattern.finditer(text))
    return tuple(found)[:most]


def by_category() -> Mapping[str, tuple[Term, ...]]:
    """All words by category, in the order of the file."""
    found: dict[str, tuple[Term, ...]] = {}
    for term in glossary():
        found[term.category] = (*found.get(term.category, ()), term)
    return found


@cache
def _expression() -> tuple[re.Pattern[str], Mapping[str, Term]]:
    meant = {spelling.casefold(): term for term in glossary() for spelling in (term.word, *term.also)}
    longest_first = sorted(meant, key=len, reverse=True)
    return re.compile("|".join(map(_whole, longest_first)), re.IGNORECASE), meant


def _whole(spelling: str) -> str:
    """The spelling where it stands by itself: ID, but not in COVID; ネット, but not in キャビネット."""
    return f"{_not_after(spelling)}{re.escape(spelling)}{_not_before(spelling[-1])}"


def _not_after(spelling: str) -> str:
    if spelling[0].isascii():
        return r"(?<![A-Za-z0-9])"
    return "(?<![ァ-ヺー])" if _is_katakana(spelling[0]) and spelling not in _SECOND_PARTS else ""


def _not_before(letter: str) -> str:
    if letter.isascii():
        return r"(?![A-Za-z0-9])"
    return "(?![ァ-ヺー])" if _is_katakana(letter) else ""


def _is_katakana(letter: str) -> bool:
    return "ァ" <= letter <= "ヺ" or letter == "ー"
