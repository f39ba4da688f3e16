"""What the benchmarks share: the real packs, and packs of any size made from them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import pytest

from bot.conversation.city import CityKnowledge
from bot.evaluation.questions import read_questions
from bot.intents import Document, PreparedLexicon
from bot.intents.tokenising import Analysis
from deploy.cli.sources import city_finder, published
from deploy.words import lexicon

sys.path.insert(0, str(Path(__file__).parent))  # the benchmarks are no package; they share modules all the same

from synthetic import entries, questions

QUESTIONS = Path(__file__).parents[1] / "bot/intents/questions.tsv"
ASKED = 300


class Remembering(PreparedLexicon):
    """Takes every stored text apart once, however many there are: so that building is measured without it."""

    def analyse(self, text: str) -> Analysis:
        """A stored text taken apart."""
        return _analysis(self, text)


_seen: dict[str, Analysis] = {}


def _analysis(words: PreparedLexicon, text: str) -> Analysis:
    if text not in _seen:
        _seen[text] = words.analyse_once(text)
    return _seen[text]


@dataclass(frozen=True)
class Corpus:
    """Documents of `size` phrasings in all, and what is asked of them."""

    size: int
    lexicon: PreparedLexicon
    documents: list[Document]
    phrasings: list[str]
    words: list[list[str]]
    """The content words of each phrasing: what the other search engines are given."""
    questions: list[str]

    def asked(self, question: str) -> list[str]:
        """The content words of a question."""
        return [w for w in self.lexicon.analyse_once(question).words if w not in self.lexicon.stopwords]


@pytest.fixture(scope="session")
def cities() -> list[CityKnowledge]:
    """The five cities, as the pack files have them."""
    source = published(live=False)
    find = city_finder(source)
    return [find(city) for city in source.municipalities]


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Questions of people, none of them a phrasing."""
    return [q.utterance for q in read_questions(QUESTIONS.read_text(encoding="utf-8"))]


@pytest.fixture(scope="session")
def corpus(cities: list[CityKnowledge]) -> Callable[[int], Corpus]:
    """Makes a corpus of a size, once."""
    real = {d.entry: d for city in cities for d in city.index.documents() if not d.outside}
    words = lexicon()
    remembering = Remembering(**{f.name: getattr(words, f.name) for f in fields(words)})
    return cache(lambda size: _corpus(list(real.values()), size, remembering))


def _corpus(real: list[Document], size: int, words: PreparedLexicon) -> Corpus:
    documents = entries(real, size)
    phrasings = [p for d in documents for p in d.phrasings]
    of_each = [[w for w in words.analyse(p).words if w not in words.stopwords] for p in phrasings]
    for document in documents:
        words.analyse(document.body)
    gc.freeze()  # half a million texts are not what the collector's time is to be measured on
    return Corpus(size, words, documents, phrasings, of_each, questions(documents, ASKED))
