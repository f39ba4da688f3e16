"""How fast recognition is, beside what it is made of and what one might have used instead. Run by `make bench`."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rapidfuzz import fuzz, process

from bot.conversation.city import CityKnowledge, city_knowledge
from bot.evaluation.questions import read_questions
from bot.intents import mask, recognize
from bot.intents.tokenising import analyse
from deploy import clock
from deploy.cli.sources import city_finder, published
from deploy.words import lexicon

QUESTIONS = Path(__file__).parents[1] / "bot/intents/questions.tsv"
ROUNDS = {"rounds": 20, "iterations": 20, "warmup_rounds": 2}


@pytest.fixture(scope="module")
def city() -> CityKnowledge:
    return city_finder(published(live=False))("kokubunji")


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return [q.utterance for q in read_questions(QUESTIONS.read_text(encoding="utf-8"))]


@pytest.mark.benchmark(group="one question")
def test_recognize(benchmark: BenchmarkFixture, city: CityKnowledge, texts: list[str]) -> None:
    turn = cycle(texts)
    benchmark.pedantic(lambda: recognize(next(turn), city.index), **ROUNDS)


@pytest.mark.benchmark(group="one question")
def test_tokenising_alone(benchmark: BenchmarkFixture, texts: list[str]) -> None:
    turn = cycle(texts)
    benchmark.pedantic(lambda: analyse(next(turn)), **ROUNDS)


@pytest.mark.benchmark(group="one question")
def test_rapidfuzz_over_every_phrasing(benchmark: BenchmarkFixture, city: CityKnowledge, texts: list[str]) -> None:
    turn = cycle(texts)
    phrasings = [p for d in city.index.documents() for p in d.phrasings]
    benchmark.pedantic(
        lambda: process.extractOne(next(turn), phrasings, scorer=fuzz.WRatio), rounds=5, iterations=4, warmup_rounds=1
    )


@pytest.mark.benchmark(group="build")
def test_build_five_cities(benchmark: BenchmarkFixture) -> None:
    source, words = published(live=False), lexicon()
    benchmark.pedantic(
        lambda: [city_knowledge(source, c, clock.today(), words) for c in source.municipalities], rounds=3
    )


@pytest.mark.benchmark(group="length of the text")
@pytest.mark.parametrize("length", [10, 100, 1_000, 5_000])
def test_cost_by_length(benchmark: BenchmarkFixture, city: CityKnowledge, length: int) -> None:
    text = ("マイナンバーカードをなくしたので再発行したい。" * 300)[:length]
    benchmark.pedantic(lambda: recognize(text, city.index), rounds=10, iterations=3, warmup_rounds=1)


@pytest.mark.benchmark(group="masking")
@pytest.mark.parametrize(
    "text", ["1 " * 2500, "一" * 5000, "a." * 2500, "番" * 5000], ids=["digits", "kanji", "mail", "ban"]
)
def test_masking_5000_characters(benchmark: BenchmarkFixture, text: str) -> None:
    benchmark.pedantic(lambda: mask(text), rounds=10, iterations=2, warmup_rounds=1)
