"""The load benchmark works: a few events through real processes, and a few cities. No time is looked at."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

LOAD = Path(__file__).parents[1] / "bench" / "load"
TOKEN = b"token"


def _printed(program: str, *arguments: str) -> str:
    command = [sys.executable, str(LOAD / program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read as Linux gives it")
def test_a_few_events_go_through_every_process_and_into_the_table() -> None:
    printed = _printed("run.py", "--smoke")
    assert printed.startswith("<!-- make bench-load: ここから -->\n")
    assert printed.endswith("<!-- make bench-load: ここまで -->\n")
    speeds = [line for line in printed.splitlines() if line.endswith("| 0 / 100・0 |")]
    assert [line.split(" | ")[0] for line in speeds] == [
        "| エコー（SDK の例、同期クライアント）",
        "| SQLite、1 プロセス",
    ]
    assert "まどぐち " in printed
    assert "起動から /readyz" in printed


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read as Linux gives it")
def test_a_few_cities_go_into_the_table() -> None:
    printed = _printed("scale.py", "--cities", "3", "--entries", "2", "--questions", "10", "--sqlite")
    assert "| 3 市区町村を一つのプロセスで | SQLite |" in printed
    assert "一つの市の公開から、その市の最初の答えまで" in printed


@pytest.fixture(scope="module")
def sink() -> ModuleType:
    """The program that takes LINE's place."""
    spec = importlib.util.spec_from_file_location("load_sink", LOAD / "sink.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_a_reply_token_is_taken_once_and_only_with_the_right_bearer(sink: ModuleType) -> None:
    taken = sink.Taken(frozenset({TOKEN}))
    head = b"POST /v2/bot/message/reply HTTP/1.1\r\nAuthorization: Bearer " + TOKEN
    body = json.dumps({"replyToken": "r1", "messages": []}).encode()
    path = b"/v2/bot/message/reply"
    assert taken.answer(b"POST", path, head, body)[0] == 200
    assert taken.answer(b"POST", path, head, body)[0] == 400
    assert taken.answer(b"POST", path, head.replace(TOKEN, b"other"), body)[0] == 401
    assert taken.answer(b"POST", b"/v2/bot/message/push", head, body)[0] == 404
    assert taken.answer(b"POST", b"/v2/bot/chat/loading/start", head, b"{}")[0] == 202
    told = json.loads(taken.answer(b"GET", b"/taken", b"", b"")[1])
    assert (list(told["replies"]), told["doubled"], told["refused"], told["gestures"]) == (["r1"], 1, 3, 1)
    assert taken.answer(b"POST", b"/forget", b"", b"")[0] == 200
    assert taken.answer(b"POST", path, head, body)[0] == 200
