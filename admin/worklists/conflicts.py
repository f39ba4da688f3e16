"""Entries that get in each other's way: the same words in two, words that lead elsewhere, near-duplicates, and figures
in which a city and the common pack contradict each other. Pure; a job asks, a page shows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

import numpy as np
from rapidfuzz import fuzz, process

from admin.publishing.asked import phrasing_questions
from admin.publishing.replay import apart, outcome
from admin.worklists.figures import Figure, Said, figures
from bot.conversation.city import CityKnowledge
from bot.intents import Decision
from knowledge.published import Published, VisibleEntry
from knowledge.schema import COMMON, Entry
from knowledge.validation import normalise

ALIKE_QUESTIONS, ALIKE_ANSWERS, ALIKE_BOTH = 92, 88, 75
"""How alike (0–100, by edits) two questions, two answers, or both must be for two entries to count as near-duplicates.
The entries of the packs that ship come no nearer than 87 and 65."""
_ANSWERS = "この項目で答えます"
_ASTRAY = {(True, True): 0, (True, False): 1, (False, False): 2}
"""Answered with another entry, which misleads, comes before asking back and before no answer at all."""
Tell = Callable[[int, int], None]


class Trouble(StrEnum):
    """What is the matter."""

    SAME = "same words"
    ASTRAY = "astray"
    TWIN = "near-duplicate"
    FIGURES = "contradicting"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two entries. `text` is what it says about the matter."""

    entry: str
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. `key` stays the same as long as the texts that it is about do."""

    trouble: Trouble
    about: str
    sides: tuple[Side, ...]

    @property
    def key(self) -> str:
        """Sixteen hex digits."""
        parts = (self.trouble, self.about, *(p for s in self.sides for p in (s.entry, s.text)))
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def findings(
    published: Published, city: CityKnowledge, at: datetime, tell: Tell = lambda _done, _total: None
) -> list[Finding]:
    """Everything that stands in the way of `city`'s answers."""
    same = list(same_words(city.entries.values()))
    taken = {normalise(finding.about) for finding in same}
    return [
        *same,
        *contradictions(published, city),
        *sorted(astray(city, at, taken, tell), key=lambda f: _ASTRAY[len(f.sides) > 1, f.sides[-1].text == _ANSWERS]),
        *near_duplicates(list(city.entries.values())),
    ]


def same_words(entries: Iterable[VisibleEntry]) -> Iterator[Finding]:
    """Questions and phrasings that two entries have: nobody can tell which of them is meant."""
    owners: dict[str, dict[str, tuple[VisibleEntry, str]]] = defaultdict(dict)
    for visible in entries:
        for text in (visible.entry.question, *visible.entry.phrasings):
            owners[normalise(text)].setdefault(visible.id, (visible, text))
    for owned in owners.values():
        for (one, text), (other, theirs) in combinations(owned.values(), 2):
            yield Finding(Trouble.SAME, text, (_side(one, text), _side(other, theirs)))


def astray(city: CityKnowledge, at: datetime, taken: Iterable[str], tell: Tell) -> Iterator[Finding]:
    """Phrasings that don't lead to the entry that has them."""
    known, questions = set(taken), phrasing_questions(city)
    for number, question in enumerate(questions):
        tell(number, len(questions))
        own = city.published(question.expected or "")
        if own is None or normalise(question.text) in known or apart(question.text, city):
            continue
        found = outcome(question.text, city, at)
        if found.led_to == own.entry.topic:
            continue
        mine = _side(own, question.text)
        if found.decision is Decision.ANSWER and found.topic:
            yield Finding(Trouble.ASTRAY, question.text, (mine, _side(city.entries[found.topic], _ANSWERS)))
        else:
            yield Finding(Trouble.ASTRAY, question.text, (mine, *_offered(city, found.options, own.entry.topic)))


def _offered(city: CityKnowledge, topics: Sequence[str], own: str) -> Iterator[Side]:
    return (_side(city.entries[topic], "聞き返しの候補") for topic in topics if topic != own)


def near_duplicates(entries: Sequence[VisibleEntry]) -> Iterator[Finding]:
    """Pairs of entries that ask, or answer, nearly the same."""
    questions = _likeness([e.entry.question for e in entries])
    answers = _likeness([_answer(e.entry) for e in entries])
    both = (questions >= ALIKE_BOTH) & (answers >= ALIKE_BOTH)
    alike = np.triu((questions >= ALIKE_QUESTIONS) | (answers >= ALIKE_ANSWERS) | both, 1)
    for one, other in np.argwhere(alike).tolist():
        first, second = entries[one], entries[other]
        if questions[one, other] < 100:  # the very same question is found as such
            about = f"質問は {questions[one, other]:.0f}%、答えは {answers[one, other]:.0f}% 同じです"
            sides = _side(first, first.entry.answer), _side(second, second.entry.answer)
            yield Finding(Trouble.TWIN, about, sides)


def _likeness(texts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    plain = [normalise(text) for text in texts]
    return np.asarray(process.cdist(plain, plain, scorer=fuzz.ratio, dtype=np.float32))


def contradictions(published: Published, city: CityKnowledge) -> Iterator[Finding]:
    """Figures of a city's own entry of which the common entry of that topic has others, and none the same."""
    common: Mapping[str, VisibleEntry] = {e.entry.topic: e for e in published.entries if e.pack == COMMON}
    for topic, own in city.entries.items():
        shared = common.get(topic)
        if shared is None or own.pack == COMMON:
            continue
        ours, theirs = _figures(own.entry), _figures(shared.entry)
        for kind in Figure:
            mine, other = ours.get(kind, []), theirs.get(kind, [])
            if mine and other and not {s.value for s in mine} & {s.value for s in other}:
                sides = (_side(own, _sentences(mine)), _side(shared, _sentences(other)))
                yield Finding(Trouble.FIGURES, f"{kind}: {_values(mine)} / {_values(other)}", sides)


def _figures(entry: Entry) -> dict[Figure, list[Said]]:
    found: dict[Figure, list[Said]] = defaultdict(list)
    for said in figures(_answer(entry)):
        found[said.kind].append(said)
    for action in entry.actions:
        if action.kind == "tel":
            found[Figure.TELEPHONE].append(Said(Figure.TELEPHONE, action.value, f"{action.label} {action.value}"))
    return found


def _answer(entry: Entry) -> str:
    return "\n".join((entry.answer, *entry.steps))


def _sentences(said: Sequence[Said]) -> str:
    return "\n".join(dict.fromkeys(s.sentence for s in said))


def _values(said: Sequence[Said]) -> str:
    return "、".join(dict.fromkeys(s.value for s in said))


def _side(visible: VisibleEntry, text: str) -> Side:
    return Side(visible.id, visible.entry.question, text)
