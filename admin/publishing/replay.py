"""The replay: the same questions asked of two states of the knowledge base, and what differs. Pure.

Both states answer by `bot.conversation.turn.understood`, the function that answers on LINE.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum

from bot.conversation.browsing import asks_to_browse
from bot.conversation.city import CityKnowledge
from bot.conversation.life_events import procedures_asked
from bot.conversation.turn import understood
from bot.conversation.wishes import wished_style
from bot.intents import Decision, PreparedLexicon, Recognition
from bot.intents.tokenising import Analysis
from bot.responses.compose import Style
from knowledge.elsewhere import is_elsewhere
from knowledge.schema import ELSEWHERE

OPTIONS = 3
"""Candidates that are shown when asking back."""


class Source(StrEnum):
    """Where a question comes from."""

    ASKED = "asked"
    PHRASING = "phrasing"
    PINNED = "pinned"


class Kind(StrEnum):
    """What becomes of a question, the gravest first."""

    LOST = "lost"
    SWITCHED = "switched"
    DOUBTED = "doubted"
    GIVEN_UP = "given up"
    NEW = "new"
    REFERRED = "referred"
    ASKED_BACK = "asked back"
    OPTIONS = "options"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to replay. `people` are pseudonyms; `times` counts those whom nobody knows too. `expected` is the
    topic that it should lead to, where there is one; `key` names a pinned question."""

    text: str
    source: Source
    times: int = 0
    people: frozenset[str] = frozenset()
    expected: str | None = None
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a state makes of a question. `options` are the topics that are offered when asking back."""

    decision: Decision
    confidence: float
    topic: str | None = None
    options: tuple[str, ...] = ()
    matter: str | None = None

    @property
    def led_to(self) -> str | None:
        """The topic that answers, or under which it says whom to ask instead."""
        return self.topic or (f"{ELSEWHERE}/{self.matter}" if self.matter else None)


@dataclass(frozen=True, slots=True)
class Changed:
    """A question that is answered in another way than before."""

    question: Question
    kind: Kind
    before: Outcome
    after: Outcome

    @property
    def astray(self) -> bool:
        """Whether it no longer leads to where it should."""
        wanted = self.question.expected
        return wanted is not None and self.after.led_to != wanted and self.before.led_to == wanted


@dataclass(frozen=True, slots=True)
class Total:
    """How much changes in one way: distinct people, times asked, and questions by where they come from."""

    kind: Kind
    people: int
    times: int
    asked: int
    phrasings: int
    pinned: int


Known = MutableMapping[str, Outcome]
"""Outcomes of one state that are known already, by the question's text."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Remembering(PreparedLexicon):
    """A lexicon that takes each question apart once, so that the second state need not do it again."""

    seen: MutableMapping[str, Analysis] = field(default_factory=dict, repr=False, compare=False)

    def analyse_once(self, text: str) -> Analysis:
        """A question taken apart."""
        if text not in self.seen:
            self.seen[text] = PreparedLexicon.analyse_once(self, text)
        return self.seen[text]


def remembering(city: CityKnowledge, seen: MutableMapping[str, Analysis]) -> CityKnowledge:
    """The same knowledge with a lexicon that remembers: it answers alike, only sooner."""
    words = {f.name: getattr(city.index.lexicon, f.name) for f in fields(PreparedLexicon)}
    return replace(city, index=replace(city.index, lexicon=Remembering(**words, seen=seen)))


def outcome(text: str, city: CityKnowledge, at: datetime) -> Outcome:
    """What `city` makes of a question that is asked at `at`."""
    return _outcome(understood(text, city, at), city)


def _outcome(recognition: Recognition, city: CityKnowledge) -> Outcome:
    topics = [c.topic for c in recognition.candidates if c.topic in city.entries]
    sure = round(recognition.confidence, 4)
    if recognition.decision is Decision.ANSWER and topics:
        return Outcome(Decision.ANSWER, sure, topics[0])
    if recognition.decision is Decision.ASK and topics:
        return Outcome(Decision.ASK, sure, options=tuple(topics[:OPTIONS]))
    return Outcome(Decision.FALLBACK, sure, matter=recognition.outside)


def changes(
    questions: Sequence[Question],
    before: CityKnowledge,
    after: CityKnowledge,
    at: datetime,
    known: Known | None = None,
    then: Known | None = None,
    tell: Tell = lambda _done, _total: None,
) -> list[Changed]:
    """What differs, most people first. `known` are outcomes of `before`, `then` of `after`, as far as they are known;
    what is found out is added there."""
    known, then = {} if known is None else known, {} if then is None else then
    same, edited = same_index(before, after), edited_topics(before, after)
    found: list[Changed] = []
    for number, question in enumerate(questions):
        tell(number, len(questions))
        text = question.text
        if text not in known and apart(text, before):  # what is known has been looked at already
            continue
        if text not in known:
            known[text] = outcome(text, before, at)
        if text not in then:
            then[text] = known[text] if same else outcome(text, after, at)
        kind = kind_of(known[text], then[text], edited)
        if kind is not None and not _told_once(question, kind, after):
            found.append(Changed(question, kind, known[text], then[text]))
    return sorted(found, key=_weight)


