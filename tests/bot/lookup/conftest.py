"""The look-up page with the small knowledge base, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from bot.library import Library
from bot.lookup import web as lookup
from bot.tables import UtteranceRow
from bot.web.state import WebParts
from knowledge.database import Database

BROWSER = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def parts(filled: Database, library: Library, clock: Callable[[], datetime]) -> WebParts:
    """What the pages work with."""
    return WebParts(filled, library, clock)


@pytest.fixture
def site(parts: WebParts) -> Callable[..., FastAPI]:
    """Makes the application, with other settings where a test wants them."""

    def make(**settings: Any) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.state.web = replace(parts, **settings)
        lookup.install(app)
        return app

    return make


@pytest.fixture
def client(site: Callable[..., FastAPI]) -> Iterator[TestClient]:
    """A browser that shows one of our pages."""
    with TestClient(site(), headers=BROWSER, follow_redirects=False) as client:
        yield client


@pytest.fixture
def written(filled: Database) -> Callable[[], list[UtteranceRow]]:
    """What was written down so far."""

    def read() -> list[UtteranceRow]:
        with filled.reading() as session:
            return list(session.exec(select(UtteranceRow)).all())

    return read
