"""`digest`: telling sections by e-mail how many questions came without an answer."""

from __future__ import annotations

import typer

from admin.reports import digest
from admin.reports.tables import DigestRecipientRow
from deploy import clock
from deploy.cli.sources import open_database
from deploy.mail import MailFailed, is_set_up, send_mail
from deploy.settings import Settings, read_settings
from knowledge.database import Database
from knowledge.tables import PackRow

app = typer.Typer(help="担当への毎日のお知らせ", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """担当への毎日のお知らせ"""


@app.command("send")
def send() -> None:
    """新しい「答えのない質問」の数を、担当へメールで知らせる（毎日一度、動かす）。"""
    settings = read_settings()
    if not is_set_up(settings):
        print("メールサーバー（MADOGUCHI_SMTP_HOST）が設定されていないので、何も送りません。")
        return
    with open_database() as database:
        sent, failed = send_due(database, settings)
    print(f"お知らせを {sent} 通、送りました")
    if failed:
        typer.echo(f"{failed} 通は送れませんでした（次に動かすとき、もう一度送ります）。", err=True)
        raise typer.Exit(1)


def send_due(database: Database, settings: Settings) -> tuple[int, int]:
    """Sends what is due, each in its own transaction. Returns how many were sent and how many failed."""
    with database.reading() as session:
        keys = [(row.municipality, row.section) for row in digest.due(session, clock.now())]
    outcomes = [_send_one(database, settings, *key) for key in keys]
    return outcomes.count("sent"), outcomes.count("failed")


def _send_one(database: Database, settings: Settings, municipality: str, section: str) -> str:
    """Sends one and remembers it: what could not be sent is due again."""
    with database.writing() as session:
        now = clock.now()
        row = session.get(DigestRecipientRow, (municipality, section), with_for_update=True)
        told = digest.digest_of(session, row) if row is not None else None
        if row is None or told is None or not told.new:
            return "nothing"
        pack = session.get(PackRow, municipality)
        city = str(pack.profile["name"]) if pack else municipality
        subject, text = digest.letter(told, city, _queue(settings, municipality))
        try:
            send_mail(settings, told.addresses, subject, text)
        except MailFailed as fault:
            typer.echo(f"{city}: {fault}", err=True)
            return "failed"
        row.sent_until = now
        return "sent"


def _queue(settings: Settings, municipality: str) -> str:
    base = settings.public_url.rstrip("/")
    return f"{base}/admin/{municipality}/unanswered" if base else ""
