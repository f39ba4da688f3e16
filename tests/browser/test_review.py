"""A real browser: a failed LINE question is found in the queue, mended, published, asked again, pinned and answered."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

QUESTION = "むらさきのうさぎが逃げた"
ANSWERED_BY = "武蔵野市の八つの取組とは？"
ENTRY = "plan/musashino-eight-actions"
ELSEWHERE = "ぎんなんを拾ってもよいか"
OF_A_QUESTION = re.compile(r"/unanswered/\d+$")
FOREIGN = "my glittering square thingy went missing"


def _sign_in(page: Page, trial: Any) -> None:
    page.goto(f"{trial.url}/admin")
    page.fill("#login", "admin")
    page.fill("#password", trial.password)
    page.click("main button")
    page.wait_for_url(lambda url: "sign-in" not in url)


def _ask(page: Page, trial: Any, question: str, city: str = "musashino") -> str:
    page.goto(f"{trial.url}/simulator/?city={city}")
    talk = page.locator(".theirs")
    expect(talk).to_have_count(1)  # the greeting
    page.fill("#text", question)
    page.keyboard.press("Enter")
    expect(talk).to_have_count(2)
    return talk.last.inner_text()


def _until(page: Page, address: str, words: str) -> None:
    """Opens a page again and again until the runner has done its work."""
    for _ in range(240):
        page.goto(address)
        told = page.inner_text("main")
        if words in told and "まとめています" not in told:
            return
        page.wait_for_timeout(500)
    raise AssertionError(page.inner_text("main"))


def test_a_failed_question_is_mended_published_asked_again_and_answered(trial: Any, browser: Browser) -> None:
    page = browser.new_context(locale="ja-JP").new_page()
    base = f"{trial.url}/admin/musashino"
    assert "まだ用意していません" in _ask(page, trial, QUESTION)
    _sign_in(page, trial)
    _until(page, f"{base}/unanswered", QUESTION)
    page.get_by_role("link", name=QUESTION, exact=True).click()
    page.wait_for_url(OF_A_QUESTION)
    question = page.url
    page.fill("#q", ANSWERED_BY)
    page.get_by_role("button", name="探す").click()
    page.get_by_role("button", name=re.compile(f"「{ANSWERED_BY}」に足す")).click()
    expect(page.get_by_role("status")).to_contain_text("下書きに足しました")
    _publish(page)
    _until(page, question, "で答えるようになりました")
    page.goto(f"{base}/pins")
    assert QUESTION in page.inner_text("main")
    assert ANSWERED_BY in _ask(page, trial, QUESTION)
    page.goto(f"{base}/audit")
    assert "質問が解決した" in page.inner_text("main")
    _break(page, f"{base}/entries/{ENTRY}")
    expect(page.locator("main")).to_contain_text("守る質問")
    expect(page.get_by_role("link", name="公開へ進む")).to_have_count(0)
    assert ANSWERED_BY in _ask(page, trial, QUESTION)
    page.context.close()


def test_a_counter_is_told_on_line_until_that_is_undone(trial: Any, browser: Browser) -> None:
    page = browser.new_context(locale="ja-JP").new_page()
    base = f"{trial.url}/admin/kadoma"
    assert "まだ用意していません" in _ask(page, trial, ELSEWHERE, "kadoma")
    _sign_in(page, trial)
    _until(page, f"{base}/unanswered", ELSEWHERE)
    page.get_by_role("link", name=ELSEWHERE, exact=True).click()
    page.wait_for_url(OF_A_QUESTION)
    question = page.url
    assert page.input_value("#wordings") == ELSEWHERE
    page.fill("#title", "公園の木の実")
    page.fill("#counter-name", "公園の窓口")
    page.fill("#counter-tel", "06-0000-0000")
    page.get_by_role("button", name="窓口を案内する下書きを作る").click()
    expect(page.get_by_role("status")).to_contain_text("窓口を案内する下書きを作りました")
    assert "まだ用意していません" in _ask(page, trial, ELSEWHERE, "kadoma")
    page.goto(question)
    _publish(page)
    page.wait_for_url(re.compile("published="))
    released = int(page.url.split("published=")[1])
    _until(page, question, "市民には「公園の窓口 06-0000-0000」を案内しています")
    told = _ask(page, trial, ELSEWHERE, "kadoma")
    assert "「公園の木の実」のことは、ここでは答えられません。" in told
    assert "公園の窓口（電話 06-0000-0000）に聞いてください。" in told
    page.goto(f"{base}/releases/{released}/undo")
    page.fill("#reason", "まちがい")
    page.get_by_role("button", name="取り消す").click()
    assert "まだ用意していません" in _ask(page, trial, ELSEWHERE, "kadoma")
    _until(page, question, "案内する窓口が取り下げられました")
    page.context.close()


def _break(page: Page, editor: str) -> None:
    """Takes the wording out of the entry again, and goes towards publishing."""
    page.goto(editor)
    page.get_by_role("button", name=f"「{QUESTION}」を消す").click()
    page.get_by_role("button", name="保存して確認へ進む").click()
    page.get_by_role("button", name="承認して公開へ進む").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("公開すると、こう変わります")


def _publish(page: Page) -> None:
    """Approves the draft that the question waits for, sees what it changes, and publishes it."""
    page.get_by_role("link", name="下書きと公開へ").click()
    page.get_by_role("button", name="承認して公開へ進む").click()
    page.get_by_role("link", name="公開へ進む").click()
    page.get_by_role("button", name="公開する", exact=True).click()
    expect(page.locator("main")).to_contain_text("公開しました")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_review_is_accessible(trial: Any, page: Page, faults_of: Callable[[Page], list[str]], scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    _ask(page, trial, FOREIGN, "oyama")
    _sign_in(page, trial)
    base = f"{trial.url}/admin/oyama/unanswered"
    _until(page, base, FOREIGN)
    faults = faults_of(page)
    page.get_by_text("しぼりこむ").first.click()
    faults += faults_of(page)
    page.get_by_role("link", name=FOREIGN, exact=True).click()
    faults += faults_of(page)
    page.get_by_text("新しい項目を作る").click()
    page.get_by_role("button", name="残す").click()
    page.fill("#counter-tel", "12-34")
    page.get_by_role("button", name="答えないことに決める").click()
    expect(page.get_by_role("alert")).to_contain_text("窓口の名前も")
    faults += faults_of(page)
    page.fill("#counter-tel", "")
    page.get_by_role("button", name="窓口を案内する下書きを作る").click()
    expect(page.get_by_role("alert")).to_contain_text("用件の名前を")
    faults += faults_of(page)
    for path in ("?tab=declined", "/sample"):
        page.goto(base + path)
        faults += faults_of(page)
    assert faults == []
