"""What is measured: the echo of the SDK's examples, and まどぐち in each of its forms."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from databases import Postgresql, Sqlite
from processes import Running, first_line, free_port, start, until_ready

HERE = Path(__file__).parent
SECRET = secrets.token_hex(16)
TOKEN = secrets.token_hex(16)
RUN = ("-c", "from deploy.cli import main; main()")


@dataclass(frozen=True)
class Form:
    """One row of the table. `workers` is None where the web process answers itself."""

    name: str
    title: str
    database: str = ""
    workers: int | None = None
    echo: str = ""
    events: int = 1
    """In one webhook."""


FORMS = (
    Form("echo", "エコー（SDK の例、同期クライアント）", echo="sync"),
    Form("echo-async", "エコー（SDK の例、非同期クライアント）", echo="async"),
    Form("sqlite", "SQLite、1 プロセス", "sqlite"),
    Form("postgresql", "PostgreSQL、1 プロセス", "postgresql"),
    Form("worker-1", "PostgreSQL、web 1 + worker 1", "postgresql", 1),
    Form("worker-2", "PostgreSQL、web 1 + worker 2", "postgresql", 2),
    Form("batches", "PostgreSQL、1 プロセス、10 件ずつの webhook", "postgresql", events=10),
)


@dataclass(frozen=True)
class Service:
    """A service that runs: where, since when, and its processes."""

    port: int
    started: float
    ready: float
    running: Sequence[Running]


@contextmanager
def sink(folder: Path) -> Iterator[tuple[Running, str]]:
    """What takes LINE's place, and its address."""
    running = start("LINE の代わり", [str(HERE / "sink.py"), TOKEN], folder)
    try:
        yield running, f"http://127.0.0.1:{first_line(running)}"
    finally:
        running.stop()


@contextmanager
def service(
    form: Form, api: str, cities: Sequence[str], databases: dict[str, Sqlite | Postgresql], folder: Path
) -> Iterator[Service]:
    """The service of a form, ready."""
    port, started = free_port(), time.monotonic()
    if form.echo:
        running = [start("echo", [str(HERE / "echo.py"), form.echo, str(port), api, SECRET, TOKEN], folder)]
    else:
        url = databases[form.database].fresh(form.name.replace("-", "_"))
        started = time.monotonic()
        running = _ours(form, _environment(url, port, api, cities), folder)
    try:
        until_ready(f"http://127.0.0.1:{port}/readyz", running)
        yield Service(port, started, time.monotonic(), running)
    finally:
        for one in running:
            one.stop()


def _ours(form: Form, environment: dict[str, str], folder: Path) -> list[Running]:
    if form.workers is None:
        return [start("まどぐち", [*RUN, "serve"], folder, environment)]
    web = start("web", [*RUN, "serve", "--no-worker"], folder, environment)
    numbers = range(1, form.workers + 1)
    return [web, *(start(f"worker {number}", [*RUN, "worker"], folder, environment) for number in numbers)]


def _environment(url: str, port: int, api: str, cities: Sequence[str]) -> dict[str, str]:
    channels = {
        f"MADOGUCHI_LINE_{city.upper().replace('-', '_')}_{name}": value
        for city in cities
        for name, value in (("CHANNEL_SECRET", SECRET), ("ACCESS_TOKEN", TOKEN))
    }
    return {
        "MALLOC_ARENA_MAX": "2",  # as in the container and the units of systemd
        "MADOGUCHI_DATABASE_URL": url,
        "MADOGUCHI_PORT": str(port),
        "MADOGUCHI_HASH_KEY": "k" * 32,
        "MADOGUCHI_LINE_API": api,
        **channels,
    }
