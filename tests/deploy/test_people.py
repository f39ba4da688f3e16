"""What is stored about one person is handed out whole, and erased whole; others' stays."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlmodel import Session, select
from typer.testing import CliRunner, Result

from admin.accounts.second_factor import sealed
from admin.staff import Role, add_staff
from admin.tables import AuditRow
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received, receive
from bot.pseudonyms import Pseudonyms, move, note_key
from bot.tables import InboxRow, PersonRow, UtteranceRow
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
    known = Pseudonyms(KEY)
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
    person = Pseudonyms(KEY)("oyama", USER)
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


NEW_KEY = "n" * 32


def test_while_the_key_is_replaced_both_hashes_are_looked_at(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Erased is what moved to the new key, and what an older process wrote under the old one since."""
    new = Pseudonyms(NEW_KEY)("oyama", USER)
    monkeypatch.setenv("MADOGUCHI_HASH_KEY", NEW_KEY)
    assert "質問 0、受け口 0、好み 0 件" in run("erase", "--city", "oyama", "--line-user-id", USER, "--yes").stdout
    monkeypatch.setenv("MADOGUCHI_HASH_KEY_OLD", KEY)
    with stored.writing() as session:
        session.add(UtteranceRow(**_question(session) | {"id": "second", "person": new, "text": "あとの言葉"}))
    found = json.loads(run("export", "--city", "oyama", "--line-user-id", USER).stdout)
    assert {row["text"] for row in found["questions"]} == {"ひみつの言葉", "あとの言葉"}
    assert "質問 2、受け口 1、好み 1 件" in run("erase", "--city", "oyama", "--line-user-id", USER, "--yes").stdout
    left = everything(stored)
    assert new not in left
    assert Pseudonyms(KEY)("oyama", USER) not in left


def _question(session: Session) -> dict[str, Any]:
    return session.exec(select(UtteranceRow).where(UtteranceRow.municipality == "oyama")).all()[0].model_dump()


def doctor() -> str:
    return CliRunner().invoke(app, ["doctor"]).stdout


def test_doctor_tells_of_a_key_that_is_replaced(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with stored.writing() as session:
        note_key(session, KEY, AT)
    assert "前の鍵" not in doctor()
    monkeypatch.setenv("MADOGUCHI_HASH_KEY", NEW_KEY)
    assert "× この鍵は、いままでの鍵とちがいます" in doctor()
    monkeypatch.setenv("MADOGUCHI_HASH_KEY_OLD", "w" * 32)
    assert "× MADOGUCHI_HASH_KEY_OLD が、いままでの鍵ではありません" in doctor()
    monkeypatch.setenv("MADOGUCHI_HASH_KEY_OLD", KEY)
    assert "ー 鍵が二つ置かれています。madoguchi serve を動かし直すと" in doctor()
    later = AT + timedelta(days=1)
    with stored.writing() as session:
        note_key(session, NEW_KEY, later)
    assert "前の鍵のままの方は多くて 4 人、職員の認証アプリは 0 人分です" in doctor()
    old, new = Pseudonyms(KEY), Pseudonyms(NEW_KEY)
    with stored.writing() as session:
        for city in ("oyama", "fuchu"):
            move(session, city, {old(city, user): new(city, user) for user in (USER, OTHER)})
        for row in session.exec(select(PersonRow)).all():
            row.last_at = later
    assert "全員が移りました。MADOGUCHI_HASH_KEY_OLD を外せます" in doctor()
    monkeypatch.delenv("MADOGUCHI_HASH_KEY_OLD")
    assert "前の鍵" not in doctor()


def test_doctor_tells_of_what_only_a_lost_key_would_find(stored: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_HASH_KEY", NEW_KEY)
    with stored.writing() as session:
        note_key(session, KEY, AT)
        note_key(session, NEW_KEY, AT + timedelta(days=1))
        staff = add_staff(session, "hana", "花", None, municipality="oyama", role=Role.EDITOR, at=AT)
        staff.totp_secret = sealed("JBSWY3DPEHPK3PXP", (KEY,))
    said = doctor()
    assert "ー 前の鍵のままの方が、多くて 4 人います" in said
    assert "× 職員の認証アプリ 1 人分を、この鍵で開けません" in said
