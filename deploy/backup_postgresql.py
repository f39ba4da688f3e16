"""Backups of PostgreSQL, by its own pg_dump and pg_restore (they have to be as new as the server)."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, inspect, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from deploy.backup_faults import BackupFault
from knowledge.database import Database

MAGIC = b"PGDMP"
ASIDE = "madoguchi_before_restore"
"""The schema in which the present tables wait until the backup is in."""
LOCK_SECONDS = 10


def dump(database: Database, part: Path) -> None:
    """Writes a dump of the whole database, as of one moment, into `part`. Raises BackupFault."""
    chosen = ("--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={ASIDE}", f"--file={part}")
    _run("pg_dump", *chosen, f"--dbname={_address(database)}", password=database.url.password)


def load(database: Database, file: Path) -> None:
    """Puts a dump in the place of the present tables; they come back when that fails. Raises BackupFault."""
    chosen = ("--no-owner", "--no-privileges", "--single-transaction", f"--dbname={_address(database)}")
    _tool("pg_restore")
    with _set_aside(database):
        _run("pg_restore", *chosen, str(file), password=database.url.password)


def revision_of(file: Path) -> str | None:
    """The revision of the schema in a dump. Raises BackupFault when it can't be read."""
    lines = _run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file)).splitlines()
    copied = [number for number, line in enumerate(lines) if line.startswith("COPY ")]
    return lines[copied[0] + 1].strip() if copied else None


def _address(database: Database) -> str:
    """The address as PostgreSQL's tools read it. The password goes by the environment: others see a command line."""
    url = database.url
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return bare.render_as_string(hide_password=False)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise BackupFault(
            f"{name} が見つかりません。"
            "サーバーと同じ版の PostgreSQL の道具（Debian なら postgresql-client）を入れてください。"
        )
    return found


def _run(name: str, *arguments: str, password: str | None = None) -> str:
    secret = {"PGPASSWORD": password} if password else {}
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [_tool(name), *arguments], env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupFault(_reason(name, done.stderr))
    return done.stdout


def _reason(name: str, said: str) -> str:
    """The tool's first complaint; what follows may quote rows."""
    if "version mismatch" in said or "unsupported version" in said:
        return f"{name} の版がサーバーより古いため使えません。サーバーと同じ版の PostgreSQL の道具を入れてください。"
    complaint = next((line for line in said.splitlines() if "error:" in line), said.partition("\n")[0])
    return f"{name} ができませんでした（{complaint[:300]}）。"


@contextmanager
def _set_aside(database: Database) -> Iterator[None]:
    """Moves the tables out of the way for as long as the block lasts, then drops them; if it fails, back they come."""
    try:
        with database.engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            home = str(connection.execute(text("SELECT current_schema()")).scalar_one())
            connection.execute(text(f"CREATE SCHEMA {ASIDE}"))
            _move(connection, home, ASIDE)
    except DBAPIError as error:
        raise BackupFault(_refusal(error)) from None
    try:
        yield
    except BaseException:
        with database.engine.begin() as connection:
            _move(connection, ASIDE, home)
            connection.execute(text(f"DROP SCHEMA {ASIDE}"))
        raise
    with database.engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {ASIDE} CASCADE"))


def _move(connection: Connection, origin: str, destination: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    for table in inspect(connection).get_table_names(schema=origin):
        connection.execute(text(f"ALTER TABLE {quote(origin)}.{quote(table)} SET SCHEMA {quote(destination)}"))


def _refusal(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", "")
    if state == "55P03":
        return "データベースを使っているプログラムがあります。serve と worker を止めてから、もう一度実行してください。"
    if state == "42P06":
        return (
            f"前の復元が途中で止まっています。元の表はスキーマ {ASIDE} にあります。"
            "docs/runbooks/backup-restore.md の「途中で止まったとき」を見てください。"
        )
    return f"データベースが断りました（{error.orig}）。データベースの持ち主の利用者でつないでください。"
