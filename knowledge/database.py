"""Opening the database: SQLite (WAL) in one process, PostgreSQL beyond.

One `Database` per process. Work happens in `reading()` and `writing()`; each is one transaction that commits at
its end and rolls back on an exception.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, DateTime, Engine, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from knowledge.telling import TOLD

# Constraints have names, so that migrations can speak of them on both databases.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

SQLITE_BUSY_SECONDS = 5
_WRITES = "madoguchi_writes"


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time. SQLite drops time zones, so the one we mean is put back when reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is not None and value.tzinfo is None:
            raise ValueError("a point in time needs a time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """An engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        self.url = _with_driver(make_url(url))
        self.engine = _open_sqlite(self.url) if self.is_sqlite else _open_postgresql(self.url)
        self._ears: list[Callable[[str], None]] = []

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database (one process, no SKIP LOCKED)."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that writes; commits at the end of the block.

        On SQLite it takes the write lock at once: a reader that becomes a writer later would be refused without
        waiting when somebody else wrote in between.
        """
        with (
            self.engine.connect().execution_options(**{_WRITES: True}) as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        for topic in session.info.get(TOLD, ()):
            for ear in self._ears:
                ear(topic)

    def hear(self, ear: Callable[[str], None]) -> None:
        """Has `ear` called with each topic that a committed transaction of this process told (embedded database: the
        process is the only one; what PostgreSQL tells comes by `deploy.listening`)."""
        self._ears.append(ear)

    def close(self) -> None:
        """Closes all pooled connections."""
        self.engine.dispose()


def is_unavailable(error: DBAPIError) -> bool:
    """Whether the database could not be reached, was locked, or could not write (disk full)."""
    if error.connection_invalidated:
        return True
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return isinstance(cause, sqlite3.OperationalError)
    state = getattr(cause, "sqlstate", None)
    # 08 connection, 53 resources (disk full), 55 lock not available, 57 shut down; no state: never connected
    return state is None or state[:2] in {"08", "53", "55", "57"}


def _with_driver(url: URL) -> URL:
    """psycopg 3 for every PostgreSQL address, however it is written."""
    is_postgresql = url.get_backend_name() == "postgresql"
    return url.set(drivername="postgresql+psycopg") if is_postgresql else url


def _open_postgresql(url: URL) -> Engine:
    return create_engine(
        url, pool_pre_ping=True, pool_size=10, connect_args={"connect_timeout": 5}, hide_parameters=True
    )


def _open_sqlite(url: URL) -> Engine:
    # Parameters are what people wrote: an error, which may be logged, does not quote them.
    engine = create_engine(
        url, connect_args={"timeout": SQLITE_BUSY_SECONDS, "check_same_thread": False}, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling is switched off; `_begin_sqlite` says BEGIN.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options: Any = connection.get_execution_options()
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")
