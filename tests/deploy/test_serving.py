"""Receiving and answering in processes of their own, and how they end when they are told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
from sqlmodel import select
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.channels.line.standin import StandIn
from bot.simulator.events import sign, text_event, webhook_body
from bot.tables import InboxRow
from deploy import health, schema
from deploy.cli import serve
from deploy.settings import SettingsError, read_settings
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
CITY = "kokubunji"
SECONDS = 60.0
"""How long anything may take on a busy machine."""


def until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(environment: dict[str, str], log: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """`madoguchi …` in its own process; killed at the end if it is still there."""
    command = [sys.executable, "-c", "from deploy.cli import main; main()", *arguments]
    with log.open("ab") as file:
        process = subprocess.Popen(command, env=environment, stderr=file, stdout=file)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def send(state: StandIn, url: str, number: int) -> str:
    """One question, acknowledged; returns its reply token."""
    user = f"U{number:032x}"
    token = state.issue_reply_token(CITY, user_id=user)
    body = webhook_body([text_event("カードをなくした", user, token)])
    headers = {"x-line-signature": sign(SECRET, body)}
    assert urllib3.request("POST", f"{url}/line/{CITY}/webhook", body=body, headers=headers).status == 200
    return token


def rows(database: Database) -> list[InboxRow]:
    with database.reading() as session:
        return list(session.exec(select(InboxRow)).all())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_one_process_receives_another_answers_and_both_end_well(
    filled: Database, database_url: str, standin: tuple[StandIn, str], tmp_path: Path
) -> None:
    state, line = standin
    port, worker_port = free_port(), free_port()
    environment = {
        **os.environ,
        "MADOGUCHI_DATABASE_URL": database_url,
        "MADOGUCHI_PORT": str(port),
        "MADOGUCHI_WORKER_PORT": str(worker_port),
        "MADOGUCHI_HASH_KEY": "k" * 32,
        "MADOGUCHI_LINE_API": line,
        f"MADOGUCHI_LINE_{CITY.upper()}_CHANNEL_SECRET": SECRET,
        f"MADOGUCHI_LINE_{CITY.upper()}_ACCESS_TOKEN": "t",
    }
    url, log = f"http://127.0.0.1:{port}", tmp_path / "log"
    with running(environment, log, "serve", "--no-worker") as web:
        until(lambda: health.fault(f"{url}/readyz") is None, "the web gets ready")
        with running(environment, log, "worker") as worker:
            until(lambda: health.fault(f"http://127.0.0.1:{worker_port}/readyz") is None, "the worker gets ready")
            first = send(state, url, 1)
            until(lambda: [sent.reply_token for sent in state.sent] == [first], "the worker answers")
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(SECONDS) == 0, log.read_text()
        second = send(state, url, 2)
        with running(environment, log, "worker") as worker:
            until(lambda: all(row.finished_at for row in rows(filled)), "the next worker takes over")
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(SECONDS) == 0, log.read_text()
        web.send_signal(signal.SIGTERM)
        assert web.wait(SECONDS) in (0, -signal.SIGTERM), log.read_text()
    assert [row.state for row in rows(filled)] in (["sent", "sent"], ["sent", "expired"]), (
        "25 s may pass on a busy machine"
    )
    assert [sent.reply_token for sent in state.sent] in ([first, second], [first])
    assert "Application shutdown complete" in log.read_text()


def test_a_thread_that_ends_by_itself_ends_the_process() -> None:
    thread = threading.Thread(target=lambda: None)
    thread.start()
    assert not serve._told_to_stop([thread])


def test_the_program_before_goes_on_with_the_schema_of_the_next(database: Database) -> None:
    """A replica of the old version that starts again during an upgrade must not refuse."""
    assert not schema.is_behind(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert not schema.is_behind(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    assert schema.is_behind(database)


def _address_seen(settings: dict[str, str], peer: str) -> str:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope)
        client = request.client.host if request.client else ""
        await PlainTextResponse(f"{client} {request.url.scheme}")(scope, receive, send)

    trusted = read_settings(settings).trusted_proxies
    client = TestClient(ProxyHeadersMiddleware(app, trusted), client=(peer, 1))
    return client.get("/", headers={"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https"}).text


def test_only_a_relay_that_is_named_is_believed() -> None:
    inside = {"MADOGUCHI_TRUSTED_PROXIES": "127.0.0.1, 172.30.77.0/24"}
    assert _address_seen(inside, "172.30.77.5") == "203.0.113.9 https"
    assert _address_seen(inside, "198.51.100.1") == "198.51.100.1 http"
    assert _address_seen({}, "127.0.0.1") == "203.0.113.9 https"
    assert _address_seen({"MADOGUCHI_TRUSTED_PROXIES": ""}, "127.0.0.1") == "127.0.0.1 http"


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "10.0.0.0/99"])
def test_everybody_is_never_trusted(wrong: str) -> None:
    with pytest.raises(SettingsError, match="TRUSTED_PROXIES"):
        read_settings({"MADOGUCHI_TRUSTED_PROXIES": wrong})


def test_the_server_is_told_whom_to_trust_and_how_long_to_wait(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(serve.uvicorn, "run", lambda _app, **more: given.update(more))
    monkeypatch.setenv("MADOGUCHI_DATABASE_URL", database_url)
    monkeypatch.setenv("MADOGUCHI_HASH_KEY", "k" * 32)
    monkeypatch.setenv("MADOGUCHI_PORT", str(free_port()))
    monkeypatch.setenv("MADOGUCHI_TRUSTED_PROXIES", "10.0.0.0/8")
    monkeypatch.setattr(serve, "log_to", lambda **_: None)
    serve.serve(answering=False)
    assert (given["forwarded_allow_ips"], given["proxy_headers"]) == ("10.0.0.0/8", True)
    assert given["timeout_graceful_shutdown"] == serve.GRACE_SECONDS


def test_health_says_what_is_wrong(standin: tuple[StandIn, str], capsys: pytest.CaptureFixture[str]) -> None:
    _, url = standin
    assert "404" in str(health.fault(f"{url}/nothing"))
    assert "つながりません" in str(health.fault(f"http://127.0.0.1:{free_port()}/readyz"))
    assert "http://" in str(health.fault("file:///etc/passwd"))
    assert capsys.readouterr().out == ""
