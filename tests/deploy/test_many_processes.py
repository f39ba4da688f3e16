"""Two web processes and two workers on one PostgreSQL: everybody is answered once and in order, and a release that one
process publishes is what all answer from. Nobody sweeps here (once in ten minutes): what happens, NOTIFY did.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import urllib3
from sqlmodel import func, select

from bot.channels.line.standin import StandIn
from bot.inbox import State
from bot.simulator.events import sign, text_event, webhook_body
from bot.tables import InboxRow
from deploy import health
from knowledge.database import Database
from knowledge.editing import publish

SECRET = "0123456789abcdef0123456789abcdef"
METRICS = "a token for measures"
CITY = "kokubunji"
SECONDS = 120.0
"""How long anything may take on a busy machine."""
PEOPLE, EACH = 30, 10
PROGRAM = """
from datetime import timedelta
import bot.inbox, bot.warming, bot.worker
bot.worker.SWEEP_SECONDS = bot.warming.SWEEP_SECONDS = 600.0
bot.inbox.REPLY_DEADLINE = timedelta(minutes=10)
from deploy.cli import main
main()
"""
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def state(standin: tuple[StandIn, str]) -> StandIn:
    return standin[0]


@pytest.fixture
def line(standin: tuple[StandIn, str]) -> str:
    return standin[1]


@pytest.fixture
def urls(filled: Database, database_url: str, line: str, tmp_path: Path) -> Iterator[list[str]]:
    """Where the processes are, when all are ready: two that receive, then two that answer."""
    assert filled.url
    environment = {
        **os.environ,
        "MADOGUCHI_DATABASE_URL": database_url,
        "MADOGUCHI_HASH_KEY": "k" * 32,
        "MADOGUCHI_METRICS_TOKEN": METRICS,
        "MADOGUCHI_LINE_API": line,
        f"MADOGUCHI_LINE_{CITY.upper()}_CHANNEL_SECRET": SECRET,
        f"MADOGUCHI_LINE_{CITY.upper()}_ACCESS_TOKEN": "t",
    }
    kinds = (("serve", "--no-worker"), ("serve", "--no-worker"), ("worker",), ("worker",))
    found = []
    with ExitStack() as stack:
        for number, arguments in enumerate(kinds):
            port = str(free_port())
            ports = {"MADOGUCHI_PORT": port, "MADOGUCHI_WORKER_PORT": port}
            log = stack.enter_context((tmp_path / f"log{number}").open("ab"))
            command = [sys.executable, "-c", PROGRAM, *arguments]
            process = subprocess.Popen(command, env={**environment, **ports}, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.kill)
            found.append(f"http://127.0.0.1:{port}")
        until(lambda: all(health.fault(f"{url}/readyz") is None for url in found), "all get ready")
        until(lambda: all(release(url) == 1 for url in found), "all know what is released")
        yield found


def release(url: str) -> int:
    """The release that a process answers from; 0 before it made one ready."""
    answer = urllib3.request("GET", f"{url}/metrics", headers={"authorization": f"Bearer {METRICS}"})
    found = re.search(r"^madoguchi_release (\S+)$", answer.data.decode(), re.MULTILINE)
    return int(float(found[1])) if found else 0


def post(state: StandIn, url: str) -> dict[str, str]:
    """One message of everybody in one webhook; returns the reply tokens by person."""
    people = [f"U{number:032x}" for number in range(PEOPLE)]
    tokens = {user: state.issue_reply_token(CITY, user_id=user, life=10 * SECONDS) for user in people}
    body = webhook_body([text_event("カードをなくした", user, token) for user, token in tokens.items()])
    headers = {"x-line-signature": sign(SECRET, body)}
    assert urllib3.request("POST", f"{url}/line/{CITY}/webhook", body=body, headers=headers).status == 200
    return tokens


def test_everybody_is_answered_once_and_in_order_and_all_hear_of_a_release(
    filled: Database, urls: list[str], state: StandIn
) -> None:
    _ask_and_compare(filled, urls, state)
    with filled.writing() as session:
        newest = publish(session, {}, author="test", reason="next", at=datetime.now(UTC)).number
    began = time.monotonic()
    until(lambda: all(release(url) == newest for url in urls), "the others have it")
    print(f"all had the release after {time.monotonic() - began:.3f} s")


def _ask_and_compare(filled: Database, urls: list[str], state: StandIn) -> None:
    asked: dict[str, list[str]] = defaultdict(list)
    began = time.monotonic()
    for turn in range(EACH):
        for user, token in post(state, urls[turn % 2]).items():
            asked[user].append(token)
    until(lambda: len(state.sent) >= PEOPLE * EACH, "everybody is answered")
    print(f"all were answered after {time.monotonic() - began:.2f} s")
    answered: dict[str, list[str]] = defaultdict(list)
    for sent in state.sent:
        answered[sent.user_id].append(sent.reply_token)
    assert answered == asked
    until(lambda: _states(filled) == {State.SENT: PEOPLE * EACH}, "every reply is marked")
    assert {answer.status for answer in state.requests if answer.path.endswith("/reply")} == {200}, "no token twice"


def _states(database: Database) -> dict[str, int]:
    with database.reading() as session:
        found = session.exec(select(InboxRow.state, func.count()).group_by(InboxRow.state)).all()
    return dict(found)
