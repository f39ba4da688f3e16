"""`staff`: accounts of the admin."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from admin.accounts import sessions, staffing
from admin.accounts.second_factor import has_factor
from admin.accounts.staffing import LastAdmin
from admin.audit import write_audit
from admin.passwords import WeakPassword, first_password
from admin.staff import ALL, LoginTaken, Role, add_staff, login_of, roles_of, staff_id
from admin.tables import StaffRow
from bot.web.static import japan_time
from deploy import clock
from deploy.cli.sources import open_database

app = typer.Typer(help="管理画面に入る職員", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="サインインの名前（ID）")]


@app.callback()
def staff() -> None:
    """管理画面に入る職員を扱う。"""


@app.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="表示する名前")] = "",
    role: Annotated[Role, typer.Option("--role")] = Role.EDITOR,
    city: Annotated[str, typer.Option("--city", help="市の id（* はすべて、common は共通の項目）")] = ALL,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="パスワードを標準入力から読む")] = False,
) -> None:
    """職員を一人足す。パスワードを渡さなければ、作って一度だけ表示する（はじめのサインインで変える）。"""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else first_password()
    try:
        with open_database() as database, database.writing() as session:
            row = add_staff(
                session,
                login,
                name or login,
                password,
                municipality=city,
                role=role,
                at=clock.now(),
                must_change=not password_stdin,
            )
            write_audit(session, None, "add staff", row.login, at=clock.now(), after={"role": role, "city": city})
    except LoginTaken:
        sys.exit(f"「{login}」はもう使われています。")
    except WeakPassword as error:
        sys.exit(str(error))
    shown = "" if password_stdin else f"\nパスワード: {password}（この画面にだけ出ます。はじめのサインインで変えます）"
    print(f"「{login}」を足しました（{role}、{city}）{shown}")


@app.command("list")
def listed() -> None:
    """職員と役割を並べる。"""
    with open_database() as database, database.reading() as session:
        for row in session.exec(select(StaffRow).order_by(col(StaffRow.login))).all():
            roles = "、".join(f"{place}: {role}" for place, role in sorted(roles_of(session, row).items()))
            seen = japan_time(row.last_sign_in_at) if row.last_sign_in_at else "まだ"
            factor = "二段階認証あり" if has_factor(session, row) else "二段階認証なし"
            state = "停止中" if row.disabled_at else "使えます"
            print("\t".join((row.login, row.name, roles or "役割なし", state, factor, f"最後のサインイン {seen}")))


@app.command("disable")
def disable(login: Login) -> None:
    """サインインできないようにし、サインイン中の画面を閉じる。"""
    with _changing(login, "disable staff") as (session, row):
        staffing.disable(session, row, clock.now())
    print(f"「{login}」を止めました。")


@app.command("enable")
def enable(login: Login) -> None:
    """止めた職員を、またサインインできるようにする。"""
    with _changing(login, "enable staff") as (session, row):
        staffing.enable(session, row)
    print(f"「{login}」は、またサインインできます。")


@app.command("reset-second-factor")
def reset_second_factor(login: Login) -> None:
    """認証アプリ・パスキー・回復コードを消す（なくした人のため）。"""
    with _changing(login, "reset second factor") as (session, row):
        staffing.reset_second_factor(session, row)
    print(f"「{login}」の二段階認証を消しました。次のサインインで登録し直せます。")


@app.command("sign-out")
def sign_out(login: Login) -> None:
    """すべての画面からサインアウトさせる。"""
    with _changing(login, "end all sessions") as (session, row):
        ended = sessions.end_others(session, staff_id(row))
    print(f"「{login}」の画面を {ended} 個、サインアウトさせました。")


@app.command("sign-out-all")
def sign_out_all(
    city: Annotated[str, typer.Option("--city", help="市の id（その市に入れる職員だけ。* は全員）")] = ALL,
    yes: Annotated[bool, typer.Option("--yes", help="確かめずにする")] = False,
) -> None:
    """全員を、すべての画面からサインアウトさせる（もれたおそれがあるとき）。"""
    if not yes:
        typer.confirm("全員がサインインし直しになります。よろしいですか", abort=True)
    place = "" if city == ALL else city
    with open_database() as database, database.writing() as session:
        ended = sessions.end_everybodys(session, city)
        told = {"sessions": ended}
        write_audit(session, None, "end everybody's sessions", city, at=clock.now(), municipality=place, after=told)
    print(f"画面を {ended} 個、サインアウトさせました。")


@contextmanager
def _changing(login: str, action: str) -> Iterator[tuple[Session, StaffRow]]:
    """The member of staff within one audited transaction; ends the program when there is none."""
    try:
        with open_database() as database, database.writing() as session:
            row = session.exec(select(StaffRow).where(StaffRow.login == login_of(login))).one_or_none()
            if row is None:
                sys.exit(f"「{login}」という職員はいません。madoguchi staff list で確かめてください。")
            yield session, row
            write_audit(session, None, action, row.login, at=clock.now())
    except LastAdmin as error:
        sys.exit(str(error))
