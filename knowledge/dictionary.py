"""Words of the field, as files: synonyms, stop words, spellings, and words that mean several things."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from knowledge.own_files import read_own
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


class WrittenReading(Strict):
    """How something is read: a `text`, or a `pattern` (regular expression), and its `reading` in hiragana."""

    text: str = ""
    pattern: str = ""
    reading: Annotated[str, StringConstraints(pattern=r"^[ぁ-ゖー]+$")]

    @property
    def expression(self) -> str:
        """A regular expression for what is written."""
        return re.escape(self.text) if self.text else self.pattern


class HardWord(Strict):
    """A word that a plainer one can stand for; in the longer words of `not_in` it is a name and stays."""

    hard: str
    plain: str
    not_in: tuple[str, ...] = ()


class JargonWord(Strict):
    """A word that many people don't know, and what it is."""

    word: str
    explanation: str = Field(alias="as")


def hard_words() -> tuple[tuple[HardWord, ...], tuple[JargonWord, ...]]:
    """Words with a plainer one, and words that need an explanation, the longest first."""
    content = _read("hard_words")
    plainer = [HardWord.model_validate(row) for row in content["plainer"]]
    jargon = [JargonWord.model_validate(row) for row in content["explain"]]
    return (
        tuple(sorted(plainer, key=lambda row: -len(row.hard))),
        tuple(sorted(jargon, key=lambda row: -len(row.word))),
    )


def readings() -> tuple[WrittenReading, ...]:
    """Readings that the dictionary does not know, in the order in which they are tried: long texts first."""
    rows = [WrittenReading.model_validate(row) for row in _read("readings")]
    return tuple(sorted(rows, key=lambda row: (not row.text, -len(row.text))))


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
    return read_own(DIRECTORY / f"{name}.yaml")
