"""Hearing what other processes tell (PostgreSQL's LISTEN), on a connection of its own.

Nothing depends on it: whoever is woken here looks by itself too. A transaction pooler between here and the database
swallows notifications without a word, so each listener says hello to itself and tells the log when it does not hear.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from knowledge.database import Database
from knowledge.telling import CHANNEL, tell

log = logging.getLogger("madoguchi.listening")

PATIENCE_SECONDS = 5.0
"""A hello that was not heard by then is lost."""
LOOK_SECONDS = 0.5
"""How often a listener looks whether it is to stop."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
"""Seconds between tries to connect; each is twice the one before."""
_KEPT_ALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""A connection on which nothing is said: without these the other side's end would not be noticed for hours."""


class Listener:
    """Calls what belongs to a topic whenever somebody tells of it. One thread runs it."""

    def __init__(
        self,
        database: Database,
        heard: Mapping[str, Callable[[], None]],
        say: Callable[[Session, str], None] = tell,
    ) -> None:
        self._database = database
        self._heard = heard
        self._say = say
        self._stopping = threading.Event()
        self._pause = FIRST_PAUSE
        self._warned = False

    def run(self) -> None:
        """Listens until `stop`; a database that goes away is waited for."""
        while not self._stopping.is_set():
            try:
                with self._connect() as connection:
                    self._listen(connection)
            except (psycopg.Error, DBAPIError) as error:
                log.warning("not listening: %s", type(error).__name__)
                self._stopping.wait(self._pause)
                self._pause = min(2 * self._pause, LONGEST_PAUSE)

    def stop(self) -> None:
        """Ends `run`, within LOOK_SECONDS."""
        self._stopping.set()

    def _connect(self) -> psycopg.Connection:
        args, given = self._database.engine.dialect.create_connect_args(self._database.url)
        return psycopg.connect(*args, **{"connect_timeout": 5, **_KEPT_ALIVE, **given}, autocommit=True)

    def _listen(self, connection: psycopg.Connection) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        self._pause = FIRST_PAUSE
        for wake in self._heard.values():
            wake()  # something may have happened while nobody listened
        hello = f"hello {secrets.token_hex(8)}"
        with self._database.writing() as session:
            self._say(session, hello)
        patience = time.monotonic() + PATIENCE_SECONDS
        while not self._stopping.is_set():
            for notice in connection.notifies(timeout=LOOK_SECONDS):
                patience = float("inf") if notice.payload == hello else patience
                if (call := self._heard.get(notice.payload)) is not None:
                    call()
                if self._stopping.is_set():
                    return
            if time.monotonic() > patience:
                self._warn()
                patience = float("inf")

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            log.warning(
                "notifications do not get through (a transaction pooler?): events and releases are found by looking"
            )
