"""The whole service in real processes: LINE's stand-in outside, `madoguchi serve` inside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from sqlmodel import select

from bot.channels.line.standin import StandIn
from bot.simulator.events import sign, text_event, webhook_body
from bot.tables import InboxRow
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
CITY = "kokubunji"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """`madoguchi serve` in its own process, which tests start."""

    url: str
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from deploy.cli import main; main()", "serve"],
                env=self.environment,
                stderr=log,
                stdout=log,
            )
        pool = urllib3.PoolManager(retries=False)
        for _ in range(600):  # a minute, on however busy a machine
            with suppress(urllib3.exceptions.HTTPError):
                if pool.request("GET", f"{self.url}/readyz").status == 200:
                    pool.clear()
                    return
            time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


@pytest.fixture
def service(
    filled: Database,  # noqa: ARG001 - the database must be filled before the service starts
    database_url: str,
    standin: tuple[StandIn, str],
    tmp_path: Path,
) -> Iterator[Service]:
    port = free_port()
    environment = {
        **os.environ,
        "MADOGUCHI_DATABASE_URL": database_url,
        "MADOGUCHI_PORT": str(port),
        "MADOGUCHI_HASH_KEY": "k" * 32,
        "MADOGUCHI_LINE_API": standin[1],
        f"MADOGUCHI_LINE_{CITY.upper()}_CHANNEL_SECRET": SECRET,
        f"MADOGUCHI_LINE_{CITY.upper()}_ACCESS_TOKEN": "t",
    }
    service = Service(f"http://127.0.0.1:{port}", environment, tmp_path / "serve.log")
    yield service
    service.stop()


def post(pool: urllib3.PoolManager, url: str, body: bytes) -> int:
    headers = {"x-line-signature": sign(SECRET, body)}
    try:
        response = pool.request("POST", f"{url}/line/{CITY}/webhook", body=body, headers=headers, retries=False)
    except urllib3.exceptions.HTTPError:
        return 0
    return response.status


def _wait_until_done(database: Database, count: int, seconds: float = 40) -> list[InboxRow]:
    deadline = time.monotonic() + seconds
    while True:
        with database.reading() as session:
            rows = list(session.exec(select(InboxRow)).all())
        if len(rows) >= count and all(row.finished_at for row in rows):
            return rows
        assert time.monotonic() < deadline, {row.state for row in rows}
        time.sleep(0.2)


def test_one_message_five_times_is_one_reply(filled: Database, service: Service, standin: tuple[StandIn, str]) -> None:
    state, _ = standin
    service.start()
    token = state.issue_reply_token(CITY, user_id="U" + "1" * 32)
    body = webhook_body([text_event("マイナンバーカードをなくした", "U" + "1" * 32, token)])
    pool = urllib3.PoolManager(maxsize=5)
    with ThreadPoolExecutor(5) as threads:
        statuses = list(threads.map(lambda _: post(pool, service.url, body), range(5)))
    rows = _wait_until_done(filled, 1)
    assert statuses == [200] * 5
    assert [row.state for row in rows] == ["sent"]
    (sent,) = state.sent
    bubble = str(sent.messages)
    assert "マイナンバーカードをなくしたときは？" in bubble
    assert "出典: 自治体の案内（2024年9月30日時点）" in bubble
    assert "マイナンバーカードをなくした" not in service.log.read_text(), "logs carry no utterances"
