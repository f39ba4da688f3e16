"""`db backup`, `db restore`, `db copy`: keeping the database safe, and moving it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import ArgumentError

from deploy import backup, clock, copying, schema
from deploy.backup_faults import BackupFault
from deploy.cli.sources import open_database
from knowledge.database import Database

Keep = Annotated[int | None, typer.Option("--keep-days", min=1, help="フォルダーの中の、この日数より古いものを消す")]
Force = Annotated[bool, typer.Option("--force", help="中身のあるデータベースを、消して置きかえる")]
Target = Annotated[str, typer.Option("--to", help="写す先（postgresql://…）。- なら標準入力の一行目から読む")]


def backup_command(
    file: Annotated[Path, typer.Argument(help="書くファイル。フォルダーなら、日時の名前で書く")], keep_days: Keep = None
) -> None:
    """動かしたまま、データベースの写しを一つのファイルに取る（SQLite も PostgreSQL も）。"""
    now = clock.now()
    with _faults_as_sentences(), open_database() as database:
        target = file / backup.default_name(database, now) if file.is_dir() else file
        backup.back_up(database, target)
        print(f"{target} に書きました（{target.stat().st_size:,} バイト）")
        if keep_days is not None and file.is_dir():
            print(f"古いバックアップを {backup.drop_old(file, database, now, timedelta(days=keep_days))} 件消しました")


def restore_command(file: Annotated[Path, typer.Argument(help="バックアップのファイル")], force: Force = False) -> None:
    """バックアップから戻す。先に serve と worker を止める。"""
    with _faults_as_sentences(), open_database() as database:
        revision = backup.restore(database, file, force=force)
    print(f"{file} から戻しました（表の版 {revision}）")
    if revision != schema.head():
        print("プログラムのほうが新しい版です。続けて madoguchi db upgrade を実行してください。")


def copy_command(to: Target) -> None:
    """SQLite の中身を、空の PostgreSQL へすべて写す。先に serve と worker を止める。"""
    url = sys.stdin.readline().strip() if to == "-" else to
    with _faults_as_sentences(), open_database() as origin, closing(_opened(url)) as target:
        total = copying.copy(origin, target, lambda table, rows: print(f"{table}\t{rows}"))
    print(f"{total} 行を写しました。MADOGUCHI_DATABASE_URL を写した先に変えて、動かしてください。")


def _opened(url: str) -> Database:
    try:
        return Database(url)
    except ArgumentError:
        raise BackupFault("--to は postgresql://利用者@サーバー/データベース の形にしてください。") from None


@contextmanager
def _faults_as_sentences() -> Iterator[None]:
    try:
        yield
    except BackupFault as fault:
        sys.exit(str(fault))
