"""What texts mean, as vectors. Optional: what makes the vectors is given from outside; without it nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.intents.model import Document
from bot.intents.normalising import normalise

LENGTH = 200
"""Characters of a question that are looked at: cost stays bounded."""
BEGINNING = 100
"""Characters of an answer: what it is about stands at its beginning."""
ANSWER = 0.5
"""How much the answer counts beside the question.

Tried on 303 real municipal queries, by the cosine alone (right at first, among three): the question .449 and .634,
question and answer as one text .330 and .581, their sum with 1 : 0.5 .515 and .700; with 200 characters .495 and .696,
with 400 .485 and .690. Packs' phrasings asked of questions and answers show the same order: .560, .536, .573 at first.
"""
KEPT = 50_000
"""Vectors of stored texts that are kept, 2 kB each."""

Vectors = NDArray[np.float32]


class Meaning(Protocol):
    """Turns texts into vectors that are the nearer the more alike the texts are in meaning."""

    languages: frozenset[str]
    """The languages it knows; questions in others are recognised without it."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 per text. Deterministic; safe to call from several threads."""
        ...


class Kept:
    """A meaning that keeps the vectors of the texts it saw: after an edit only what is new is encoded.

    Texts go in one by one: a vector must not depend on what else was encoded with it, not even in its last digits.
    """

    def __init__(self, meaning: Meaning, most: int = KEPT) -> None:
        self.languages = meaning.languages
        self._one: Callable[[str], Vectors] = lru_cache(maxsize=most)(lambda text: _one_of(meaning, text))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 per text."""
        return np.stack([self._one(text) for text in texts])


class Sense:
    """The meaning of questions, which is never kept, and of documents, which is."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning
        self._kept = Kept(meaning)

    def keeping(self) -> Sense:
        """The same, but questions are kept too: for asking the same ones again and again."""
        return Sense(self._kept)

    def knows(self, language: str) -> bool:
        """Whether questions in this language have a meaning."""
        return language in self._meaning.languages

    def of(self, question: str) -> Vectors:
        """The vector of a question."""
        return _one_of(self._meaning, _text(question))

    def of_documents(self, documents: Sequence[Document]) -> Vectors:
        """One row per document: of its question, and less so of the beginning of its answer."""
        if not documents:
            return np.zeros((0, 0), dtype=np.float32)
        questions = self._kept.encode([_text(d.phrasings[0]) for d in documents])
        answers = self._kept.encode([_text(d.body)[:BEGINNING] for d in documents])
        answered = np.array([[bool(d.body)] for d in documents], dtype=np.float32)
        both = questions + np.float32(ANSWER) * answered * answers
        return np.asarray(both / np.linalg.norm(both, axis=1, keepdims=True), dtype=np.float32)


def _one_of(meaning: Meaning, text: str) -> Vectors:
    vector: Vectors = meaning.encode([text])[0]
    return vector


def _text(text: str) -> str:
    return normalise(text)[:LENGTH]
