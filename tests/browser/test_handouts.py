"""Hand-outs in a real browser: picked without JavaScript, printed to A4 with large type, no step parted."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, Page, expect

SHEETS = "lookup/{city}/handouts/print?{query}"
FOUR = "&".join(
    f"e={topic}"
    for topic in (
        "mynumber-card/lost-card",
        "mynumber-card/pin-forgotten-or-locked",
        "mynumber-card/apply-online",
        "mynumber-card/receive-what-to-bring",
    )
)
TWELVE = "&".join(
    f"e=mynumber-card/{name}"
    for name in [
        "lost-card",
        "pin-forgotten-or-locked",
        "renew-card",
        "apply-online",
        "receive-what-to-bring",
        "pin-change",
        "fees",
        "what-is-card",
        "card-expiry",
        "smartphone-card",
        "health-insurance-use",
        "renew-certificate",
    ]
)
SMALLEST = """
  [...document.querySelectorAll('.sheet p:not(.small), .sheet li, .sheet h2, .topics span')]
    .map(e => Math.round(parseFloat(getComputedStyle(e).fontSize) * 72 / 96 * 100) / 100)
"""


def _pages(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))


def test_a_hand_out_is_picked_and_laid_out_without_javascript(trial: Any, browser: Browser) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{trial.url}/lookup/kokubunji/handouts")
    page.fill("#q", "カードをなくした")
    page.get_by_role("button", name="探す").click()
    page.get_by_label("マイナンバーカードをなくしたときは？").check()
    page.fill("#q", "暗証番号を忘れた")
    page.get_by_role("button", name="探す").click()
    page.get_by_label("暗証番号を忘れた・ロックしたときは？").check()
    page.fill("#title", "火曜の教室")
    page.get_by_label("漢字にふりがなをつける").check()
    page.get_by_role("button", name="紙を見る・印刷する").click()
    expect(page.locator(".sheet")).to_have_count(2)
    assert page.inner_text(".sheet-head h1") == "火曜の教室"
    expect(page.locator("rt", has_text="あんしょうばんごう").first).to_be_visible()
    expect(page.get_by_role("button", name="印刷する")).to_be_hidden()
    expect(page.locator("#print-hint")).to_be_visible()
    page.get_by_role("link", name="選び直す").first.click()
    expect(page.locator("input[name=e]:checked")).to_have_count(2)
    assert page.input_value("#title") == "火曜の教室"
    page.context.close()


def test_one_entry_with_readings_fits_one_sheet(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/{SHEETS.format(city='kokubunji', query='e=mynumber-card/lost-card&kana=1&title=火曜')}")
    assert _pages(page) == 1


def test_each_entry_can_have_its_own_sheet(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/{SHEETS.format(city='fuchu', query=FOUR + '&own=1')}")
    assert _pages(page) == 4
    page.goto(f"{trial.url}/{SHEETS.format(city='fuchu', query=FOUR)}")
    assert _pages(page) <= 4


def test_the_topics_of_a_class_fit_one_sheet(trial: Any, page: Page) -> None:
    page.goto(
        f"{trial.url}/{SHEETS.format(city='musashino', query=TWELVE + '&list=1&kana=1&title=はじめてのスマホ教室')}"
    )
    assert page.locator(".topics li").count() == 12
    assert _pages(page) == 1


def test_paper_has_large_black_type_and_no_step_is_parted(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/{SHEETS.format(city='oyama', query=FOUR + '&kana=1')}")
    page.emulate_media(media="print", color_scheme="dark")
    assert min(page.evaluate(SMALLEST)) >= 16
    steps = page.locator(".paper-steps li")
    assert steps.count() > 3
    assert {e.evaluate("e => getComputedStyle(e).breakInside") for e in steps.all()} == {"avoid"}
    colours = page.evaluate(
        "(e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor])(document.querySelector('.paper'))"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    expect(page.locator(".bar")).to_be_hidden()
    expect(page.locator("#print")).to_be_hidden()


def test_the_button_opens_the_browsers_print(trial: Any, page: Page) -> None:
    page.add_init_script("window.print = () => { window.printed = true }")
    page.goto(f"{trial.url}/{SHEETS.format(city='fuchu', query='e=mynumber-card/lost-card')}")
    page.get_by_role("button", name="印刷する").click()
    assert page.evaluate("window.printed") is True
