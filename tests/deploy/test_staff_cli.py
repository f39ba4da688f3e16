"""`madoguchi staff`, and the settings of accounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from admin.accounts import second_factor, sessions
from admin.accounts.sessions import Method
from admin.staff import ALL, Role, add_staff
from admin.tables import AuditRow, SessionRow, StaffRow
from deploy import clock
from deploy.app import account_settings
from deploy.cli import app
from deploy.settings import SettingsError, read_settings
from knowledge.database import Database

PROVIDER = {
    "MADOGUCHI_OIDC_ISSUER": "https://login.example/realms/city",
    "MADOGUCHI_OIDC_CLIENT_ID": "madoguchi",
    "MADOGUCHI_OIDC_CLIENT_SECRET": "s3cret",
    "MADOGUCHI_PUBLIC_URL": "https://madoguchi.example",
}


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["staff", *arguments], input=stdin)


def test_staff_are_listed_stopped_reset_and_signed_out(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    assert run("add", "boss", "--role", "admin").exit_code == 0
    assert run("add", "hana", "--name", "花", "--role", "editor", "--city", "oyama").exit_code == 0
    with database.writing() as session:
        row = session.exec(select(StaffRow).where(StaffRow.login == "hana")).one()
        assert row.must_change_password
        row.totp_secret = "sealed"
        second_factor.new_recovery_codes(session, row)
        sessions.start(session, row, Method.PASSWORD, "Firefox", clock.now())
    lines = {line.split("\t")[0]: line for line in run("list").stdout.splitlines()}
    assert set(lines) == {"boss", "hana"}
    assert "oyama: editor\t使えます\t二段階認証あり\t最後のサインイン 20" in lines["hana"]
    assert "1 個" in run("sign-out", "HANA").stdout
    assert "消しました" in run("reset-second-factor", "hana").stdout
    assert "二段階認証なし" in run("list").stdout
    assert "止めました" in run("disable", "hana").stdout
    assert "停止中" in run("list").stdout
    assert "またサインインできます" in run("enable", "hana").stdout
    assert "最後の管理者" in str(run("disable", "boss").exception)
    assert "いません" in str(run("disable", "nobody").exception)
    with database.reading() as session:
        assert session.exec(select(SessionRow)).all() == []
        actions = [row.action for row in session.exec(select(AuditRow)).all()]
    changes = ["end all sessions", "reset second factor", "disable staff", "enable staff"]
    assert actions == ["add staff", "add staff", *changes]


def test_everybody_is_signed_out_at_once_or_who_may_come_in_at_a_city(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    tokens = {}
    with database.writing() as session:
        for login, place in (("boss", ALL), ("hana", "oyama"), ("taro", "fuchu")):
            row = add_staff(session, login, login, None, municipality=place, role=Role.ADMIN, at=clock.now())
            row.totp_secret = "sealed"
            tokens[login] = sessions.start(session, row, Method.PASSWORD, "Firefox", clock.now())
    assert run("sign-out-all", stdin="n\n").exit_code == 1
    assert _signed_in(database, tokens) == {"boss", "hana", "taro"}
    assert "2 個" in run("sign-out-all", "--city", "oyama", "--yes").stdout
    assert _signed_in(database, tokens) == {"taro"}
    assert "1 個" in run("sign-out-all", "--yes").stdout
    assert _signed_in(database, tokens) == set()
    with database.reading() as session:
        rows = session.exec(select(AuditRow).order_by(col(AuditRow.id))).all()
        assert [(row.action, row.subject, row.municipality, row.after) for row in rows] == [
            ("end everybody's sessions", "oyama", "oyama", {"sessions": 2}),
            ("end everybody's sessions", "*", "", {"sessions": 1}),
        ]
        assert {row.totp_secret for row in session.exec(select(StaffRow)).all()} == {"sealed"}, "factors stay"


def _signed_in(database: Database, tokens: dict[str, str]) -> set[str]:
    with database.reading() as session:
        return {login for login, token in tokens.items() if sessions.find(session, token, clock.now())}


def test_a_second_factor_is_required_in_production_unless_it_is_switched_off() -> None:
    for environment, expected in (
        ({}, True),
        ({"MADOGUCHI_REQUIRE_SECOND_FACTOR": "0"}, False),
        ({"MADOGUCHI_MODE": "development"}, False),
        ({"MADOGUCHI_MODE": "development", "MADOGUCHI_REQUIRE_SECOND_FACTOR": "1"}, True),
    ):
        assert account_settings(read_settings(environment), "k").require_second_factor is expected, environment


def test_the_organisations_sign_in_is_set_as_a_whole(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from a file\n", encoding="utf-8")
    by_file = {name: value for name, value in PROVIDER.items() if not name.endswith("SECRET")}
    settings = read_settings({**by_file, "MADOGUCHI_OIDC_CLIENT_SECRET_FILE": str(secret)})
    provider = account_settings(settings, "k").provider
    assert provider is not None
    assert (provider.issuer, provider.client_secret) == ("https://login.example/realms/city", "from a file")
    assert "from a file" not in repr(provider)
    assert account_settings(read_settings({}), "k").provider is None
    for name in PROVIDER:
        with pytest.raises(SettingsError, match="そろえて"):
            read_settings({key: value for key, value in PROVIDER.items() if key != name})


@pytest.mark.parametrize("issuer", ["http://login.example", "login.example", "http://localhost.evil.example"])
def test_a_provider_without_tls_is_refused(issuer: str) -> None:
    with pytest.raises(SettingsError, match="https"):
        read_settings({**PROVIDER, "MADOGUCHI_OIDC_ISSUER": issuer})
