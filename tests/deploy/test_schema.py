"""Migrations lead to the tables in the code, and back, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command

from deploy import schema
from knowledge.database import Database


def test_migrations_lead_to_the_tables_in_the_code(database: Database) -> None:
    assert schema.differences(database) == []
    assert schema.current(database) == schema.head()


def test_a_database_of_a_newer_program_is_refused(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(schema.UnknownSchema):
        schema.upgrade(database)


def test_migrations_can_be_taken_back(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    schema.upgrade(database)
    command.downgrade(schema._config(database), "base")
    assert schema.current(database) is None
    schema.upgrade(database)
    assert schema.differences(database) == []
    database.close()
