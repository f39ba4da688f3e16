"""The look-up page, put together: the same answers as on LINE, for helpers, families and people without LINE."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from bot.lookup import (
    after_class,
    class_mode,
    classes,
    crawling,
    entries,
    faults,
    handouts,
    home,
    offline,
    open_data,
    places,
    procedures,
    reporting,
    search,
)
from bot.lookup.api import api
from bot.web.limits import BodyLimit

PAGES = (
    offline,
    class_mode,
    after_class,
    handouts,
    home,
    search,
    entries,
    procedures,
    classes,
    places,
    reporting,
    crawling,
    open_data,
)


def install(app: FastAPI) -> None:
    """Adds the look-up page, the open data and the API to the application. `app.state.web` must be set before."""
    for page in PAGES:  # one by one: in a router of their own FastAPI would make every route once more
        app.include_router(page.router)
    app.mount("/static/lookup", StaticFiles(directory=Path(__file__).parent / "static"))
    app.mount("/api", api(app.state.web))
    app.add_middleware(BodyLimit, paths=("/lookup", "/open-data", "/api"))
    faults.install(app)
