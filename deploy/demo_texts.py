"""What made-up people ask: words of the packs, changed as people change them, other languages, slips, and strangers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from bot.conversation.city import CityKnowledge
from bot.evaluation import questions
from bot.evaluation.questions import read_questions
from knowledge.catalogue import catalogue
from knowledge.schema import Entry

_OPENINGS = ("すみません、", "教えてください。", "あの、", "ちょっと聞きたいのですが ", "はじめまして。", "")
_ENDINGS = ("について教えて", "は?", "どうしたらいい？", "を知りたい", "が分かりません", "、お願いします", "…")
_KANA_SLIPS = {"か": "が", "た": "だ", "し": "じ", "き": "ぎ", "て": "で", "は": "ば", "つ": "っ", "や": "ゃ", "ー": ""}
_GARBLED = ("あ", "ん", "まい", "かーど", "kaado", "まいなんばーかーどのこうしん", "すまほきょうしt", "ああああ", "?")
_PERSONAL = ("090-1234-5678に電話して。", "番号は1234 5678 9018です。", "mail@example.jp へ返事をください。")
_EVENTS = ("引っ越します", "子どもが生まれた", "結婚した", "家族が亡くなった", "引っ越しのとき何をする？")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody types, and the topics that would be right; none when nothing here is meant."""

    text: str
    topics: frozenset[str]


_FILES = ("training.tsv", "training-none.tsv")


@cache
def _read(name: str) -> tuple[questions.Question, ...]:
    return tuple(read_questions((Path(questions.__file__).parent / name).read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Repertoire:
    """What people of a city ask about, each topic as often as it is asked for."""

    entries: tuple[Entry, ...]
    weights: tuple[int, ...]
    foreign: tuple[Entry, ...]
    training: tuple[Asked, ...]
    strangers: tuple[str, ...]

    def some_entry(self, chance: Random) -> Entry:
        """A topic, the ones of high priority more often."""
        return chance.choices(self.entries, self.weights)[0]


def repertoire(city: CityKnowledge, chance: Random) -> Repertoire:
    """What people of a city may ask; a few topics are favourites of this city."""
    topics = catalogue().topics
    entries = tuple(visible.entry for _, visible in sorted(city.entries.items()))
    weights = tuple(
        (4 - min(topics[e.topic].priority, 3) if e.topic in topics else 1) * chance.choice((1, 1, 1, 2, 2, 3, 6))
        for e in entries
    )
    foreign = tuple(e for e in entries if set(e.variants) - {"easy"})
    near = [Asked(q.utterance, q.expected) for name in _FILES for q in _read(name) if q.city == city.municipality]
    strangers = tuple(m.phrasings[0] for m in city.matters.values())
    return Repertoire(entries, weights, foreign, tuple(near), strangers)


def _as_written(them: Repertoire, chance: Random) -> Asked:
    entry = them.some_entry(chance)
    return Asked(chance.choice((entry.question, *entry.phrasings)), frozenset({entry.topic}))


def _in_own_words(them: Repertoire, chance: Random) -> Asked:
    asked = _as_written(them, chance)
    text = asked.text.rstrip("？?。")
    return Asked(f"{chance.choice(_OPENINGS)}{text}{chance.choice(_ENDINGS)}", asked.topics)


def _slipped(them: Repertoire, chance: Random) -> Asked:
    asked = _as_written(them, chance)
    letters = list(asked.text)
    place = chance.randrange(len(letters))
    letters[place] = _KANA_SLIPS.get(letters[place], chance.choice(("", letters[place] * 2)))
    return Asked("".join(letters) or asked.text, asked.topics)


def _half(them: Repertoire, chance: Random) -> Asked:
    asked = _as_written(them, chance)
    return Asked(asked.text[: max(2, len(asked.text) // 2)], asked.topics)


def _foreign(them: Repertoire, chance: Random) -> Asked:
    if not them.foreign:
        return _as_written(them, chance)
    entry = chance.choice(them.foreign)
    language = chance.choice(sorted(set(entry.variants) - {"easy"}))
    variant = entry.variants[language]
    return Asked(chance.choice((variant.question, *variant.phrasings)), frozenset({entry.topic}))


def _stranger(them: Repertoire, chance: Random) -> Asked:
    return Asked(chance.choice(them.strangers), frozenset())


def _indirect(them: Repertoire, chance: Random) -> Asked:
    return chance.choice(them.training) if them.training else _half(them, chance)


def _garbled(_: Repertoire, chance: Random) -> Asked:
    return Asked(chance.choice(_GARBLED), frozenset())


def _personal(them: Repertoire, chance: Random) -> Asked:
    asked = _as_written(them, chance)
    return Asked(f"{asked.text} {chance.choice(_PERSONAL)}", asked.topics)


def _event(_: Repertoire, chance: Random) -> Asked:
    return Asked(chance.choice(_EVENTS), frozenset())


_KINDS: Mapping[Callable[[Repertoire, Random], Asked], int] = {
    _as_written: 28, _in_own_words: 30, _slipped: 8, _half: 7, _foreign: 6, _stranger: 9, _indirect: 7,
    _garbled: 2, _personal: 1, _event: 2,
}  # fmt: skip


def some_question(them: Repertoire, chance: Random) -> Asked:
    """Something that somebody asks."""
    return chance.choices(list(_KINDS), list(_KINDS.values()))[0](them, chance)


def typed_in_trouble(chance: Random) -> list[Asked]:
    """Tries of somebody who can't get the words typed."""
    return [Asked(text, frozenset()) for text in chance.sample(_GARBLED, 3)]
