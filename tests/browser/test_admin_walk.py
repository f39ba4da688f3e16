"""The admin from end to end, and every page of it: first sign-in with an authenticator app, an answer mended, the
preview, a second person, LINE, and back."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

CITY = "musashino"
PASSWORD = "yellow raincoat evening"
QUESTION = "カードをどこかに落としたみたい"
BEFORE, AFTER = "マイナンバーカードをなくしたときは？", "なくしたカードが見つかったら？"
ENTRY = "mynumber-card/found-after-lost"
ROUTES = yaml.safe_load((Path(__file__).parents[1] / "admin" / "routes.yaml").read_text(encoding="utf-8"))
FILES = re.compile(r"\.(xlsx|csv|zip)$|/oidc")


@pytest.fixture
def someone(browser: Browser) -> Iterator[Callable[[], Page]]:
    """Opens a browser of somebody else each time."""
    contexts = []

    def opened() -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 844}, locale="ja-JP"))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def _enter(page: Page, trial: Any, login: str, password: str) -> None:
    page.goto(f"{trial.url}/admin/sign-in")
    page.fill("#login", login)
    page.fill("#password", password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))


def _invite(chief: Page, page: Page, trial: Any, login: str, role: str) -> None:
    chief.goto(f"{trial.url}/admin/{CITY}/staff/new")
    chief.fill("#login", login)
    chief.fill("#name", login)
    chief.select_option("#role", role)
    chief.get_by_role("button", name="足す").click()
    page.goto(chief.inner_text("#link"))
    page.fill("#new", PASSWORD)
    page.fill("#repeated", PASSWORD)
    page.get_by_role("button", name="決めて始める").click()
    page.wait_for_url("**/unanswered")


def _with_an_app(page: Page, trial: Any, login: str) -> None:
    """Registers an authenticator app, signs out, and in again with its code."""
    page.goto(f"{trial.url}/admin/account")
    page.get_by_role("link", name="二段階認証を設定する").click()
    page.get_by_role("link", name="認証アプリを登録する").click()
    page.get_by_text("読み取れないとき", exact=True).click()
    app = pyotp.TOTP(page.inner_text(".secret code").replace(" ", ""))
    used = app.now()
    page.fill("#code", used)
    page.get_by_role("button", name="登録する").click()
    page.get_by_role("button", name=re.compile("サインアウト")).first.click()
    _enter(page, trial, login, PASSWORD)
    page.fill("#code", app.now() if app.now() != used else app.at(int(time.time()) + 30))
    page.locator("main button").first.click()
    page.wait_for_url("**/unanswered")


def _four_eyes(chief: Page, trial: Any, *, on: bool) -> None:
    chief.goto(f"{trial.url}/admin/{CITY}/settings")
    chief.locator("input[name=four_eyes]").first.set_checked(on)
    chief.get_by_role("button", name="保存する").first.click()
    expect(chief.locator("main")).to_contain_text("保存しました")


def _told(page: Page, trial: Any) -> str:
    page.goto(f"{trial.url}/simulator/?city={CITY}")
    talk = page.locator(".theirs")
    expect(talk).to_have_count(1)
    page.fill("#text", QUESTION)
    page.keyboard.press("Enter")
    expect(talk).to_have_count(2)
    return talk.last.inner_text()


def test_an_answer_is_mended_previewed_approved_published_and_taken_back(
    trial: Any, someone: Callable[[], Page]
) -> None:
    chief, writer, checker, citizen = someone(), someone(), someone(), someone()
    _enter(chief, trial, "admin", trial.password)
    _invite(chief, writer, trial, "walk-writer", "editor")
    _invite(chief, checker, trial, "walk-checker", "approver")
    _four_eyes(chief, trial, on=True)
    _with_an_app(writer, trial, "walk-writer")
    assert BEFORE in _told(citizen, trial)

    writer.goto(f"{trial.url}/admin/{CITY}/entries/{ENTRY}?add={QUESTION}")
    writer.get_by_role("button", name=re.compile("^(下書きを保存|保存して確認へ進む)")).first.click()
    writer.goto(f"{trial.url}/admin/{CITY}/drafts/{CITY}/{ENTRY}")
    expect(writer.get_by_role("button", name=re.compile("承認"))).to_have_count(0)
    writer.get_by_role("button", name="確認に出す").click()

    checker.goto(f"{trial.url}/admin/{CITY}/drafts/{CITY}/{ENTRY}")
    checker.get_by_role("button", name="承認して公開へ進む").click()
    expect(checker.locator("main")).to_contain_text("別の答え")
    expect(checker.locator("main")).to_contain_text(QUESTION)
    checker.get_by_role("link", name="公開へ進む").click()
    checker.get_by_role("button", name="公開する", exact=True).click()
    expect(checker.locator("main")).to_contain_text("公開しました")
    assert AFTER in _told(citizen, trial)

    checker.get_by_role("link", name="公開の記録を見る").click()
    checker.get_by_role("link", name="この公開を取り消す").click()
    checker.get_by_role("button", name="取り消す", exact=True).click()
    expect(checker.locator("main")).to_contain_text("前の答えに戻ります")
    assert BEFORE in _told(citizen, trial)
    _four_eyes(chief, trial, on=False)


def _addresses() -> list[str]:
    """Every page that can be opened without having made something first."""
    filled = {"municipality": "fuchu", "group": "mynumber-card", "name": "lost-card", "shelf": "classes", "number": "1"}
    templates = [row["route"] for row in ROUTES if row["method"] == "GET" and not FILES.search(row["route"])]
    needed = re.compile(r"preview/\{number\}|import/|saved/|files/\{|\{key\}|drafts/\{|unanswered/\{|staff/\{")
    return [template.format(**filled) for template in templates if not needed.search(template)]


def test_every_page_is_accessible_at_both_widths(
    trial: Any, page: Page, faults_of: Callable[[Page], list[str]]
) -> None:
    _enter(page, trial, "admin", trial.password)
    faults, opened = [], 0
    for address in _addresses():
        answer = page.goto(trial.url + address)
        if answer is not None and answer.status == 200:
            faults += faults_of(page)
            opened += 1
    assert faults == []
    assert opened >= 30
