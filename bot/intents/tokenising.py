"""Words of a Japanese text: SudachiPy mode A, normalized form, content words.

Mode A beats B and C by five and ten points of Hit@1 on 587 real municipal queries.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache

from sudachipy import Dictionary, SplitMode, Tokenizer

from bot.intents.normalising import normalise

_CONTENT = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "接頭辞", "接尾辞", "代名詞"})
_NOT_CONTENT = frozenset({"非自立可能", "助動詞語幹"})
_KEPT_VERBS = frozenset({"無い", "要る", "出来る", "来る", "行く", "貰う", "見る"})
"""Verbs that the dictionary marks as possibly auxiliary but that carry meaning in questions to a city hall."""

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """A content word: its normalized form and its reading in katakana."""

    form: str
    reading: str


def _tokenizer() -> Tokenizer:
    """One tokenizer per thread: SudachiPy's are not safe to share."""
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = _dictionary().tokenizer(mode=SplitMode.A)
    tokenizer: Tokenizer = _local.tokenizer
    return tokenizer


@lru_cache(maxsize=1)
def _dictionary() -> Dictionary:
    return Dictionary(dict="small")


def tokenise(text: str) -> tuple[Token, ...]:
    """The content words of a text, in order."""
    found = []
    for morpheme in _tokenizer().tokenize(normalise(text)):
        part = morpheme.part_of_speech()
        form = morpheme.normalized_form().casefold()
        if part[0] not in _CONTENT or (part[1] in _NOT_CONTENT and form not in _KEPT_VERBS):
            continue
        found.append(Token(form, morpheme.reading_form()))
    return tuple(found)


@lru_cache(maxsize=200_000)
def tokenise_phrasing(text: str) -> tuple[str, ...]:
    """Forms of a stored text. Kept: a release changes a few texts, and the index needs them all."""
    return tuple(token.form for token in tokenise(text))
