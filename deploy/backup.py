"""Backups: a whole copy of the database taken while the service runs, and putting it back.

SQLite by its online backup, PostgreSQL by its own tools. A backup holds what the database holds: masked questions
and keyed hashes. Its file is for its owner's eyes only, and old ones are deleted (`drop_old`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from bot.web.static import JAPAN
from deploy import backup_postgresql, backup_sqlite, schema
from deploy.backup_faults import BackupFault
from knowledge.database import Database

NAME = "madoguchi-{at:%Y%m%d-%H%M%S}{ending}"
_BARE = frozenset({"alembic_version", "current_release"})
"""Tables that have a row before anybody did anything."""


class _Tools(Protocol):
    def dump(self, database: Database, part: Path) -> None: ...
    def load(self, database: Database, file: Path) -> None: ...
    def revision_of(self, file: Path) -> str | None: ...


def _tools(database: Database) -> _Tools:
    return backup_sqlite if database.is_sqlite else backup_postgresql


def default_name(database: Database, at: datetime) -> str:
    """The name of a backup made at that moment, by Japan's clock."""
    return NAME.format(at=at.astimezone(JAPAN), ending=_ending(database))


def back_up(database: Database, file: Path) -> None:
    """Writes a consistent copy of everything. Raises BackupFault; then there is no file."""
    if file.exists():
        raise BackupFault(f"{file} はもうあります。別の名前にしてください。")
    with _complete_or_not_at_all(file) as part:
        _tools(database).dump(database, part)


def restore(database: Database, file: Path, *, force: bool = False) -> str:
    """Puts a backup back; returns the revision of its schema.

    Raises BackupFault when the file is no backup of this kind of database, comes from a newer program, or the
    database has something in it and `force` is not given. After a failure the database is as it was.
    """
    _require_kind(file, database)
    revision = _tools(database).revision_of(file)
    if revision is None or not schema.knows(revision):
        raise BackupFault(
            f"{file} は、このプログラムの知らない版（{revision}）のものです。新しいプログラムで戻してください。"
        )
    if not force and (names := occupied(database)):
        raise BackupFault(
            f"データベースに中身があります（{'、'.join(names[:5])} など）。"
            "消して置きかえてよければ --force を付けてください。"
        )
    _tools(database).load(database, file)
    if (found := schema.current(database)) != revision:
        raise BackupFault(f"戻したあとの版が {found} です（バックアップは {revision}）。もう一度戻してください。")
    return revision


def occupied(database: Database) -> list[str]:
    """Names of the tables that have rows; none for a database that was only just made."""
    if database.is_sqlite and not backup_sqlite.file_of(database).exists():
        return []
    with database.engine.connect() as connection:
        names = sorted(set(inspect(connection).get_table_names()) - _BARE)
        return [name for name in names if _has_rows(connection, name)]


def _has_rows(connection: Connection, table: str) -> bool:
    quoted = connection.dialect.identifier_preparer.quote(table)
    return connection.execute(text(f"SELECT 1 FROM {quoted} LIMIT 1")).first() is not None  # noqa: S608 - our own names


def drop_old(folder: Path, database: Database, now: datetime, keep: timedelta) -> int:
    """Deletes backups of our own naming that are older than `keep`; returns how many. The newest always stays."""
    oldest = default_name(database, now - keep)
    names = sorted(path.name for path in folder.glob(f"madoguchi-????????-??????{_ending(database)}"))
    old = [name for name in names[:-1] if name < oldest]
    for name in old:
        (folder / name).unlink()
    return len(old)


def _ending(database: Database) -> str:
    return ".db" if database.is_sqlite else ".dump"


def _require_kind(file: Path, database: Database) -> None:
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise BackupFault(f"{file} を読めません（{error.strerror}）。") from None
    kinds = ((backup_sqlite.MAGIC, True, "SQLite"), (backup_postgresql.MAGIC, False, "PostgreSQL"))
    for magic, is_sqlite, name in kinds:
        if start.startswith(magic) and is_sqlite != database.is_sqlite:
            raise BackupFault(f"{file} は {name} のバックアップです。MADOGUCHI_DATABASE_URL を確かめてください。")
        if start.startswith(magic):
            return
    raise BackupFault(f"{file} は、まどぐちのバックアップではありません。")


@contextmanager
def _complete_or_not_at_all(file: Path) -> Iterator[Path]:
    """A file beside it to write into, which gets its name only when it is whole and on the disk."""
    part = file.with_name(f".{file.name}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(file)
    except OSError as error:
        raise BackupFault(f"{file} に書けません（{error.strerror}）。") from None
    finally:
        part.unlink(missing_ok=True)
