"""`serve`, `worker`, `dev`: running the service."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated

import typer
import uvicorn
from sqlalchemy.exc import DBAPIError

from bot.collecting import keeping
from bot.observing.logs import log_to
from bot.pseudonyms import note_key
from deploy import clock, schema, tracing
from deploy.app import Parts, background_of, build_parts, create_app, create_worker_app
from deploy.cli.database import make_directory
from deploy.development import run_development
from deploy.settings import Settings, SettingsError, read_channels, read_settings, required_hash_key
from knowledge.database import Database

GRACE_SECONDS = 20
"""How long requests and replies under way may take when the process is told to stop."""
WATCH_SECONDS = 1.0

Answering = Annotated[
    bool, typer.Option("--worker/--no-worker", help="応答もここでする（--no-worker なら、別に worker を動かす）")
]


def _parts(settings: Settings) -> Parts:
    database = Database(settings.database_url)
    if schema.is_behind(database):
        raise SettingsError("データベースの表が古いか、まだありません。先に madoguchi db upgrade を実行してください。")
    return build_parts(settings, database, read_channels(), required_hash_key(settings))


def serve(answering: Answering = True) -> None:
    """受信・画面・応答を一つのプロセスで動かす（PostgreSQL なら worker を足せる）。"""
    settings = read_settings()
    log_to(as_json=not settings.is_development)
    tracing.switch_on(settings)
    with keeping():
        parts = _parts(settings)
        app = create_app(parts, with_worker=answering)
    _note_key(parts)
    require_free_port(settings.host, settings.port)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _note_key(parts: Parts) -> None:
    """Keeps since when people are stored under this key (`madoguchi doctor` tells). Without it everything works."""
    with suppress(DBAPIError), parts.database.writing() as session:
        note_key(session, parts.hash_key, clock.now())


def worker() -> None:
    """応答だけを動かす（PostgreSQL で serve とは別に増やすとき）。"""
    settings = read_settings()
    log_to(as_json=not settings.is_development)
    tracing.switch_on(settings)
    parts = _parts(settings)
    background = background_of(parts, answering=True)
    if settings.worker_port:
        require_free_port(settings.host, settings.worker_port)
        threading.Thread(target=_tell, args=(parts,), name="operations", daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    background.start()
    told = _told_to_stop(background.threads)
    background.stop(GRACE_SECONDS)
    parts.database.close()
    if not told:
        sys.exit("応答が止まりました。もう一度動かしてください。")


def _tell(parts: Parts) -> None:
    """Serves health and measures beside the worker, until the process ends."""
    settings = parts.settings
    uvicorn.run(
        create_worker_app(parts), host=settings.host, port=settings.worker_port, access_log=False, log_config=None
    )


def _told_to_stop(threads: Sequence[threading.Thread]) -> bool:
    """Waits. True when somebody said so; False when a thread ended by itself: a supervisor has to start us anew."""
    try:
        while all(thread.is_alive() for thread in threads):
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        return True
    return False


def dev() -> None:
    """この機械で試す: 用意をすべてして、シミュレーターつきで動かす。"""
    log_to(as_json=False, level=logging.WARNING)
    settings = read_settings().model_copy(update={"mode": "development"})
    require_free_port(settings.host, settings.port)
    database = Database(settings.database_url)
    if database.is_sqlite and database.url.database:
        make_directory(database.url.database)
    run_development(settings, database)


def require_free_port(host: str, port: int) -> None:
    """Raises SettingsError when something else already listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"{host}:{port} は使えません（{error.strerror}）。ほかのプログラムを止めるか、"
                f"MADOGUCHI_PORT=8001 のように別の番号を指定してください。"
            ) from None
