"""`links`: following the links of answers, to find dead ones before citizens do."""

from __future__ import annotations

import typer

from admin.worklists.links import Checked, check_all, links_of, open_pool, store_checks
from deploy import clock
from deploy.cli.sources import open_database
from knowledge.published import load_published

app = typer.Typer(help="答えのリンクが開けるかを調べる", no_args_is_help=True)


@app.callback()
def links() -> None:
    """答えのリンクが開けるかを調べる。"""


@app.command("check")
def check_links() -> None:
    """公開中のリンクをすべて開き、結果を管理画面の「点検」に出す。外へつながる所で、月に一度ほど走らせる。"""
    with open_database() as database:
        with database.reading() as session:
            urls = links_of(item.entry for item in load_published(session).entries)
        with open_pool() as pool:
            found = [_said(checked) for checked in check_all(urls, pool)]
        with database.writing() as session:
            store_checks(session, found, clock.now())
    dead = sum(bool(checked.fault) for checked in found)
    print(f"{len(found)} のリンクを調べました。開けないもの {dead}")


def _said(checked: Checked) -> Checked:
    """Says what is wrong at once: a run takes minutes."""
    if checked.fault:
        print(f"{checked.url}  {checked.fault}")
    return checked
