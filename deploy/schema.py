"""The database's schema: Alembic, configured in code, run by `madoguchi db`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlmodel import SQLModel

import admin.accounts.tables
import admin.jobs.tables
import admin.publishing.tables
import admin.reports.tables
import admin.review.tables
import admin.tables
import admin.worklists.tables
import bot.tables
import knowledge.tables
from knowledge.database import Database

TABLES = (
    admin.tables,
    admin.accounts.tables,
    admin.jobs.tables,
    admin.publishing.tables,
    admin.reports.tables,
    admin.review.tables,
    admin.worklists.tables,
    bot.tables,
    knowledge.tables,
)
"""What the schema is made of: importing a module brings its tables into the metadata."""
DIRECTORY = Path(__file__).parent / "migrations"


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(DIRECTORY))
    config.attributes["engine"] = database.engine
    return config


class UnknownSchema(Exception):
    """The database was made by a newer program."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings the database to the program's schema. Raises UnknownSchema."""
    try:
        command.upgrade(_config(database), revision)
    except CommandError as error:
        raise UnknownSchema(str(error)) from None


def current(database: Database) -> str | None:
    """The revision the database is at; None before the first migration."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head() -> str | None:
    """The newest revision the program knows."""
    return ScriptDirectory(str(DIRECTORY)).get_current_head()


def knows(revision: str) -> bool:
    """Whether the program has the migration that a database is at."""
    return any(script.revision == revision for script in ScriptDirectory(str(DIRECTORY)).walk_revisions())


def is_behind(database: Database) -> bool:
    """Whether the database lacks something this program needs.

    One that is ahead of the program is good enough: migrations only add, so that the old program goes on while the
    new one comes in (docs/runbooks/upgrade.md).
    """
    found = current(database)
    return found != head() and (found is None or knows(found))


def differences(database: Database) -> list[object]:
    """What differs between the database and the tables in the code; empty when they agree."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        return list(compare_metadata(context, SQLModel.metadata))


def write_migration(database: Database, message: str, revision: str) -> None:
    """Writes a migration for what differs (for developers)."""
    command.revision(_config(database), message, autogenerate=True, rev_id=revision)
