"""`staff`: accounts of the admin."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer

from admin import staff as accounts
from admin.audit import write_audit
from admin.passwords import WeakPassword
from admin.staff import ALL, LoginTaken, Role
from deploy import clock
from deploy.cli.sources import open_database

app = typer.Typer(help="管理画面に入る職員", no_args_is_help=True)


@app.callback()
def staff() -> None:
    """管理画面に入る職員を扱う。"""


@app.command("add")
def add(
    login: Annotated[str, typer.Argument(help="サインインの名前（ID）")],
    name: Annotated[str, typer.Option("--name", help="表示する名前")] = "",
    role: Annotated[Role, typer.Option("--role")] = Role.EDITOR,
    city: Annotated[str, typer.Option("--city", help="市の id（* はすべて）")] = ALL,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="パスワードを標準入力から読む")] = False,
) -> None:
    """職員を一人足す。パスワードを渡さなければ、作って一度だけ表示する。"""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else new_password()
    try:
        with open_database() as database, database.writing() as session:
            row = accounts.add_staff(
                session, login, name or login, password, municipality=city, role=role, at=clock.now()
            )
            write_audit(session, None, "add staff", row.login, at=clock.now(), after={"role": role, "city": city})
    except LoginTaken:
        sys.exit(f"「{login}」はもう使われています。")
    except WeakPassword as error:
        sys.exit(str(error))
    shown = "" if password_stdin else f"\nパスワード: {password}（この画面にだけ出ます）"
    print(f"「{login}」を足しました（{role}、{city}）{shown}")


def new_password() -> str:
    """A random password that can be read aloud: five groups of four letters and digits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))
