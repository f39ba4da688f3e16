"""`madoguchi announce`: what stands above answers, from the command line."""

from __future__ import annotations

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from admin.tables import AuditRow
from bot import announcements
from deploy import clock
from deploy.cli import app
from knowledge.database import Database


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["announce", *arguments, "--city", "oyama"])


def test_a_notice_and_a_pause_stand_are_listed_and_end(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    assert "お知らせ" in run("notice", "大雨の警報が出ています。", "--hours", "12").stdout
    assert "止めるまで" in run("pause", "休んでいます。", "--reason", "確認中").stdout
    with database.reading() as session:
        found = announcements.standing(session, "oyama", clock.now())
        assert (found.pause, found.notices) == ("休んでいます。", ("大雨の警報が出ています。",))
    lines = [line.split("\t") for line in run("list").stdout.splitlines()]
    assert [line[1] for line in lines] == ["お知らせ", "休止"]
    assert "止めました" in run("stop", lines[1][0]).stdout
    with database.reading() as session:
        assert announcements.standing(session, "oyama", clock.now()).pause is None
        audit = session.exec(select(AuditRow).order_by(AuditRow.id)).all()  # type: ignore[arg-type]
    assert [(row.actor, row.action, row.municipality) for row in audit] == [
        ("system", "announce", "oyama"),
        ("system", "announce", "oyama"),
        ("system", "stop announcement", "oyama"),
    ]


def test_what_can_not_be_is_a_sentence(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    assert "書いてください" in str(run("notice", " ").exception)
    assert "500 文字" in str(run("notice", "あ" * 501).exception)
    assert "99 番" in str(run("stop", "99").exception)
    assert run("pause", "休みます。").exit_code == 2, "a pause needs its reason"
    assert run("list").stdout == ""
