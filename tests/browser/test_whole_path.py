"""A real browser: somebody asks in vain, staff teach it, the next person is answered; every page is accessible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

QUESTION = "ほげほげのぴよぴよを落っことした"


def _sign_in(page: Page, trial: Any) -> None:
    page.goto(f"{trial.url}/admin")
    page.fill("#login", "admin")
    page.fill("#password", trial.password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url("**/admin")


def _ask(page: Page, trial: Any, question: str) -> str:
    page.goto(f"{trial.url}/simulator/?city=fuchu")
    talk = page.locator(".theirs")
    expect(talk).to_have_count(1)  # the greeting
    page.fill("#text", question)
    page.keyboard.press("Enter")
    expect(talk).to_have_count(2)
    return talk.last.inner_text()


def test_a_failed_question_is_taught_in_the_admin_and_then_answered(trial: Any, browser: Browser) -> None:
    page = browser.new_context(locale="ja-JP").new_page()
    assert "まだ用意していません" in _ask(page, trial, QUESTION)
    _sign_in(page, trial)
    page.goto(f"{trial.url}/admin/fuchu/unanswered")
    expect(page.locator("main")).to_contain_text(QUESTION)
    page.goto(f"{trial.url}/admin/fuchu/entries?add={QUESTION}")
    page.fill("#q", "カードをなくした")
    page.get_by_role("button", name="探す").click()
    page.get_by_role("link", name="マイナンバーカードをなくしたときは？").click()
    assert page.input_value("#phrasings").endswith(QUESTION)
    page.get_by_role("button", name="保存して確認へ進む").click()
    page.get_by_role("button", name="承認して公開へ進む").click()
    page.get_by_role("link", name="公開へ進む").click()
    page.get_by_role("button", name="公開する", exact=True).click()
    expect(page.locator("main")).to_contain_text("公開しました")
    assert "マイナンバーカードをなくしたときは？" in _ask(page, trial, QUESTION)
    page.goto(f"{trial.url}/admin/fuchu/audit")
    assert "項目を公開" in page.inner_text("main")
    page.context.close()


def test_every_page_is_accessible(trial: Any, page: Page, faults_of: Callable[[Page], list[str]]) -> None:
    page.goto(f"{trial.url}/admin")
    faults = faults_of(page)
    for path in (
        "/lookup",
        "/lookup/fuchu",
        "/lookup/fuchu?q=カードをなくした",
        "/lookup/fuchu/groups/payment",
        "/admin",
    ):
        page.goto(trial.url + path)
        faults += faults_of(page)
    _sign_in(page, trial)
    for path in ("unanswered", "entries", "entries/mynumber-card/lost-card", "audit"):
        page.goto(f"{trial.url}/admin/fuchu/{path}")
        faults += faults_of(page)
    _ask(page, trial, "スマホ教室はいつ")
    faults += faults_of(page)
    assert faults == []


def test_the_look_up_page_works_without_javascript(trial: Any, browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{trial.url}/lookup/kokubunji")
    page.fill("#q", "マイナンバーカードをなくした")
    page.keyboard.press("Enter")
    page.wait_for_selector(".reply")
    assert "0120-95-0178" in page.inner_text(".reply")
    page.context.close()
