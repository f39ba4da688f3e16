"""Moving from SQLite to PostgreSQL: every table, in the order of its foreign keys, in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Integer, RowMapping, Table, func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from bot.records import storable
from deploy import schema
from deploy.backup import occupied
from deploy.backup_faults import BackupFault
from knowledge.database import Database

BATCH = 1000
"""Rows in memory at a time."""
Tell = Callable[[str, int], None]
"""Is told the name of each table that is done, and its number of rows."""


def copy(origin: Database, target: Database, tell: Tell) -> int:
    """Copies everything from SQLite into an empty PostgreSQL; returns the number of rows.

    The source is read as of one moment. Raises BackupFault when one of the two is not what it must be, or a row does
    not fit; then nothing was copied.
    """
    _require(origin, target)
    schema.upgrade(target)
    with origin.engine.connect() as reading, target.engine.begin() as writing:
        for table in _bare_tables():
            writing.execute(table.delete())
        return sum(_copy_told(table, reading, writing, tell) for table in SQLModel.metadata.sorted_tables)


def _require(origin: Database, target: Database) -> None:
    if not origin.is_sqlite or target.is_sqlite:
        raise BackupFault("SQLite から PostgreSQL へ写します。MADOGUCHI_DATABASE_URL と --to を確かめてください。")
    if schema.current(origin) != schema.head():
        raise BackupFault("元のデータベースの表が古いままです。先に madoguchi db upgrade を実行してください。")
    if names := occupied(target):
        raise BackupFault(
            f"写す先に中身があります（{'、'.join(names[:5])} など）。空のデータベースを用意してください。"
        )


def _bare_tables() -> list[Table]:
    """Tables in which a migration may have put a row; those of the source take its place."""
    return [table for table in SQLModel.metadata.sorted_tables if table.name == "current_release"]


def _copy_told(table: Table, reading: Connection, writing: Connection, tell: Tell) -> int:
    try:
        count = _copy_table(table, reading, writing)
        _continue_numbers(table, writing)
    except DBAPIError as error:
        raise BackupFault(f"表 {table.name} を写せません（{type(error.orig).__name__}: {_said(error)}）。") from None
    tell(table.name, count)
    return count


def _copy_table(table: Table, reading: Connection, writing: Connection) -> int:
    """Copies a table and compares the numbers of rows."""
    rows = reading.execution_options(yield_per=BATCH).execute(select(table)).mappings()
    for batch in rows.partitions(BATCH):
        writing.execute(insert(table), [_fit(row) for row in batch])
    counting = select(func.count()).select_from(table)
    before, after = (int(connection.execute(counting).scalar_one()) for connection in (reading, writing))
    if before != after:
        raise BackupFault(f"表 {table.name} の行の数が合いません（元 {before}、写し {after}）。")
    return after


def _fit(row: RowMapping) -> dict[str, object]:
    """A row without what PostgreSQL refuses in a text and SQLite takes."""
    return {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}


def _continue_numbers(table: Table, writing: Connection) -> None:
    """The next number that PostgreSQL gives follows the largest copied one."""
    column = table.autoincrement_column
    if column is None or not isinstance(column.type, Integer):
        return
    quote = writing.dialect.identifier_preparer.quote
    name, key = quote(table.name), quote(column.name)
    sequence = writing.execute(
        text("SELECT pg_get_serial_sequence(:name, :column)"), {"name": name, "column": column.name}
    ).scalar()
    if sequence is not None:
        largest = f"(SELECT max({key}) FROM {name})"  # noqa: S608 - names of our own tables
        writing.execute(
            text(f"SELECT setval(:sequence, coalesce({largest}, 1), {largest} IS NOT NULL)"), {"sequence": sequence}
        )


def _said(error: DBAPIError) -> str:
    """The database's complaint without its details, which may quote a row."""
    return str(error.orig).partition("\n")[0][:200]
