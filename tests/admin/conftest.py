"""What tests of the admin share: the application with a few members of staff, and a clock that can be moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from admin import web as admin
from admin.accounts.settings import AccountSettings
from admin.jobs.runner import Runner
from admin.passwords import hash_password
from admin.review import after_release, grouping
from admin.staff import ALL, Role, staff_id
from admin.tables import RoleRow, StaffRow
from admin.tasks import TASKS
from bot.library import Library
from bot.lookup.web import PAGES as LOOKUP_PAGES
from bot.web.state import WebParts
from knowledge.database import Database

PASSWORD = "correct horse battery"


class Clock:
    """A clock that a test moves."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def moving(now: datetime) -> Clock:
    """The clock of the application."""
    return Clock(now)


@pytest.fixture(scope="session")
def stored_password() -> str:
    """The hash of everybody's password, made once: making one is slow on purpose."""
    return hash_password(PASSWORD)


@pytest.fixture(scope="session")
def pages() -> FastAPI:
    """The admin beside the look-up page. FastAPI takes a third of a second to make their routes: all tests share it."""
    app = FastAPI()
    for page in LOOKUP_PAGES:
        app.include_router(page.router)
    admin.install(app)
    return app


@pytest.fixture
def app(
    pages: FastAPI, filled: Database, library: Library, moving: Clock, now: datetime, stored_password: str
) -> FastAPI:
    """The pages, with a `chief` everywhere, two people in 国分寺市 and one in 小山市."""
    pages.state.web = WebParts(filled, library, moving, secure_cookies=False)
    pages.state.accounts = AccountSettings("k" * 32)
    with filled.writing() as session:
        for login, city, role in (
            ("chief", ALL, Role.ADMIN),
            ("editor", "kokubunji", Role.EDITOR),
            ("viewer", "kokubunji", Role.VIEWER),
            ("neighbour", "oyama", Role.ADMIN),
        ):
            row = StaffRow(login=login, name=login, password=stored_password, created_at=now)
            session.add(row)
            session.flush()
            session.add(RoleRow(staff_id=staff_id(row), municipality=city, role=role))
    return pages


@pytest.fixture
def new_client(app: FastAPI) -> Callable[[], TestClient]:
    """Opens another browser."""
    return lambda: TestClient(app, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)


@pytest.fixture
def client(new_client: Callable[[], TestClient]) -> Iterator[TestClient]:
    """A browser."""
    with new_client() as client:
        yield client


@pytest.fixture
def work(filled: Database, library: Library, moving: Clock) -> Callable[[], None]:
    """Does what the runner does for the review queue: looks at releases, groups questions, works off the jobs."""
    runner = Runner(filled, library, moving, TASKS)

    def done() -> None:
        for chore in (grouping.group_all, after_release.ask_again_when_released):
            chore(filled, moving())
            while runner.run_once():
                pass

    return done
