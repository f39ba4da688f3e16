"""The editor in a real browser: by keyboard alone, without JavaScript, and two people at one entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

ENTRIES = "/admin/musashino/entries"
KEPT = "書きかけを残しました"


@pytest.fixture
def visit(trial: Any, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page of the admin in a browser of its own, signed in."""
    contexts: list[BrowserContext] = []
    known: dict[str, Any] = {}

    def opened(path: str, **options: Any) -> Page:
        context = browser.new_context(locale="ja-JP", **{"viewport": {"width": 1280, "height": 844}, **options})
        contexts.append(context)
        page = context.new_page()
        if known:
            context.add_cookies(known["cookies"])
        else:
            page.goto(f"{trial.url}/admin")
            page.fill("#login", "admin")
            page.fill("#password", trial.password)
            page.get_by_role("button", name="サインイン", exact=True).click()
            page.wait_for_url("**/admin")
            known["cookies"] = context.cookies()
        page.goto(trial.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def _press_until(page: Page, selector: str, key: str = "Tab") -> None:
    """Moves the focus by keyboard until it is there."""
    for _ in range(150):
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} can't be reached by {key}")


def test_an_answer_is_mended_by_keyboard_alone(visit: Callable[..., Page]) -> None:
    page = visit(f"{ENTRIES}?q=カードの受け取りに何がいる")
    _press_until(page, ".rows a")
    page.keyboard.press("Enter")
    expect(page.locator("#entry")).to_be_visible()
    _press_until(page, "#answer")
    page.keyboard.press("Control+A")
    page.keyboard.type("用紙に記載します。")
    expect(page.locator("#said-answer")).to_contain_text("「書く」と書くと")
    expect(page.locator("#live-line")).to_contain_text("用紙に記載します。")
    chips = page.locator(".chips button")
    before = chips.count()
    _press_until(page, "#new-phrasing")
    page.keyboard.type("ぴかぴかの受け取り")
    page.keyboard.press("Enter")
    expect(chips).to_have_count(before + 1)
    page.keyboard.press("Backspace")
    expect(chips.last).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Delete")
    expect(chips).to_have_count(before)
    assert page.input_value("#phrasings").endswith("ぴかぴかの受け取り")
    _press_until(page, "#note")
    page.keyboard.type("読みやすく")
    _press_until(page, ".saving button")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("下書きを保存しました")
    expect(page.locator("main")).to_contain_text("公開中の答えとのちがい")


def test_enter_in_a_field_does_not_save(visit: Callable[..., Page]) -> None:
    page = visit(f"{ENTRIES}/payment/counter-cashless")
    page.fill("#question", "窓口でカードは使えますか？")
    page.keyboard.press("Enter")
    expect(page.locator("#live-line")).to_contain_text("窓口でカードは使えますか？")
    expect(page.locator("main")).not_to_contain_text("下書きを保存しました")


def test_what_is_typed_outlives_the_browser(visit: Callable[..., Page]) -> None:
    url = f"{ENTRIES}/mynumber-card/is-it-mandatory"
    page = visit(url)
    page.fill("#answer", "途中まで書いた文")
    expect(page.locator("#kept")).to_contain_text(KEPT)
    page.context.close()
    page = visit(url)
    expect(page.locator("main")).to_contain_text("保存していない書きかけがあります")
    page.get_by_role("link", name="書きかけの続きを書く").click()
    assert page.input_value("#answer") == "途中まで書いた文"
    page.get_by_role("button", name="下書きを保存").click()
    expect(page.locator("main")).to_contain_text("下書きを保存しました")
    page.goto(page.url)
    expect(page.locator("main")).not_to_contain_text("書きかけ")


