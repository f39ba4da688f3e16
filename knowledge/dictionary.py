"""Words of the field, as files: synonyms, stop words, spellings, and words that mean several things."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import Field

from knowledge.schema import Strict, TopicId

DIRECTORY = Path(__file__).parent / "dictionary"


class SynonymGroup(Strict):
    """Words for one thing; `canonical` is the one we write ourselves."""

    canonical: str
    words: tuple[str, ...]


class Spelling(Strict):
    """A pattern (regular expression) of what people type, and what it is read as."""

    typed: str
    read_as: str


class AmbiguousWord(Strict):
    """A word that means several things when it is all that somebody says; `also` are its other spellings."""

    word: str
    also: tuple[str, ...] = ()
    topics: tuple[TopicId, ...] = Field(min_length=2)


def ambiguous_words() -> dict[str, tuple[str, ...]]:
    """Word or spelling -> the topics that may be meant."""
    rows = [AmbiguousWord.model_validate(row) for row in _read("ambiguous")]
    return {word: row.topics for row in rows for word in (row.word, *row.also)}


def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """All groups, the canonical word first."""
    groups = [SynonymGroup.model_validate(row) for row in _read("synonyms")]
    return tuple((group.canonical, *group.words) for group in groups)


def spellings() -> tuple[tuple[str, str], ...]:
    """Patterns and what they are read as, in the order in which they are applied."""
    rows = [Spelling.model_validate(row) for row in _read("spellings")]
    return tuple((row.typed, row.read_as) for row in rows)


def stopwords() -> frozenset[str]:
    """Words that people put around every question, as dictionary forms."""
    return frozenset(_read("stopwords")["words"])


def _read(name: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - whatever the file holds; checked by the models
    return yaml.safe_load((DIRECTORY / f"{name}.yaml").read_text(encoding="utf-8"))
