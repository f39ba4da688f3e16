"""`db`: migrating and checking the database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import typer
from sqlalchemy.exc import DBAPIError

from admin.jobs.queue import drop_old
from admin.publishing.preview import waited_for
from admin.review.leftovers import drop_left_over
from bot.retention import Retention, purge
from deploy import clock, schema
from deploy.cli import safekeeping
from deploy.cli.sources import open_database
from deploy.settings import read_settings
from knowledge.database import Database
from knowledge.editing import current_release

app = typer.Typer(help="データベースを整える・調べる", no_args_is_help=True)


@app.command("upgrade")
def upgrade() -> None:
    """表をプログラムの版に合わせる。"""
    with open_database() as database:
        if database.is_sqlite and database.url.database:
            make_directory(database.url.database)
        schema.upgrade(database)
        print(f"データベースは版 {schema.current(database)} です")


@app.command("purge")
def purge_command() -> None:
    """保存の期限を過ぎた発話・受け口の記録・利用者の好み・職員の書きかけを消す（毎日一度、動かす）。"""
    settings = read_settings()
    retention = Retention(
        questions=timedelta(days=settings.keep_questions_days), events=timedelta(days=settings.keep_events_days)
    )
    with open_database() as database, database.writing() as session:
        done = purge(session, clock.now(), retention)
        drop_old(session, clock.now(), keep=waited_for(session))
        drop_left_over(session)
    counts = f"発話 {done.questions}、受け口 {done.events}、利用者 {done.people}、お知らせ {done.announcements}"
    print(f"{counts}、書きかけ {done.typed} 件を消しました")


def make_directory(file: str) -> None:
    """Makes the folder an embedded database is kept in."""
    Path(file).parent.mkdir(parents=True, exist_ok=True)


@app.command("check")
def check() -> None:
    """つながるか、表が合っているか、知識が入っているかを調べる。"""
    with open_database() as database:
        _check(database)


def _check(database: Database) -> None:
    try:
        found, wanted = schema.current(database), schema.head()
        differing = schema.differences(database) if found == wanted else []
    except DBAPIError as error:
        typer.echo(f"データベースを使えません（{error.orig}）", err=True)
        raise typer.Exit(1) from None
    if found != wanted:
        typer.echo(
            f"表の版が {found} です（プログラムは {wanted}）。madoguchi db upgrade を実行してください。", err=True
        )
        raise typer.Exit(1)
    with database.reading() as session:
        release = current_release(session)
    print(f"表の版 {found}、公開番号 {release}、違い {len(differing)} 件")
    raise typer.Exit(1 if differing else 0)


app.command("backup")(safekeeping.backup_command)
app.command("restore")(safekeeping.restore_command)
app.command("copy")(safekeeping.copy_command)
