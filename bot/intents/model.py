"""The values that recognition takes and gives. All immutable; nothing here does any work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.intents.masking import PersonalKind


class Decision(StrEnum):
    """What to do with an utterance."""

    ANSWER = "answer"
    ASK = "ask"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Document:
    """What the index knows of an entry: how it is asked for, and the text of its answer.

    `phrasings` begin with the question itself; `foreign` are the same in other languages. `outside` marks what is
    not answered here but asked nevertheless.
    """

    entry: str
    topic: str
    phrasings: tuple[str, ...]
    body: str = ""
    foreign: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outside: bool = False

    @property
    def group(self) -> str:
        """The topic's group, e.g. `mynumber-card`."""
        return group_of(self.topic)


def group_of(topic: str) -> str:
    """The group of a topic: what stands before the slash."""
    return topic.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words of the field. `synonyms` are groups of words for the same thing; `stopwords` carry no topic; `spellings`
    are patterns of what people type, and what it is read as; `ambiguous` are words that, said alone, may mean any of
    some topics."""

    synonyms: tuple[tuple[str, ...], ...] = ()
    stopwords: frozenset[str] = frozenset()
    spellings: tuple[tuple[str, str], ...] = ()
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When to answer and when to ask back.

    `answer`: least probability that the first candidate is right; `ask`: least probability that the right one is
    among the first three. Both 0–1. By cross-validation on 1,182 questions, one in twenty of those that only sound
    like this service's was answered at .75, one in fifteen at .70; of its own, three in a hundred fewer directly.
    """

    answer: float = 0.75
    ask: float = 0.25


@dataclass(frozen=True, slots=True)
class Context:
    """What the person was just told: a short question (「いくら？」) is taken to speak of the same thing."""

    last_topic: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that may be meant. `confidence` is the probability (0–1) that it is the right one."""

    entry: str
    topic: str
    confidence: float
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repair:
    """A word that was read as another one."""

    typed: str
    read_as: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was understood of an utterance, and why.

    `utterance` is masked. `candidates` are ordered, best first. `reason` names the rule that decided. `language` is
    the one the question was asked in. `outside` names the matter when it is one that is not answered here.
    """

    utterance: str
    decision: Decision
    confidence: float
    candidates: tuple[Candidate, ...]
    reason: str
    tokens: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    masked: tuple[PersonalKind, ...] = ()
    language: str = "ja"
    outside: str | None = None
    follows: str | None = None
    """The group of the last topic, when the question was short enough to be about the same thing."""
    signs: Mapping[str, float] = field(default_factory=dict)
    """What the confidence was told from; empty where nothing was weighed."""

    @property
    def best(self) -> Candidate | None:
        """The first candidate, when it is sure enough to be answered."""
        return self.candidates[0] if self.decision is Decision.ANSWER else None
