"""How long the publish preview takes: 5,000 distinct questions and all phrasings of a city, in its job."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlmodel import Session
from synthetic import questions

from admin.jobs.runner import Runner
from admin.publishing import preview, previewing
from admin.tasks import TASKS
from bot.conversation.city import CityKnowledge
from bot.library import Library
from bot.tables import UtteranceRow
from deploy import clock, schema
from deploy.words import lexicon
from knowledge import drafting
from knowledge.database import Database
from knowledge.editing import find_entry
from knowledge.importing import import_packs
from knowledge.packs import read_packs
from knowledge.schema import Entry
from knowledge.sources import read_facts
from knowledge.tables import RevisionRow

ENTRY = "kokubunji/smartphone-class/find-a-class"
ASKED = 5_000
SEED = 5


@pytest.fixture
def database(tmp_path: Path, cities: list[CityKnowledge]) -> Iterator[Database]:
    """The five packs, 5,000 distinct questions that no entry has literally, and a draft."""
    database = Database(f"sqlite:///{tmp_path / 'bench.db'}")
    schema.upgrade(database)
    city = next(city for city in cities if city.municipality == "kokubunji")
    documents = [document for document in city.index.documents() if not document.outside]
    chance, now = random.Random(SEED), clock.now()
    with database.writing() as session:
        import_packs(session, read_packs(), read_facts()[0], at=now, reason="bench")
        for number, text in enumerate(islice(dict.fromkeys(questions(documents, 2 * ASKED)), ASKED)):
            row = UtteranceRow(id=f"q{number}", municipality="kokubunji", channel="line", at=now, decision="ask")
            row.person, row.text, row.key, row.candidates = f"p{chance.randrange(900)}", text, text, []
            session.add(row)
    yield database
    database.close()


@pytest.mark.benchmark(group="publish preview")
def test_preview(benchmark: BenchmarkFixture, database: Database) -> None:
    """The first of a process: both states are asked everything."""
    _measure(benchmark, database, "preview first", warm=False)


@pytest.mark.benchmark(group="publish preview")
def test_preview_again(benchmark: BenchmarkFixture, database: Database) -> None:
    """As it is when the published state was asked ahead, while somebody chose the drafts; and every time after."""
    _measure(benchmark, database, "preview next", warm=True)


def _measure(benchmark: BenchmarkFixture, database: Database, what: str, *, warm: bool) -> None:
    benchmark.extra_info["what"] = what
    library = Library(lexicon(), clock.today)
    runner = Runner(database, library, clock.now, TASKS)
    with database.reading() as session:
        library.city(session, "kokubunji")
    numbers = iter(range(100))

    def another() -> None:
        if not warm:
            previewing.forget()
        with database.writing() as session:
            _wanted(session, f"トンビが{next(numbers)}羽のスマホ塾")

    if warm:
        with database.writing() as session:
            preview.get_ready(session, "kokubunji", author="bench", at=clock.now())
        runner.run_once()
    benchmark.pedantic(runner.run_once, setup=another, rounds=3)


def _wanted(session: Session, phrasing: str) -> None:
    head = drafting.head_revision(session, find_entry(session, ENTRY))
    old = Entry.model_validate(session.get_one(RevisionRow, head).content)
    text = old.model_copy(update={"phrasings": (*old.phrasings, phrasing)})
    drafting.save_draft(session, ENTRY, text, started_from=head, author="bench", note="", at=clock.now())
    wanted = preview.wanted_now(session, [ENTRY], ["kokubunji"])
    preview.start_preview(session, "kokubunji", wanted, author="bench", at=clock.now())
