"""What is stored about one person is handed out whole, and erased whole; others' stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import inspect, text
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from admin.tables import AuditRow
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received, receive
from bot.tables import InboxRow, PersonRow, UtteranceRow
from deploy.app import pseudonym
from deploy.cli import app
from knowledge.database import Database

KEY = "k" * 32
USER, OTHER = "U" + "1" * 32, "U" + "2" * 32
AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["person", *arguments], input=stdin)


@pytest.fixture
def stored(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Two people who asked two cities; the first one's words can be told from everybody else's."""
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    monkeypatch.setenv("MADOGUCHI_HASH_KEY", KEY)
    known = pseudonym(KEY)
    with database.writing() as session:
        for city in ("oyama", "fuchu"):
            for user, words in ((USER, "ひみつの言葉"), (OTHER, "ふつうの言葉")):
                _store(session, city, known(city, user), words)
    return database


def _store(session: Session, city: str, person: str, words: str) -> None:
    number = f"{city}-{person[:8]}"
    inbound = Inbound(id=number, municipality=city, kind=InboundKind.TEXT, at=AT, person=person, text=words)
    receive(session, [Received(inbound, "token", AT)])
    utterance = UtteranceRow(
        id=number,
        municipality=city,
        channel="line",
        at=AT,
        person=person,
        text=words,
        key=words,
        decision="fallback",
        candidates=[],
    )
    session.add_all([utterance, PersonRow(municipality=city, person=person, last_at=AT)])


def everything(database: Database) -> str:
    """Each value of each table."""
    with database.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        queries = [f'SELECT * FROM "{name}"' for name in names]  # noqa: S608 - names of our own tables
        return "\n".join(str(row) for query in queries for row in connection.execute(text(query)))


def test_export_has_all_of_one_person_and_nobody_else(stored: Database) -> None:
    said = run("export", "--city", "oyama", "--line-user-id", USER)
    found = json.loads(said.stdout)
    assert [row["text"] for row in found["questions"]] == ["ひみつの言葉"]
    assert [row["inbound"]["text"] for row in found["events"]] == ["ひみつの言葉"]
    assert found["preferences"]["language"] == "ja"
    assert "ふつうの言葉" not in said.stdout
    assert "token" not in said.stdout
    with stored.reading() as session:
        row = session.exec(select(AuditRow)).one()
    assert (row.action, row.municipality, row.after) == ("export person", "oyama", {"questions": 1, "events": 1})


def test_erase_leaves_nothing_of_one_person_and_all_of_the_others(stored: Database) -> None:
    person = pseudonym(KEY)("oyama", USER)
    assert person in everything(stored)
    said = run("erase", "--city", "oyama", "--line-user-id", "-", "--yes", stdin=f"{USER}\n")
    assert "質問 1、受け口 1、好み 1 件を消しました" in said.stdout
    left = everything(stored)
    assert person not in left
    assert USER not in left
    assert left.count("ひみつの言葉") < left.count("ふつうの言葉")
    with stored.reading() as session:
        assert len(session.exec(select(InboxRow)).all()) == 3
        assert len(session.exec(select(UtteranceRow)).all()) == 3
        assert len(session.exec(select(PersonRow)).all()) == 3
        row = session.exec(select(AuditRow)).one()
    assert (row.action, row.subject, row.after) == (
        "erase person",
        "person",
        {"events": 1, "questions": 1, "preferences": 1},
    )


def test_nothing_is_erased_without_a_yes(stored: Database) -> None:
    before = everything(stored)
    assert run("erase", "--city", "oyama", "--line-user-id", USER, stdin="n\n").exit_code == 1
    assert everything(stored) == before


def test_what_is_no_line_id_is_a_sentence(stored: Database) -> None:
    before = everything(stored)
    for wrong in ("hanako", "U123", USER + "0", USER.upper().replace("1", "A")):
        assert "33 文字" in str(run("erase", "--city", "oyama", "--line-user-id", wrong, "--yes").exception)
    assert everything(stored) == before


def test_somebody_unknown_is_zero_everywhere(stored: Database) -> None:
    said = run("erase", "--city", "oyama", "--line-user-id", "U" + "9" * 32, "--yes")
    assert "質問 0、受け口 0、好み 0 件" in said.stdout
    assert len(everything(stored).split("ひみつの言葉")) > 4
