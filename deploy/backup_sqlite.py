"""Backups of SQLite: its online backup, which neither stops writers nor sees half of what they write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from deploy.backup_faults import BackupFault
from knowledge.database import SQLITE_BUSY_SECONDS, Database

MAGIC = b"SQLite format 3\0"


def file_of(database: Database) -> Path:
    """The file that the database is."""
    return Path(database.url.database or "")


def dump(database: Database, part: Path) -> None:
    """Copies the database into `part`, in one step: in WAL mode a reader holds nobody up. Raises BackupFault."""
    with _faults(), closing(_reading(file_of(database))) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        # One file that stands alone: without this, opening it makes two more beside it.
        copy.execute("PRAGMA journal_mode=DELETE")
        _require_sound(copy)


def load(database: Database, file: Path) -> None:
    """Writes the backup over the database, in one transaction of SQLite's. Raises BackupFault."""
    target = file_of(database)
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    database.close()
    with _faults(), closing(_reading(file)) as source:
        _require_sound(source)
        with closing(sqlite3.connect(target, timeout=SQLITE_BUSY_SECONDS)) as live:
            source.backup(live)
            live.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def revision_of(file: Path) -> str | None:
    """The revision of the schema in a backup. Raises BackupFault when it can't be read."""
    with _faults(), closing(_reading(file)) as source:
        row = source.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else None


def _reading(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=SQLITE_BUSY_SECONDS)


def _require_sound(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise BackupFault("データベースのファイルが壊れています。その前のバックアップを使ってください。")


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise BackupFault(f"SQLite のファイルを使えません（{error}）。") from None
