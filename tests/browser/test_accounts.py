"""Accounts in a real browser: first sign-in, authenticator app, passkey, sessions; each page at both widths."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

PASSWORD = "purple umbrella morning"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def chief(trial: Any, browser: Browser) -> Iterator[Page]:
    """The first admin, signed in on a desk."""
    context = browser.new_context(viewport={"width": 1280, "height": 844}, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{trial.url}/admin")
    page.fill("#login", "admin")
    page.fill("#password", trial.password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url("**/admin")
    yield page
    context.close()


def _invited(chief: Page, trial: Any, role: str = "admin") -> tuple[str, str]:
    """Adds somebody to 府中市; returns their name and their link."""
    login = f"person{next(_numbers)}"
    chief.goto(f"{trial.url}/admin/fuchu/staff/new")
    chief.fill("#login", login)
    chief.fill("#name", "窓口の担当")
    chief.select_option("#role", role)
    chief.get_by_role("button", name="足す").click()
    return login, chief.inner_text("#link")


def _accept(page: Page, link: str) -> None:
    page.goto(link)
    page.fill("#new", PASSWORD)
    page.fill("#repeated", PASSWORD)
    page.get_by_role("button", name="決めて始める").click()
    page.wait_for_url("**/unanswered")


def _sign_in(page: Page, trial: Any, login: str) -> None:
    page.goto(f"{trial.url}/admin/sign-in")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="サインイン", exact=True).click()


def _fresh_code(app: pyotp.TOTP, used: str) -> str:
    """A code that was not used yet: the next one counts already."""
    code = app.now()
    return code if code != used else app.at(int(time.time()) + 30)


def test_first_sign_in_app_and_the_second_step_are_accessible(
    trial: Any, chief: Page, page: Page, faults_of: Callable[[Page], list[str]]
) -> None:
    login, link = _invited(chief, trial)
    page.goto(link)
    faults = faults_of(page)
    _accept(page, link)
    page.goto(f"{trial.url}/admin/account")
    faults += faults_of(page)
    page.get_by_role("link", name="二段階認証を設定する").click()
    faults += faults_of(page)
    page.get_by_role("link", name="認証アプリを登録する").click()
    page.get_by_text("読み取れないとき", exact=True).click()
    faults += faults_of(page)
    app = pyotp.TOTP(page.inner_text(".secret code").replace(" ", ""))
    used = app.now()
    page.fill("#code", used)
    page.get_by_role("button", name="登録する").click()
    faults += faults_of(page)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    page.get_by_role("button", name=re.compile("サインアウト")).first.click()
    page.goto(f"{trial.url}/admin/sign-in")
    faults += faults_of(page)
    _sign_in(page, trial, login)
    faults += faults_of(page)
    page.fill("#code", "000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("コードが違うか")
    page.fill("#code", _fresh_code(app, used))
    page.keyboard.press("Enter")
    page.wait_for_url("**/unanswered")
    page.goto(f"{trial.url}/admin/account/confirm?next=/admin/account/authenticator")
    faults += faults_of(page)
    page.goto(f"{trial.url}/admin/account/password")
    faults += faults_of(page)
    assert faults == []


def test_staff_pages_are_accessible(
    trial: Any, chief: Page, page: Page, faults_of: Callable[[Page], list[str]]
) -> None:
    _, link = _invited(chief, trial)
    assert faults_of(chief) == []
    _accept(page, link)
    faults = []
    for path in ("staff", "staff/new"):
        page.goto(f"{trial.url}/admin/fuchu/{path}")
        faults += faults_of(page)
    page.goto(f"{trial.url}/admin/fuchu/staff")
    page.get_by_role("link", name="窓口の担当").first.click()
    faults += faults_of(page)
    chief.goto(f"{trial.url}/admin/*/staff")
    faults += faults_of(chief)
    assert faults == []


def test_a_passkey_is_made_named_used_and_removed(trial: Any, chief: Page, page: Page) -> None:
    _, link = _invited(chief, trial)
    _accept(page, link)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    # Passkeys need a name, not a number: the same service under localhost.
    local = trial.url.replace("127.0.0.1", "localhost")
    cookies: Any = page.context.cookies()
    page.context.add_cookies([{**cookie, "domain": "localhost"} for cookie in cookies])
    page.goto(f"{local}/admin/account/second-factor")
    page.fill("#passkey-name", "窓口のパソコン")
    page.get_by_role("button", name="パスキーを登録する").click()
    expect(page.locator("h1")).to_have_text("回復コードをひかえてください")
    page.get_by_role("link", name="ひかえました").click()
    expect(page.locator(".keys")).to_contain_text("窓口のパソコン")
    page.get_by_text("「窓口のパソコン」を変える・消す").click()
    page.fill(".keys input[type=text]", "自分のスマホ")
    page.get_by_role("button", name="名前を変える").click()
    expect(page.get_by_role("status")).to_contain_text("名前を変えました")
    page.get_by_role("button", name=re.compile("サインアウト")).first.click()
    page.get_by_role("button", name="パスキーでサインイン").click()
    page.wait_for_url("**/unanswered")
    page.goto(f"{local}/admin/account/second-factor")
    page.get_by_text("「自分のスマホ」を変える・消す").click()
    page.get_by_role("button", name="このパスキーを消す").click()
    expect(page.get_by_role("status")).to_contain_text("パスキーを消しました")
    page.get_by_role("button", name=re.compile("サインアウト")).first.click()
    page.get_by_role("button", name="パスキーでサインイン").click()
    expect(page.get_by_role("alert").first).to_contain_text("サインインできませんでした")


def test_accounts_work_without_javascript(trial: Any, chief: Page, browser: Browser) -> None:
    login, link = _invited(chief, trial, "viewer")
    page = browser.new_context(java_script_enabled=False).new_page()
    _accept(page, link)
    page.goto(f"{trial.url}/admin/account/authenticator")
    app = pyotp.TOTP(page.locator(".secret").text_content().replace(" ", ""))  # type: ignore[union-attr]
    used = app.now()
    page.fill("#code", used)
    page.get_by_role("button", name="登録する").click()
    code = page.locator(".codes code").first.inner_text()
    page.get_by_role("button", name=re.compile("サインアウト")).first.click()
    _sign_in(page, trial, login)
    page.fill("#code", code)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url("**/unanswered")
    page.context.close()
