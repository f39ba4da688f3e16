"""How fast recognition is with the packs that ship: one question, building, long texts, masking, an edit going live."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle, product
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.intents import mask, recognize
from bot.intents.tokenising import analyse, analyse_stored
from bot.library import Library
from deploy import clock, schema
from deploy.cli.sources import published
from deploy.words import lexicon
from knowledge.database import Database
from knowledge.editing import add_revision, find_entry, publish, published_revision
from knowledge.importing import import_packs
from knowledge.packs import read_packs
from knowledge.schema import Entry
from knowledge.sources import read_facts

ENTRY = "common/mynumber-card/lost-card"
UNKNOWN = ("トンビが持っていった", "財布ごと川に流れた", "犬がかじった", "洗濯機で回した", "電車の網棚のあれが戻らない")
"""Ways to say it that are not answered with that entry before."""


@pytest.mark.benchmark(group="one question")
def test_recognize(benchmark: BenchmarkFixture, cities: list[CityKnowledge], texts: list[str]) -> None:
    benchmark.extra_info["what"] = "latency"
    turn = cycle(product(texts, [city.index for city in cities]))
    benchmark.pedantic(recognize, setup=lambda: (next(turn), {}), rounds=2_000, warmup_rounds=50)


@pytest.mark.benchmark(group="one question")
def test_tokenising_alone(benchmark: BenchmarkFixture, texts: list[str]) -> None:
    turn = cycle(texts)
    benchmark.pedantic(analyse, setup=lambda: ((next(turn),), {}), rounds=1_000, warmup_rounds=50)


@pytest.mark.benchmark(group="five packs")
@pytest.mark.parametrize("state", ["cold", "warm"])
def test_build_five_cities(benchmark: BenchmarkFixture, state: str) -> None:
    """Cold: every text is taken apart; warm: as after an edit, when their analyses are kept."""
    benchmark.extra_info["what"] = f"five {state}"
    source, words, today = published(live=False), lexicon(), clock.today()

    def build() -> list[CityKnowledge]:
        common = common_shelf(source, today, words)
        return [city_knowledge(source, city, today, words, common) for city in source.municipalities]

    if state == "cold":
        benchmark.pedantic(build, setup=analyse_stored.cache_clear, rounds=3)
    else:
        benchmark.pedantic(build, rounds=3, warmup_rounds=1)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The five packs in SQLite."""
    database = Database(f"sqlite:///{tmp_path / 'bench.db'}")
    schema.upgrade(database)
    with database.writing() as session:
        import_packs(session, read_packs(), read_facts()[0], at=clock.now(), reason="bench")
    yield database
    database.close()


@pytest.mark.benchmark(group="five packs")
@pytest.mark.parametrize("served", ["one", "five"])
def test_edit_goes_live(benchmark: BenchmarkFixture, database: Database, served: str) -> None:
    """From the approver's click to the first answer that knows the new phrasing, in one city or in all five."""
    benchmark.extra_info["what"] = f"live {served}"
    library, number = Library(lexicon(), clock.today), count()
    with database.reading() as session:
        cities = library.published(session).municipalities[: {"one": 1, "five": None}[served]]

    def answers(text: str) -> list[str | None]:
        with database.reading() as session:
            found = [recognize(text, library.city(session, city).index).best for city in cities]
        return [candidate.entry if candidate else None for candidate in found]

    def go_live(text: str) -> None:
        _publish(database, text)
        assert set(answers(text)) == {ENTRY}

    def another() -> tuple[tuple[str], dict[str, object]]:
        text = UNKNOWN[next(number)]
        assert ENTRY not in answers(text)
        return (text,), {}

    benchmark.pedantic(go_live, setup=another, rounds=len(UNKNOWN))


def _publish(database: Database, text: str) -> None:
    with database.writing() as session:
        row = find_entry(session, ENTRY, lock=True)
        revision = published_revision(session, row)
        assert revision is not None
        entry = Entry.model_validate(revision.content)
        changed = entry.model_copy(update={"phrasings": (*entry.phrasings, text)})
        written = add_revision(session, row, changed, author="bench", note="", at=clock.now())
        publish(session, {ENTRY: written.id}, author="bench", reason="bench", at=clock.now())


@pytest.mark.benchmark(group="length of the text")
@pytest.mark.parametrize("length", [10, 100, 1_000, 5_000])
def test_cost_by_length(benchmark: BenchmarkFixture, cities: list[CityKnowledge], length: int) -> None:
    text = ("マイナンバーカードをなくしたので再発行したい。" * 300)[:length]
    benchmark.extra_info["what"] = f"length {length}"
    benchmark.pedantic(recognize, args=(text, cities[0].index), rounds=10, iterations=3, warmup_rounds=1)


@pytest.mark.benchmark(group="masking")
@pytest.mark.parametrize(
    "text", ["1 " * 2500, "一" * 5000, "a." * 2500, "番" * 5000], ids=["digits", "kanji", "mail", "ban"]
)
def test_masking_5000_characters(benchmark: BenchmarkFixture, text: str) -> None:
    benchmark.pedantic(lambda: mask(text), rounds=10, iterations=2, warmup_rounds=1)
