"""`db copy` moves everything from SQLite to a real PostgreSQL, which then goes on."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlmodel import SQLModel
from typer.testing import CliRunner, Result

from bot.tables import InboxRow, UtteranceRow
from deploy import copying, schema
from deploy.backup_faults import BackupFault
from deploy.cli import app
from knowledge.database import Database
from knowledge.tables import EntryRow, RevisionRow

AT = datetime(2026, 11, 21, 3, 0, 0, 123456, tzinfo=UTC)
_numbers = itertools.count(1)


def _empty_postgresql(postgresql: str) -> Database:
    name = f"copied_{next(_numbers)}"
    server = Database(postgresql.format(name="postgres"))
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.close()
    return Database(postgresql.format(name=name))


@pytest.fixture
def target(postgresql: str) -> Iterator[Database]:
    database = _empty_postgresql(postgresql)
    yield database
    database.close()


@pytest.fixture
def origin(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The shipped packs in SQLite, with questions on both sides of a batch."""
    shutil.copy(sqlite_template, tmp_path / "origin.db")
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", f"sqlite:///{tmp_path}/origin.db")
    assert run("pack", "import").exit_code == 0
    database = Database(f"sqlite:///{tmp_path}/origin.db")
    with database.writing() as session:
        session.add_all(_question(number) for number in range(copying.BATCH + 1))
        session.add(_event(41))
    yield database
    database.close()


def _question(number: int) -> UtteranceRow:
    words = "カードを\x00なくした" if number == 0 else "カードをなくした 🈂"
    return UtteranceRow(
        id=f"q{number}",
        municipality="oyama",
        channel="line",
        at=AT,
        text=words,
        key="k",
        decision="answer",
        candidates=[{"entry": "common/x", "confidence": 0.25}],
        repaired=True,
    )


def _event(number: int) -> InboxRow:
    moments = {"occurred_at": AT, "received_at": AT, "next_attempt_at": AT}
    return InboxRow(id=number, channel="oyama", event_id=f"e{number}", inbound={"text": "あ"}, reply=None, **moments)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_everything_arrives_and_numbers_go_on(origin: Database, target: Database) -> None:
    to = target.url.set(drivername="postgresql").render_as_string(hide_password=False)
    said = run("db", "copy", "--to", to)
    assert said.exit_code == 0, said.output
    assert f"utterance\t{copying.BATCH + 1}" in said.stdout
    assert schema.differences(target) == []
    with origin.engine.connect() as before, target.engine.connect() as after:
        for table in SQLModel.metadata.sorted_tables:
            keys = [*table.primary_key.columns]
            same = [
                sorted(repr(row) for row in connection.execute(select(*table.columns).order_by(*keys)))
                for connection in (before, after)
            ]
            assert [row.replace("\\x00", " ") for row in same[0]] == same[1], table.name
        assert after.execute(select(func.count()).select_from(EntryRow)).scalar_one() > 100
    with target.writing() as session:
        row = _event(0)
        row.id = None
        session.add(row)
        entry = session.exec(select(EntryRow.id).limit(1)).scalar_one()
        session.add(RevisionRow(entry_id=entry, number=999, content={}, author="a", created_at=AT))
        session.flush()
        assert row.id == 42


def test_only_an_empty_target_is_written_to(origin: Database, target: Database) -> None:
    schema.upgrade(target)
    with target.writing() as session:
        session.add(_event(1))
    with pytest.raises(BackupFault, match="中身があります"):
        copying.copy(origin, target, lambda *_: None)
    with pytest.raises(BackupFault, match="SQLite から PostgreSQL"):
        copying.copy(origin, origin, lambda *_: None)


def test_a_row_that_does_not_fit_stops_all_and_names_its_table(origin: Database, target: Database) -> None:
    with origin.writing() as session:
        row = _question(9999)
        row.text = "秘" * 1001  # SQLite takes it
        session.add(row)
    with pytest.raises(BackupFault, match="utterance") as fault:
        copying.copy(origin, target, lambda *_: None)
    assert "秘" not in str(fault.value)
    with target.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(EntryRow)).scalar_one() == 0


def test_an_old_schema_is_brought_up_first(tmp_path: Path, target: Database) -> None:
    old = Database(f"sqlite:///{tmp_path / 'old.db'}")
    schema.upgrade(old, "0003")
    with pytest.raises(BackupFault, match="madoguchi db upgrade"):
        copying.copy(old, target, lambda *_: None)
    old.close()


def test_an_address_that_is_none_is_a_sentence(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    said = CliRunner().invoke(app, ["db", "copy", "--to", "-"], input="nonsense\n")
    assert "postgresql://" in str(said.exception)
