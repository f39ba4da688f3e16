"""How long the reports take with a busy month: 30,000 questions of five cities, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pytest_benchmark.fixture import BenchmarkFixture
from starlette.testclient import TestClient

from admin import web as admin
from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.staff import ALL, Role, add_staff
from bot.library import Library
from bot.statistics.periods import Period
from bot.web.state import WebParts
from deploy import clock
from deploy.cli.demo import fill
from deploy.development import _load_packs
from deploy.words import lexicon
from knowledge.database import Database

PAGES = {
    "dashboard": "dashboard?first=2026-10-01&last=2026-10-31",
    "dashboard beside": "dashboard?first=2026-10-01&last=2026-10-31&beside=kokubunji",
    "report": "report?month=2026-10",
    "indicators": "indicators?month=2026-10",
    "workbook": "report/report.xlsx?month=2026-10",
    "open data": "report/aggregates.csv?month=2026-10",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Somebody signed in where a month was busy."""
    database = Database(_address(request, tmp_path_factory.mktemp("busy")))
    _load_packs(database)
    fill(database, Period(date(2026, 10, 1), date(2026, 10, 31)), 30_000, 1)
    app = FastAPI()
    app.state.web = WebParts(database, Library(lexicon(), clock.today), clock.now, secure_cookies=False)
    admin.install(app)
    with database.writing() as session:
        staff = add_staff(session, "bench", "bench", None, municipality=ALL, role=Role.ADMIN, at=clock.now())
        token = sessions.start(session, staff, Method.PASSWORD, "", clock.now())
    with TestClient(app, cookies={"madoguchi_staff": token}) as client:
        yield client
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


@pytest.mark.parametrize("page", list(PAGES))
@pytest.mark.benchmark(group="reports")
def test_reports(benchmark: BenchmarkFixture, client: TestClient, page: str) -> None:
    def ask() -> Any:
        return client.get(f"/admin/fuchu/{PAGES[page]}")

    answer = benchmark.pedantic(ask, rounds=9, warmup_rounds=1)
    benchmark.extra_info.update(what=f"report {page}")
    assert answer.status_code == 200
