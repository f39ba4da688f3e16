"""A trial run on one machine: database, packs, simulator, and a stand-in for LINE, in one process."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path

import uvicorn

from admin import staff as accounts
from admin.staff import ALL, Role
from bot.channels.line.channel import LineChannel
from bot.channels.line.standin import StandIn, create_standin_app
from bot.simulator import SimulatedChannel, create_simulator, http_deliver
from deploy import clock, schema
from deploy.app import build_parts, create_app
from deploy.samples import store_samples
from deploy.settings import Settings, development_secret
from deploy.trial_menus import deploy_in_background
from knowledge.catalogue import catalogue
from knowledge.database import Database
from knowledge.importing import import_packs
from knowledge.packs import read_packs, register_of
from knowledge.sources import read_facts
from knowledge.validation import validate

SECRETS = Path("var/secrets")


def run_development(settings: Settings, database: Database) -> None:
    """Prepares everything and serves until interrupted."""
    schema.upgrade(database)
    cities = _load_packs(database)
    password = _first_staff(database)
    standin, channels = _channels(cities)
    base = f"http://{settings.host}:{settings.port}"
    local = settings.model_copy(update={"line_api": f"{base}/simulator/line"})
    parts = build_parts(local, database, channels, development_secret(SECRETS, "hash-key"))
    simulator = create_simulator(
        standin=standin,
        channels={city: SimulatedChannel(cities[city], channel.secrets[0]) for city, channel in channels.items()},
        deliver=http_deliver(base),
    )
    app = create_app(parts)
    app.mount("/simulator/line", create_standin_app(standin))
    app.mount("/simulator", simulator)
    _say_where(base, password)
    deploy_in_background(local, cities, channels)
    uvicorn.run(app, host=settings.host, port=settings.port, access_log=False, log_level="warning")


def _load_packs(database: Database) -> dict[str, str]:
    """Imports the packs, and made-up classes to try. Returns the names of the municipalities by id."""
    read = read_packs()
    facts, faults = read_facts()
    problems = [*faults, *validate(read, catalogue(), register_of(read.packs.values(), facts))]
    if errors := [p for p in problems if p.level == "error"]:
        sys.exit("\n".join([*map(str, errors), f"パックに誤りが {len(errors)} 件あります。"]))
    with database.writing() as session:
        import_packs(session, read, facts, at=clock.now(), reason="パックの取り込み")
        cities = {pack.id: pack.name for pack in read.packs.values() if pack.id != "common"}
        store_samples(session, cities, clock.today())
    return cities


def _first_staff(database: Database) -> str | None:
    """Makes a first member of staff; returns the password, which is shown this once."""
    with database.writing() as session:
        if accounts.has_staff(session):
            return None
        password = secrets.token_urlsafe(15)
        accounts.add_staff(session, "admin", "管理者", password, municipality=ALL, role=Role.ADMIN, at=clock.now())
        return password


def _channels(cities: dict[str, str]) -> tuple[StandIn, dict[str, LineChannel]]:
    standin = StandIn()
    channels = {}
    for city in cities:
        secret = development_secret(SECRETS, f"{city}-channel-secret")
        token = development_secret(SECRETS, f"{city}-access-token")
        channels[city] = LineChannel((secret,), token)
        standin.add_channel(city, access_token=token)
    return standin, channels


def _say_where(base: str, password: str | None) -> None:
    lines = [
        "",
        "まどぐちが動いています。ブラウザーで開いてください。",
        f"  LINE のシミュレーター  {base}/simulator/",
        f"  調べるページ          {base}/lookup",
        f"  職員の管理画面        {base}/admin",
    ]
    if password:
        lines += [f"    はじめのサインイン: 名前 admin ／ パスワード {password}", "    （この画面に一度だけ出ます）"]
    print("\n".join([*lines, "止めるときは Ctrl+C を押します。", ""]), flush=True)
