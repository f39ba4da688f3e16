"""`doctor`: are settings, database, knowledge and LINE as they must be; what to do where they are not."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import closing
from typing import Annotated
from urllib.parse import urlsplit

import typer

from bot.channels.line.account import LineAccount, LineFault, WebhookEndpoint
from bot.channels.line.channel import LineChannel
from deploy import clock, schema
from deploy.certificate import CertificateFault, valid_until
from deploy.cli import findings
from deploy.cli.findings import BAD, GOOD, NOTE, Finding, found
from deploy.cli.key_findings import key_finding, key_findings
from deploy.cli.sources import open_database
from deploy.settings import Settings, read_channels, read_settings
from knowledge.database import Database
from knowledge.editing import current_release

_OWN_MACHINE = ("127.0.0.1", "::1", "localhost")

CityOption = Annotated[str | None, typer.Option("--city", help="この市の LINE のチャネルも、LINE に聞いて調べる")]


def doctor(city: CityOption = None) -> None:
    """設定・データベース・知識・LINE の設定を調べ、することを一行ずつ言う（○ よい、× 直す、ー 知らせ）。"""
    settings, channels = read_settings(), read_channels()
    good = True
    for finding in _findings(settings, channels, city):
        print(finding, flush=True)
        good = good and finding.mark != BAD
    raise typer.Exit(0 if good else 1)


def _findings(settings: Settings, channels: dict[str, LineChannel], city: str | None) -> Iterator[Finding]:
    with open_database() as database:
        yield from _database_findings(database, settings)
    named = ", ".join(channels) or "まだありません（deploy/env.example を見てください）"
    yield _is(bool(channels), f"LINE のチャネル: {named}")
    if city is None:
        if channels:
            yield Finding(NOTE, f"LINE の側の設定は madoguchi doctor --city {next(iter(channels))} で調べられます")
    elif city not in channels:
        yield findings.channel_finding(city)
    else:
        with closing(LineAccount(channels[city].access_token, settings.line_api)) as account:
            yield from line_findings(account, city)


def _is(good: bool, text: str) -> Finding:
    return Finding(GOOD if good else BAD, text)


def _database_findings(database: Database, settings: Settings) -> Iterator[Finding]:
    version = schema.current(database)
    if version != schema.head():
        yield Finding(BAD, "madoguchi db upgrade を実行してください")
        yield key_finding(settings)
        return
    yield Finding(GOOD, f"表の版 {version}")
    with database.reading() as session:
        release = current_release(session)
        key_state = [*key_findings(session, settings)]
    yield _is(release > 0, f"公開番号 {release}" if release else "madoguchi pack import を実行してください")
    yield key_finding(settings)
    yield from key_state


def line_findings(account: LineAccount, city: str, context: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """What LINE says of a city's channel. Without a good token nothing else can be asked."""
    try:
        bot = account.bot()
    except LineFault as fault:
        yield findings.fault_finding(fault, city)
        yield Finding(NOTE, "ほかのことは、上の × が直ってから調べます")
        return
    yield findings.token_finding(bot)
    yield from _webhook_findings(account, city, context)
    yield from findings.chat_findings(bot)
    yield found(lambda: findings.quota_finding(account.quota()), city)
    yield found(lambda: findings.menu_finding(account.default_rich_menu(), city), city)


def _webhook_findings(account: LineAccount, city: str, context: ssl.SSLContext | None) -> Iterator[Finding]:
    try:
        endpoint = account.webhook()
    except LineFault as fault:
        yield findings.fault_finding(fault, city)
        return
    yield findings.endpoint_finding(endpoint, city)
    if endpoint is not None:
        yield found(lambda: findings.reach_finding(account.test_webhook()), city)
        yield _certificate(endpoint, context)


def _certificate(endpoint: WebhookEndpoint, context: ssl.SSLContext | None) -> Finding:
    address = urlsplit(endpoint.url)
    host = address.hostname or ""
    if host in _OWN_MACHINE:
        return Finding(NOTE, "この機械の中の URL なので、証明書は調べません")
    try:
        return findings.certificate_finding(valid_until(host, address.port or 443, context), clock.now())
    except CertificateFault as fault:
        return Finding(BAD, str(fault))
