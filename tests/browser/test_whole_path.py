"""A real browser: somebody asks in vain, staff teach it, the next person is answered; every page is accessible."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import urllib3
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
expect.set_options(timeout=30_000)  # the first answer waits until the index is built, on whatever machine this is
QUESTION = "ぴかぴか光る板を落っことした"


@dataclass
class Trial:
    """A running `madoguchi dev` with its own database."""

    url: str
    password: str


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
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
    yield Trial(url, password[1])
    process.terminate()
    process.wait(20)


def _wait_for(url: str, output: Path) -> None:
    pool = urllib3.PoolManager(retries=False)
    for _ in range(300):
        try:
            if pool.request("GET", f"{url}/readyz").status == 200:
                pool.clear()
                return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
    raise AssertionError(output.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=[390, 1280])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900}, locale="ja-JP")
    yield context.new_page()
    context.close()


def _sign_in(page: Page, trial: Trial) -> None:
    page.goto(f"{trial.url}/admin")
    page.fill("#login", "admin")
    page.fill("#password", trial.password)
    page.click("main button")


def _ask(page: Page, trial: Trial, question: str) -> str:
    page.goto(f"{trial.url}/simulator/?city=fuchu")
    talk = page.locator(".theirs")
    expect(talk).to_have_count(1)  # the greeting
    page.fill("#text", question)
    page.keyboard.press("Enter")
    expect(talk).to_have_count(2)
    return talk.last.inner_text()


def _faults(page: Page) -> list[str]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [f"{page.url} {v['id']}: {[n['target'] for n in v['nodes']][:3]}" for v in found]


def test_a_failed_question_is_taught_in_the_admin_and_then_answered(trial: Trial, browser: Browser) -> None:
    page = browser.new_context(locale="ja-JP").new_page()
    assert "まだ用意していません" in _ask(page, trial, QUESTION)
    _sign_in(page, trial)
    page.goto(f"{trial.url}/admin/fuchu/unanswered")
    assert QUESTION in page.inner_text("main")
    page.get_by_role("link", name="ほかの項目に足す").first.click()
    page.fill("#q", "カードをなくした")
    page.get_by_role("button", name="探す").click()
    page.get_by_role("link", name="マイナンバーカードをなくしたときは？").click()
    assert page.input_value("#phrasings").endswith(QUESTION)
    page.get_by_role("button", name="公開する").click()
    assert "公開しました" in page.inner_text("main")
    assert "マイナンバーカードをなくしたときは？" in _ask(page, trial, QUESTION)
    page.goto(f"{trial.url}/admin/fuchu/audit")
    assert "項目を公開" in page.inner_text("main")
    page.context.close()


def test_every_page_is_accessible(trial: Trial, page: Page) -> None:
    page.goto(f"{trial.url}/admin")
    faults = _faults(page)
    for path in (
        "/lookup",
        "/lookup/fuchu",
        "/lookup/fuchu?q=カードをなくした",
        "/lookup/fuchu/groups/payment",
        "/admin",
    ):
        page.goto(trial.url + path)
        faults += _faults(page)
    _sign_in(page, trial)
    for path in ("unanswered", "entries", "entries/mynumber-card/lost-card", "audit"):
        page.goto(f"{trial.url}/admin/fuchu/{path}")
        faults += _faults(page)
    _ask(page, trial, "スマホ教室はいつ")
    faults += _faults(page)
    assert faults == []


def test_nothing_scrolls_sideways_and_targets_are_large(trial: Trial, page: Page) -> None:
    for path in ("/lookup/fuchu?q=カードをなくした", "/admin"):
        page.goto(trial.url + path)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        small = page.evaluate(
            "[...document.querySelectorAll('main a, button, input, select')]"
            ".map(e => [e.outerHTML.slice(0, 60), e.getBoundingClientRect().height]).filter(([, h]) => h && h < 44)"
        )
        assert small == []


def test_the_look_up_page_works_without_javascript(trial: Trial, browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{trial.url}/lookup/kokubunji")
    page.fill("#q", "マイナンバーカードをなくした")
    page.keyboard.press("Enter")
    page.wait_for_selector(".reply")
    assert "0120-95-0178" in page.inner_text(".reply")
    page.context.close()
