"""How long each of staff's screens takes with a busy month: 30,000 questions of five cities, on both databases.

Every GET route of the admin is here by itself: a new one is measured without anybody having to think of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from pytest_benchmark.fixture import BenchmarkFixture
from sqlmodel import col, select
from starlette.testclient import TestClient

from admin import web as admin
from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.accounts.settings import AccountSettings
from admin.jobs.runner import Runner
from admin.review.grouping import ask_for_grouping
from admin.review.tables import QuestionGroupRow
from admin.staff import ALL, Role, add_staff
from admin.tasks import CHORES, TASKS
from bot.library import Library
from bot.statistics.periods import Period
from bot.web.state import WebParts
from deploy import clock
from deploy.cli.demo import fill
from deploy.development import _load_packs
from deploy.words import lexicon
from knowledge.database import Database

CITY = "fuchu"
MONTH = Period(date(2026, 10, 1), date(2026, 10, 31))
ASKED = {
    "dashboard": [
        "dashboard?first=2026-10-01&last=2026-10-31",
        "dashboard?first=2026-10-01&last=2026-10-31&beside=oyama",
    ],
    "report": ["report?month=2026-10"],
    "report/report.xlsx": ["report/report.xlsx?month=2026-10"],
    "report/aggregates.csv": ["report/aggregates.csv?month=2026-10"],
    "indicators": ["indicators?month=2026-10"],
    "try": ["try?q=カードをなくした"],
    "entries": ["entries", "entries?q=カード"],
    "entries/{group}/{name}": ["entries/mynumber-card/lost-card"],
    "entries/{group}/{name}/history": ["entries/mynumber-card/lost-card/history"],
    "compare/{group}/{name}": ["compare/smartphone-class/find-a-class"],
    "unanswered": ["unanswered", "unanswered?state=all"],
    "releases/{number}": ["releases/1"],
}
"""Screens that are asked with more than their address."""
SHELVES = ("classes", "places", "procedures")
ELSEWHERE = ("excel/entries.xlsx", "excel/packs.zip")
"""Not screens: the whole knowledge base as a file."""


def screens() -> list[str]:
    """What stands behind the municipality in the address of every screen; the rest needs something under way."""
    routes = yaml.safe_load(Path("tests/admin/routes.yaml").read_text(encoding="utf-8"))
    prefix = "/admin/{municipality}/"
    known = [r["route"].removeprefix(prefix) for r in routes if r["method"] == "GET" and r["route"].startswith(prefix)]
    return [screen for route in known if route not in ELSEWHERE for screen in _asked(route)]


def _asked(route: str) -> list[str]:
    if route in ASKED:
        return ASKED[route]
    if route.startswith("catalogues/{shelf}") and "{" not in route.removeprefix("catalogues/{shelf}"):
        return [route.replace("{shelf}", shelf) for shelf in SHELVES]
    return [route] if "{" not in route or route == "unanswered/{number}" else []


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def busy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, int]]:
    """Somebody signed in where a month was busy, and the group of questions that most people asked."""
    database = Database(_address(request, tmp_path_factory.mktemp("busy")))
    _load_packs(database)
    fill(database, MONTH, 30_000, 1)
    library = Library(lexicon(), clock.today)
    app = FastAPI()
    app.state.web = WebParts(database, library, clock.now, secure_cookies=False)
    admin.install(app, AccountSettings())
    runner = Runner(database, library, clock.now, TASKS, CHORES)
    with database.writing() as session:
        staff = add_staff(session, "bench", "bench", None, municipality=ALL, role=Role.ADMIN, at=clock.now())
        token = sessions.start(session, staff, Method.PASSWORD, "", clock.now())
    with TestClient(app, cookies={"madoguchi_staff": token}) as client:
        yield client, _grouped(runner, database)
    database.close()


def _address(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "busy.db")
        return f"sqlite:///{folder / 'busy.db'}"
    address: str = request.getfixturevalue("postgresql")
    database = Database(address.format(name="postgres"))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE busy TEMPLATE template_madoguchi")
    database.close()
    return address.format(name="busy")


def _grouped(runner: Runner, database: Database) -> int:
    """Lets the runner group all failed questions."""
    with database.writing() as session:
        ask_for_grouping(session, CITY, author="bench", at=clock.now(), full=True)
    while runner.run_once():
        pass
    with database.reading() as session:
        found = (
            select(QuestionGroupRow.id).where(QuestionGroupRow.municipality == CITY).order_by(col(QuestionGroupRow.id))
        )
        number = session.exec(found).first()
    assert number is not None
    return number


@pytest.mark.parametrize("screen", screens())
@pytest.mark.benchmark(group="screens")
def test_screen(benchmark: BenchmarkFixture, busy: tuple[TestClient, int], screen: str) -> None:
    client, number = busy

    def ask() -> Any:
        return client.get(f"/admin/{CITY}/{screen.replace('{number}', str(number))}")

    answer = benchmark.pedantic(ask, rounds=5, warmup_rounds=1)
    benchmark.extra_info.update(screen=screen, database=str(benchmark.param).split("-")[0])
    assert answer.status_code == 200, answer.text[:500]
