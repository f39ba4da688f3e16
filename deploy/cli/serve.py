"""`serve`, `worker`, `dev`: running the service."""

from __future__ import annotations

import logging
import signal
import socket
import sys
from types import FrameType

import typer
import uvicorn

from deploy import schema
from deploy.app import Parts, build_parts, create_app, working_threads
from deploy.cli.database import make_directory
from deploy.development import run_development
from deploy.settings import Settings, SettingsError, read_channels, read_settings, required_hash_key
from knowledge.database import Database


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(serve)
    app.command()(worker)
    app.command()(dev)


def _parts(settings: Settings) -> Parts:
    database = Database(settings.database_url)
    if schema.current(database) != schema.head():
        raise SettingsError("データベースの表が古いか、まだありません。先に madoguchi db upgrade を実行してください。")
    return build_parts(settings, database, read_channels(), required_hash_key(settings))


def serve() -> None:
    """受信・画面・応答を一つのプロセスで動かす（PostgreSQL なら worker を足せる）。"""
    log_to_stderr()
    settings = read_settings()
    parts = _parts(settings)
    require_free_port(settings.host, settings.port)
    uvicorn.run(create_app(parts), host=settings.host, port=settings.port, access_log=False, log_config=None)


def worker() -> None:
    """応答だけを動かす（PostgreSQL で serve とは別に増やすとき）。"""
    log_to_stderr()
    parts = _parts(read_settings())

    def stop(_: int, __: FrameType | None) -> None:
        parts.worker.stop()
        parts.runner.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    threads = working_threads(parts)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def dev() -> None:
    """この機械で試す: 用意をすべてして、シミュレーターつきで動かす。"""
    log_to_stderr(logging.WARNING)
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


def log_to_stderr(level: int = logging.INFO) -> None:
    """Logs carry event names and ids, never what people wrote."""
    logging.basicConfig(level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
