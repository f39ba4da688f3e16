"""Class mode in a real browser: steps, keyboard, no JavaScript, history and forgetting, accessible light and dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

LOST = "mynumber-card/lost-card"
PAGES = (
    "class",
    f"class?topic={LOST}&kana=1",
    f"class?topic={LOST}&step=2",
    f"class?topic={LOST}&whole=1",
    "class?q=暗証番号",
    "class?q=粗大ごみを出したい",
    "class?topic=smartphone-class/find-a-class",
    "class/words?kana=1",
    "class/after",
    "class/after?held_on=x",
    "class/survey?title=x&held_on=2026-11-20",
    "class/offline?q=カードをなくした",
    "handouts?q=カードをなくした&e=mynumber-card/pin-change",
    f"handouts/print?e={LOST}&kana=1",
    f"handouts/print?e={LOST}&list=1",
)


def _shown(page: Page) -> str:
    return page.locator(".screen:visible .where").inner_text()


def test_steps_turn_without_loading_the_page_again(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/lookup/fuchu/class?q=カードをなくした")
    page.evaluate("window.stayed = true")
    assert _shown(page) == "答え"
    page.get_by_role("link", name="次へ").click()
    assert _shown(page) == "手順 1／3"
    assert page.evaluate("document.activeElement.id") == "screens"
    assert "手順 1: マイナンバー総合フリーダイヤル" in page.locator("#spoken").inner_text()
    page.get_by_role("link", name="次へ").click()
    page.get_by_role("link", name="次へ").click()
    expect(page.get_by_role("link", name="次へ")).to_be_hidden()
    page.get_by_role("link", name="前へ").click()
    assert _shown(page) == "手順 2／3"
    assert page.evaluate("window.stayed") is True
    assert page.url.endswith("class?topic=mynumber-card%2Flost-card&step=2")
    page.reload()
    assert _shown(page) == "手順 2／3"
    page.get_by_role("link", name="ふりがな").click()
    assert _shown(page) == "手順 2／3"
    assert page.locator(".screen:visible rt").first.inner_text() == "そと"


def test_the_keyboard_is_enough(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/lookup/fuchu/class")
    _tab_to(page, "#q")
    page.keyboard.type("カードをなくした")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lesson")
    _tab_to(page, '[data-go="1"]')
    page.keyboard.press("Enter")
    assert _shown(page) == "手順 1／3"
    _tab_to(page, "details.code summary")
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="この答えのページを開くQRコード")).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(40):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} can't be reached by Tab")


def test_everything_works_without_javascript(trial: Any, browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{trial.url}/lookup/kokubunji/class")
    page.fill("#q", "カードをなくした")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="次へ").click()
    assert _shown(page) == "手順 1／3"
    page.get_by_role("link", name="次へ").click()
    assert _shown(page) == "手順 2／3"
    page.get_by_role("link", name="すべて見る").click()
    expect(page.locator(".screen:visible")).to_have_count(4)
    page.get_by_role("link", name="ふりがな").click()
    expect(page.locator("rt").nth(10)).to_be_visible()
    expect(page.locator("#device")).to_be_hidden()
    page.get_by_role("link", name="ことば").click()
    expect(page.locator("main")).to_contain_text("スワイプ")
    page.context.close()


def test_the_device_remembers_and_forgets(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/lookup/fuchu/class?q=カードをなくしました")
    page.goto(f"{trial.url}/lookup/fuchu/class?topic=mynumber-card/pin-change")
    page.goto(f"{trial.url}/lookup/fuchu/class")
    history = page.locator("#history a")
    expect(history).to_have_count(2)
    assert history.last.inner_text().replace("\n", "") == "マイナンバーカードをなくしたときは？"
    assert "なくしました" not in page.evaluate("JSON.stringify({...localStorage})")  # what was typed is not kept
    expect(page.locator("#copy")).to_contain_text("この端末の写し: ")
    page.get_by_role("button", name="この端末の記録を消す").click()
    expect(page.locator("#copy")).to_have_text("この端末の記録を消しました。")
    expect(history).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage)") == []
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_words_of_an_answer_are_explained(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/lookup/fuchu/class?topic=mynumber-card/apply-online")
    word = page.locator("details.term", has_text="QRコード")
    expect(word.locator("p")).to_be_hidden()
    word.locator("summary").click()
    expect(word.locator("p")).to_contain_text("カメラで読む")


def test_a_helper_writes_down_how_a_class_went(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/lookup/oyama/class/after")
    page.fill("#title", "スマホの会")
    page.fill("#participants", "8")
    page.fill("#u0", "9")
    page.get_by_role("button", name="書きとめる").click()
    assert "理解度の合計（9人）" in page.locator(".message").inner_text()
    page.fill("#u0", "6")
    page.get_by_role("button", name="書きとめる").click()
    assert "書きとめました" in page.locator(".message").inner_text()
    page.fill("#title", "スマホの会")
    page.get_by_role("button", name="参加者に答えてもらう").click()
    expect(page.get_by_role("img", name="アンケートのページを開くQRコード")).to_be_visible()
    page.get_by_role("link", name="この端末で答える").click()
    page.get_by_label("よく分かった").check()
    page.get_by_label("とても満足").check()
    page.get_by_role("button", name="送る").click()
    assert "ありがとうございました" in page.inner_text("h1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(trial: Any, page: Page, faults_of: Callable[[Page], list[str]], scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    faults = []
    for path in PAGES:
        page.goto(f"{trial.url}/lookup/kokubunji/{path}")
        if "offline" in path:
            page.wait_for_selector("#lesson")
        for summary in page.locator("main summary").all():
            summary.click()
        faults += faults_of(page)
    assert faults == []


def test_letters_can_be_twice_as_large(trial: Any, browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 640, "height": 400}).new_page()  # 1280 pixels at 200 %
    page.goto(f"{trial.url}/lookup/kokubunji/class?topic={LOST}&kana=1")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0
    page.context.close()