def learn(questions: Sequence[Question], city: CityKnowledge, at: datetime, known: Known, tell: Tell) -> None:
    """Adds to `known` what `city` makes of these questions."""
    for number, question in enumerate(questions):
        tell(number, len(questions))
        if question.text not in known and not apart(question.text, city):
            known[question.text] = outcome(question.text, city, at)


def _told_once(question: Question, kind: Kind, after: CityKnowledge) -> bool:
    """Whether this is one of the many phrasings of an entry whose answer was edited: its question stands for all."""
    visible = after.entries.get(question.expected or "")
    if kind is not Kind.TEXT or question.source is not Source.PHRASING or visible is None:
        return False
    return question.text != visible.entry.question


def apart(text: str, city: CityKnowledge) -> bool:
    """Whether something is answered without the entries being searched: a wish, a list, all procedures of an event."""
    return (
        not text.strip()
        or wished_style(text, Style()) is not None
        or asks_to_browse(text)
        or procedures_asked(text, city, Style(), "") is not None
    )


def _weight(changed: Changed) -> tuple[int, int, int, int, str]:
    """The most people first; then what is gravest."""
    question = changed.question
    pinned = question.source is not Source.PINNED
    return -len(question.people), -question.times, pinned, list(Kind).index(changed.kind), question.text


def kind_of(old: Outcome, new: Outcome, edited: Collection[str]) -> Kind | None:
    """In which way the two differ for who asks; None when they don't. `edited` are topics that read otherwise now."""
    kind = _DECISIONS.get((old.decision, new.decision))
    if kind is not None:
        return kind
    if new.decision is Decision.ASK:
        return Kind.OPTIONS if old.options != new.options else None
    if new.decision is Decision.FALLBACK or new.topic is None:
        return Kind.REFERRED if old.matter != new.matter or new.led_to in edited else None
    if old.topic != new.topic:
        return Kind.SWITCHED
    return Kind.TEXT if new.topic in edited else None


_DECISIONS: Mapping[tuple[Decision, Decision], Kind] = {
    (Decision.FALLBACK, Decision.ANSWER): Kind.NEW,
    (Decision.ASK, Decision.ANSWER): Kind.NEW,
    (Decision.ANSWER, Decision.FALLBACK): Kind.LOST,
    (Decision.ANSWER, Decision.ASK): Kind.DOUBTED,
    (Decision.ASK, Decision.FALLBACK): Kind.GIVEN_UP,
    (Decision.FALLBACK, Decision.ASK): Kind.ASKED_BACK,
}


def edited_topics(before: CityKnowledge, after: CityKnowledge) -> frozenset[str]:
    """Topics of both states whose answer reads otherwise, in whatever language, or which name somebody else to ask."""
    both = (before.entries.keys() & after.entries.keys()) | (before.refusals.keys() | after.refusals.keys())
    return frozenset(t for t in both if _read(before, t) != _read(after, t))


def _read(city: CityKnowledge, topic: str) -> tuple[object, ...]:
    """What of an entry a citizen reads; nothing where the city has none."""
    visible = city.published(topic)
    if visible is None:
        return ()
    entry = visible.entry
    stale = entry.stale_variants()
    variants = {lang: (v.question, v.answer, v.steps) for lang, v in entry.variants.items() if lang not in stale}
    own = (entry.question, entry.answer, entry.steps, entry.actions, entry.as_of, is_elsewhere(entry) and entry.section)
    return *own, variants, city.register.cite(entry.sources)


def same_index(before: CityKnowledge, after: CityKnowledge) -> bool:
    """Whether both are searched through the very same documents: then every question finds the same in both."""
    return before.thresholds == after.thresholds and list(_searched(before)) == list(_searched(after))


def _searched(city: CityKnowledge) -> Iterator[object]:
    for language, layers in sorted(city.index.layers.items()):
        for layer in layers:
            yield language, layer.segment.documents, layer.visible.tolist()


def totals(found: Sequence[Changed]) -> list[Total]:
    """The sum of each kind there is, in the order of `Kind`; somebody who asked two such questions counts once."""
    return [_total(kind, [c.question for c in found if c.kind is kind]) for kind in Kind if _any(found, kind)]


def _any(found: Sequence[Changed], kind: Kind) -> bool:
    return any(c.kind is kind for c in found)


def _total(kind: Kind, questions: Sequence[Question]) -> Total:
    people = frozenset[str]().union(*(q.people for q in questions))
    by_source = [sum(q.source is source for q in questions) for source in Source]
    return Total(kind, len(people), sum(q.times for q in questions), *by_source)
