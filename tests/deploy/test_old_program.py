"""The program before the last change of the schema works on the new schema: that is what makes upgrades seamless."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from deploy import schema
from knowledge.database import Database

ROOT = Path(__file__).parents[2]
VERSIONS = "deploy/migrations/versions"
SMOKE = """
import sys
from datetime import UTC, datetime
from sqlmodel import select
import deploy
assert deploy.__file__.startswith(sys.argv[1]), deploy.__file__
from bot import inbox
from bot.channels.line.standin import StandIn
from bot.conversation.inbound import Inbound
from bot.inbox import Received
from bot.library import Library
from bot.tables import InboxRow
from bot.worker import Delivery, Sent, Worker
from deploy import clock, schema
from deploy.words import lexicon
from knowledge.database import Database

class Line:
    sent = []
    def send(self, token, reply):
        self.sent.append((token, reply))
        return Sent(Delivery.SENT)

database = Database(sys.argv[2])
assert schema.current(database) != schema.head(), "the schema is newer than this program"
at = clock.now()
event = Inbound(id="e1", kind="text", municipality="kokubunji", at=at, person="p" * 40, text="カードをなくした")
with database.writing() as session:
    assert inbox.receive(session, [Received(event, "token", at)]) == 1
worker = Worker(database, Library(lexicon(), clock.today), {"kokubunji": Line()}, clock.now)
worker.run_once()
worker.stop()
with database.reading() as session:
    row = session.exec(select(InboxRow)).one()
print(row.state, len(Line.sent), "マイナンバーカードをなくしたときは" in str(Line.sent))
"""


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, check=False)  # noqa: S607


def _commit_before() -> str | None:
    """The newest commit that lacks the newest migration; None without history."""
    if shutil.which("git") is None:
        return None
    newest = max(path.name for path in (ROOT / VERSIONS).glob("*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "--", f"{VERSIONS}/{newest}").stdout.split()
    commit = f"{added[-1].decode()}^" if added else "HEAD"
    return commit if _git("cat-file", "-e", f"{commit}:deploy/schema.py").returncode == 0 else None


@pytest.fixture(scope="module")
def old_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    commit = _commit_before()
    if commit is None:
        pytest.skip("no history here: the program before can't be had")
    archive = _git("archive", commit, "admin", "bot", "deploy", "knowledge")
    assert archive.returncode == 0, archive.stderr
    folder = tmp_path_factory.mktemp("old")
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
        tar.extractall(folder, filter="data")
    return folder


def test_the_old_program_answers_on_the_new_schema(filled: Database, database_url: str, old_program: Path) -> None:
    assert schema.current(filled) == schema.head()
    environment = {**os.environ, "PYTHONPATH": str(old_program), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-c", SMOKE, str(old_program), database_url]
    done = subprocess.run(command, cwd=old_program, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["sent", "1", "True"]
