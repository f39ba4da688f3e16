"""The look-up page in a real browser: with the keyboard alone, without JavaScript, in light and dark, and private."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, expect

LOST = "/lookup/kokubunji/entries/mynumber-card/lost-card"
PAGES = (
    "/lookup",
    "/lookup/kokubunji",
    "/lookup/kokubunji?lang=en",
    f"/lookup/kokubunji?q={quote('カードをなくした')}",
    f"/lookup/kokubunji?q={quote('カード')}",
    f"/lookup/kokubunji?q={quote('ぴかぴか光る板')}",
    f"/lookup/kokubunji?q={quote('引っ越しの手続を全部教えて')}",
    LOST,
    f"{LOST}?lang=easy",
    f"{LOST}?lang=vi",
    "/lookup/kokubunji/groups/payment",
    "/lookup/kokubunji/events/moving",
    "/lookup/kokubunji/procedures?event=moving",
    "/lookup/kokubunji/procedures?name=zzz",
    "/lookup/kokubunji/classes",
    "/lookup/kokubunji/places",
    "/lookup/kokubunji/reports",
    "/lookup/kokubunji/entries/no/such",
    "/open-data",
    "/open-data/kokubunji",
    "/api/",
)


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    """Light and dark."""
    return str(request.param)


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_is_accessible(
    trial: Any, browser: Browser, scheme: Any, width: int, faults_of: Callable[[Page], list[str]]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, locale="ja-JP", color_scheme=scheme)
    page = context.new_page()
    faults = []
    for path in PAGES:
        page.goto(trial.url + path)
        faults += faults_of(page)
    page.goto(f"{trial.url}/lookup/kokubunji")
    page.locator(".report summary").click()
    page.locator("#q").press_sequentially("マイナンバーカードをなくし")
    expect(page.locator("#suggestions a").first).to_be_visible()
    assert [*faults, *faults_of(page)] == []
    context.close()


def test_with_the_keyboard_alone(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/lookup/kokubunji")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("質問")).to_be_focused()
    page.keyboard.type("カードをなくした")
    expect(page.locator("#suggestions")).to_contain_text("マイナンバーカードをなくしたときは？")
    expect(page.get_by_role("status")).to_have_text("近いものが 1件あります")
    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_contain_text("0120-95-0178")
    solved = page.get_by_role("button", name="解決した", exact=True)
    for _ in range(30):
        page.keyboard.press("Tab")
        if solved.evaluate("e => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_contain_text("お役に立ててよかったです")


def test_what_fits_is_shown_while_typing_and_leads_to_its_page(trial: Any, page: Page) -> None:
    page.goto(f"{trial.url}/lookup/kokubunji")
    page.get_by_label("質問").press_sequentially("暗証番号を忘れた")
    page.locator("#suggestions").get_by_role("link").first.click()
    expect(page).to_have_url(f"{trial.url}/lookup/kokubunji/entries/mynumber-card/pin-forgotten-or-locked")


def test_a_report_takes_two_taps(trial: Any, page: Page) -> None:
    question = "ぴかぴか光る四角いもの"
    page.goto(f"{trial.url}/lookup/kokubunji?q={quote(question)}")
    page.get_by_text("教室でこう聞かれた").click()
    expect(page.get_by_label("聞かれたこと")).to_have_value(question)
    page.get_by_role("button", name="答えがなかった").click()
    expect(page.get_by_role("status")).to_contain_text("職員に知らせました")


def test_everything_works_without_javascript(trial: Any, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{trial.url}/lookup")
    page.get_by_role("link", name="国分寺市").click()
    page.get_by_label("質問").fill("カード")
    page.get_by_role("button", name="調べる").click()
    page.get_by_role("button", name="マイナンバーカードをなくしたときは？").click()
    expect(page).to_have_url(trial.url + LOST)
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="手続", exact=True).click()
    page.get_by_label("暮らしの出来事").select_option(label="引っ越し")
    page.get_by_label("ネットで出せる").check()
    page.get_by_role("button", name="探す").click()
    expect(page.get_by_role("status")).to_contain_text("件あります")
    page.get_by_role("link", name="教室", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="カレンダーに入れる", exact=True).first.click()
    assert download.value.suggested_filename.endswith(".ics")
    page.goto(f"{trial.url}/lookup/kokubunji?q={quote('ぴかぴか光る丸いもの')}")
    page.get_by_text("教室でこう聞かれた").click()
    page.get_by_role("button", name="答えがなかった").click()
    expect(page.get_by_role("status")).to_contain_text("職員に知らせました")
    context.close()


def test_no_cookie_no_third_party_and_nothing_that_the_policy_forbids(trial: Any, browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(_host(request)))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective))"
    )
    for path in PAGES:
        page.goto(trial.url + path)
        page.wait_for_load_state("networkidle")
    page.goto(f"{trial.url}/lookup/kokubunji")
    page.get_by_label("質問").press_sequentially("カードをなくした")
    expect(page.locator("#suggestions a").first).to_be_visible()
    assert set(asked) == {urlsplit(trial.url).netloc}
    assert context.cookies() == []
    assert [words for words in said if "404" not in words] == []
    page.goto(trial.url + LOST)
    assert "FAQPage" in (page.locator('script[type="application/ld+json"]').text_content() or "")
    context.close()


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc


def test_the_first_load_is_small(trial: Any, browser: Browser) -> None:
    for path in ("/lookup/kokubunji", LOST, "/lookup/kokubunji/procedures", "/lookup/kokubunji/classes"):
        context = browser.new_context()
        page = context.new_page()
        sizes: list[int] = []
        page.on("response", lambda response, sizes=sizes: sizes.append(len(response.body())))
        page.goto(trial.url + path)
        page.wait_for_load_state("networkidle")
        assert 5_000 < sum(sizes) <= 100 * 1024, path
        context.close()


def test_twice_as_large_on_a_narrow_screen_nothing_is_cut_off(trial: Any, browser: Browser) -> None:
    """200 % on a telephone of 390 pixels is a page of 195."""
    context = browser.new_context(viewport={"width": 195, "height": 422}, device_scale_factor=2)
    page = context.new_page()
    for path in PAGES:
        page.goto(trial.url + path)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path
    context.close()


def test_forced_colours_and_less_motion_are_respected(trial: Any, browser: Browser) -> None:
    context = browser.new_context(forced_colors="active", reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{trial.url}/lookup/kokubunji?q={quote('カード')}")
    option = page.locator("button.option").first
    assert option.evaluate("e => getComputedStyle(e).borderTopStyle") == "solid"
    assert option.evaluate("e => getComputedStyle(e).transitionDuration") == "0s"
    context.close()
