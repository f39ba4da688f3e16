"""What the fault tests share: PostgreSQL that can be killed, worlds of real processes, and the table at the end."""

from __future__ import annotations

import itertools
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package; these share modules all the same

from postgres import Postgres
from verdict import table
from world import ALL, SHIFTED, SOAK, Count, Line, World, fill, many_processes, one_process

from deploy import schema
from knowledge.database import Database
from knowledge.published import Published

_numbers = itertools.count(1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of all fault tests that ran."""
    if ALL:
        terminalreporter.section(f"故障の試験（MADOGUCHI_SOAK={SOAK}）")
        for line in table(ALL):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def line() -> Iterator[Line]:
    """LINE."""
    line = Line()
    yield line
    line.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, published: Published) -> Iterator[Postgres]:
    """PostgreSQL with a filled database to copy."""
    server = Postgres(tmp_path_factory.mktemp("faults"))
    server.start()
    server.run("CREATE DATABASE filled")
    _fill(server.url("filled"), published)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory, published: Published) -> Path:
    """An SQLite database to copy."""
    path = tmp_path_factory.mktemp("filled") / "filled.db"
    _fill(f"sqlite:///{path}", published)
    return path


def _fill(url: str, published: Published) -> None:
    database = Database(url)
    schema.upgrade(database)
    fill(database, published)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@pytest.fixture(scope="session")
def fresh_database(server: Postgres) -> Callable[[], str]:
    """Makes filled databases on PostgreSQL."""

    def fresh() -> str:
        name = f"world_{next(_numbers)}"
        server.run(f"CREATE DATABASE {name} TEMPLATE filled")
        return server.url(name)

    return fresh


@pytest.fixture(scope="session")
def _city(fresh_database: Callable[[], str], line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = many_processes(tmp_path_factory.mktemp("city"), fresh_database(), line, webs=2, workers=2)
    yield world
    world.stop()


@pytest.fixture
def world(_city: World, line: Line) -> World:
    """Two processes that receive, two that answer, PostgreSQL; all well when a test begins."""
    line.road.order(None)
    _city.start()
    return _city


@pytest.fixture
def moved(
    fresh_database: Callable[[], str], line: Line, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[World, Callable[[float], None]]]:
    """A world whose clock a test moves, and how to: by how many seconds it is wrong."""
    folder = tmp_path_factory.mktemp("moved")
    offset = folder / "offset"

    def move(seconds: float) -> None:
        (folder / "next").write_text(str(seconds), encoding="ascii")
        (folder / "next").replace(offset)

    move(0)
    clock = {"MADOGUCHI_TEST_CLOCK": str(offset)}
    world = many_processes(folder, fresh_database(), line, webs=1, workers=1, command=SHIFTED, **clock)
    world.start()
    yield world, move
    world.stop()


@pytest.fixture(scope="session")
def _village(filled_file: Path, line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("village")
    shutil.copy(filled_file, folder / "village.db")
    world = one_process(folder, f"sqlite:///{folder / 'village.db'}", line)
    yield world
    world.stop()


@pytest.fixture
def village(_village: World, line: Line) -> World:
    """One process, SQLite; all well when a test begins."""
    line.road.order(None)
    _village.start()
    return _village


@pytest.fixture(params=["postgresql", "sqlite"])
def either(request: pytest.FixtureRequest) -> World:
    """A world of each kind."""
    world: World = request.getfixturevalue("world" if request.param == "postgresql" else "village")
    return world


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Callable[..., Count]:
    """Counts a test's events: `with count(world, seed=1) as crowd:`."""

    def counting(world: World, *, seed: int, name: str = "") -> Count:
        return Count(world, name or request.node.name.removeprefix("test_"), seed)

    return counting
