"""`madoguchi line richmenu`, as an operator uses it, against the stand-in behind a real socket."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner, Result

from bot.channels.line.richmenu.errors import FontMissing
from bot.channels.line.richmenu.fonts import find_font
from bot.channels.line.standin import StandIn, create_standin_app
from deploy.cli import app

SECRET = "0123456789abcdef0123456789abcdef"


def run(command: str, *options: str, city: str = "oyama") -> Result:
    return CliRunner().invoke(app, ["line", "richmenu", command, "--city", city, *options])


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in that the settings point to, with a channel for 小山市."""
    standin = StandIn()
    standin.add_channel("oyama", access_token="t")
    server = uvicorn.Server(uvicorn.Config(create_standin_app(standin), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    monkeypatch.setenv("MADOGUCHI_LINE_API", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("MADOGUCHI_LINE_OYAMA_CHANNEL_SECRET", SECRET)
    monkeypatch.setenv("MADOGUCHI_LINE_OYAMA_ACCESS_TOKEN", "t")
    yield standin
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def font() -> Path:
    """A Japanese font; without one the test is skipped."""
    try:
        return find_font()
    except FontMissing as error:
        pytest.skip(str(error))


@pytest.mark.usefixtures("font")
def test_deploy_twice_list_and_remove(standin: StandIn) -> None:
    assert "4 枚作り" in run("deploy").stdout
    assert "もう最新" in run("deploy").stdout
    listed = run("list").stdout
    assert listed.count("madoguchi/oyama/large/") == 4
    assert listed.count("はじめに出るメニュー") == 1
    assert "古いもの 4 枚を消しました" in run("deploy", "--size", "compact").stdout
    assert "4 枚を消しました" in run("remove").stdout
    assert "消すメニューはありません" in run("remove").stdout
    assert standin.rich_menus == {}


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize(("size", "height"), [("large", 1686), ("compact", 843)])
def test_draw_writes_pictures_without_line(tmp_path: Path, size: str, height: int) -> None:
    written = run("draw", "--out", str(tmp_path / "new"), "--size", size).stdout.split()
    assert [Path(file).name for file in written] == [
        f"oyama-{size}-{tab}.png" for tab in ("card", "procedures", "classes", "large")
    ]
    assert {struct.unpack(">II", Path(file).read_bytes()[16:24]) for file in written} == {(2500, height)}


@pytest.mark.usefixtures("standin")
def test_faults_are_sentences(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "kokubunji" in str(run("deploy", city="edo").exception)
    assert "MADOGUCHI_LINE_FUCHU_ACCESS_TOKEN" in str(run("list", city="fuchu").exception)
    monkeypatch.setenv("MADOGUCHI_LINE_OYAMA_ACCESS_TOKEN", "wrong")
    assert "アクセストークン" in str(run("list").exception)
    monkeypatch.setenv("MADOGUCHI_FONT", str(tmp_path / "none.ttf"))
    assert "none.ttf" in str(run("draw", "--out", str(tmp_path)).exception)