@pytest.mark.parametrize("scripted", [True, False])
def test_two_browsers_at_one_entry_lose_nothing(visit: Callable[..., Page], scripted: bool) -> None:
    name = "what-is-card" if scripted else "how-long"
    url = f"{ENTRIES}/mynumber-card/{name}"
    first = visit(url, java_script_enabled=scripted)
    second = visit(url, java_script_enabled=scripted)
    first.fill("#answer", "先の人の答え。")
    first.fill("#note", "先")
    first.get_by_role("button", name="下書きを保存").click()
    expect(first.locator("main")).to_contain_text("下書きを保存しました")
    second.fill("#answer", "あとの人の答え。")
    second.fill("#steps", "あとの人の手順")
    second.get_by_role("button", name="下書きを保存").click()
    expect(second.locator(".clash")).to_contain_text("先の人の答え。")
    expect(second.locator(".clash")).to_contain_text("あとの人の答え。")
    second.locator(".clash").get_by_role("radio").nth(1).check()
    second.get_by_role("button", name="下書きを保存").click()
    expect(second.locator("main")).to_contain_text("下書きを保存しました")
    assert second.input_value("#answer") == "先の人の答え。"
    assert second.input_value("#steps") == "あとの人の手順"


def test_everything_works_without_javascript(visit: Callable[..., Page]) -> None:
    page = visit(f"{ENTRIES}?q=カードを落とした", java_script_enabled=False)
    page.get_by_role("link", name="マイナンバーカードをなくしたときは？").first.click()
    page.fill("#phrasings", page.input_value("#phrasings") + "\nぴかぴかを落とした")
    page.fill("#answer", "用紙に記載します。")
    page.get_by_role("button", name="見た目を確かめる").click()
    expect(page.locator(".line-bubble")).to_contain_text("用紙に記載します。")
    expect(page.locator("#said-answer")).to_contain_text("「書く」と書くと")
    page.locator("summary", has_text="出典（").click()
    page.fill("#source_words", "A-001")
    page.get_by_role("button", name="探す").click()
    page.get_by_label("A-001").check()
    page.locator("summary", has_text="英語").click()
    page.get_by_role("button", name="日本語に合わせて見直した").click()
    expect(page.locator("#live-mark-en")).to_have_text("日本語に合っています")
    expect(page.locator("#live-mark-zh")).to_have_text("日本語が変わりました")
    page.get_by_label("この市だけの答えにする").check()
    page.get_by_role("button", name="下書きを保存").click()
    expect(page.locator("main")).to_contain_text("下書きを保存しました")
    expect(page.locator("main")).to_contain_text("武蔵野市だけの答え")
    assert "ぴかぴかを落とした" in page.input_value("#phrasings")
    assert page.locator("#source-A-001").is_checked()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_every_page_is_accessible(
    visit: Callable[..., Page], trial: Any, faults_of: Callable[[Page], list[str]], width: int, scheme: str
) -> None:
    look = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    faults: list[str] = []
    page = visit(f"{ENTRIES}?marks=unused", **look)
    faults += faults_of(page)
    for path in ("?q=%E3%81%82&state=scheduled", "/new", "/mynumber-card/fees/remove"):
        page.goto(f"{trial.url}{ENTRIES}{path}")
        faults += faults_of(page)
    page.goto(f"{trial.url}{ENTRIES}/mynumber-card/fees")
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    faults += faults_of(page)
    page.fill("#answer", "用紙に記載しないわけではありません。987円です。")
    page.fill("#steps", "あ" * 201)
    expect(page.locator("#said-steps")).to_contain_text("長すぎます")
    faults += faults_of(page)
    page.get_by_role("button", name="下書きを保存").click()
    expect(page.locator("main")).to_contain_text("まだ保存していません")
    faults += faults_of(page)
    assert faults == []


def test_a_clash_is_accessible(visit: Callable[..., Page], page: Page, faults_of: Callable[[Page], list[str]]) -> None:
    assert page.viewport_size is not None
    url = (
        f"{ENTRIES}/payment/expired-slip"
        if page.viewport_size["width"] < 400
        else f"{ENTRIES}/payment/receipt-certificate"
    )
    first, second = visit(f"{ENTRIES}/mynumber-card/photo-rules"), visit(url, viewport=page.viewport_size)
    first.goto(second.url)
    for tab, text in ((first, "先の人の答え。"), (second, "あとの人の答え。")):
        tab.fill("#answer", text)
        tab.get_by_role("button", name="下書きを保存").click()
    expect(second.locator(".clash")).to_be_visible()
    assert faults_of(second) == []
