"""What browser tests share: one trial service, one Chromium, pages at both widths, and the accessibility check."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ["chromium-headless-shell", "chromium", "chromium-browser"])), None)
"""The headless shell first: it draws no window around the pages, which costs a browser as much as the pages do."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
SMALL_TARGETS = """
  [...document.querySelectorAll('main a, main button, main input, main select, nav a, nav button')]
    .filter(e => !e.closest('p, td, .steps') && !e.matches('[type=hidden], [type=checkbox], [type=radio]'))
    .map(e => [e.outerHTML.slice(0, 80), e.getBoundingClientRect().height]).filter(([, h]) => h && h < 43.9)
"""
PATIENCE = 120_000
"""Milliseconds. A preview asks ten thousand questions, on whatever machine this is and whatever else it does."""
expect.set_options(timeout=PATIENCE)


@dataclass
class Trial:
    """A running `madoguchi dev` with its own database in `folder`."""

    url: str
    password: str
    folder: Path


@pytest.fixture(scope="session")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """One trial service for all browser tests: each asks its own questions."""
    folder = tmp_path_factory.mktemp("trial")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    output = folder / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", "from deploy.cli import main; main()", "dev"],
            cwd=folder,
            env={**os.environ, "MADOGUCHI_PORT": str(port)},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    _wait_for(url, output)
    password = re.search(r"パスワード (\S+)", output.read_text(encoding="utf-8"))
    assert password is not None
    yield Trial(url, password[1], folder)
    process.terminate()
    process.wait(20)


def _wait_for(url: str, output: Path) -> None:
    pool = urllib3.PoolManager(retries=False)
    for _ in range(1200):  # two minutes: other tests may be keeping the machine busy
        with suppress(urllib3.exceptions.HTTPError):
            if pool.request("GET", f"{url}/readyz").status == 200:
                pool.clear()
                return
        time.sleep(0.1)
    raise AssertionError(output.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE))
        yield browser
        browser.close()


@pytest.fixture(params=[390, 1280])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """An empty page, on a telephone and on a desk."""
    context = browser.new_context(viewport={"width": request.param, "height": 844}, locale="ja-JP")
    yield context.new_page()
    context.close()


@pytest.fixture
def faults_of() -> Callable[[Page], list[str]]:
    """What is wrong with a page: WCAG 2.2 AA by axe, targets under 44 pixels, scrolling sideways."""

    def check(page: Page) -> list[str]:
        found = Axe().run(page, options=WCAG).response["violations"]
        faults = [f"{page.url} {v['id']}: {[n['target'] for n in v['nodes']][:3]}" for v in found]
        faults += [f"{page.url} small: {small}" for small in page.evaluate(SMALL_TARGETS)]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return [*faults, *([f"{page.url} is {wide} pixels too wide"] if wide > 0 else [])]

    return check
