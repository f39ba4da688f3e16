"""Files in and out in a real browser, without JavaScript: Excel round trip, lists through the mapping, weekly series,
the due list; each page at both widths, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

OWN_FILE = Path(__file__).parents[1] / "admin" / "classes_other_columns.csv"
SAMPLES = Path(__file__).parents[3] / "shared" / "eval" / "open-data-samples"
real_files = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the real files are not beside this checkout")
CITY = "oyama"


@pytest.fixture(params=[(390, "light"), (1280, "dark")], ids=["telephone, light", "desk, dark"])
def plain(request: pytest.FixtureRequest, trial: Any, browser: Browser) -> Iterator[Page]:
    """A signed-in browser without JavaScript."""
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale="ja-JP", color_scheme=scheme, java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{trial.url}/admin")
    page.fill("#login", "admin")
    page.fill("#password", trial.password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url("**/admin")
    yield page
    context.close()


@pytest.fixture
def twin(plain: Page, browser: Browser) -> Iterator[Callable[[], Page]]:
    """The same page in a browser with JavaScript: the accessibility check is a script. In the other colours too."""
    contexts = []

    def opened(scheme: str = "light") -> Page:
        state = plain.context.storage_state()
        context = browser.new_context(
            viewport=plain.viewport_size, locale="ja-JP", storage_state=state, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(plain.url)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def faults(twin: Callable[..., Page], faults_of: Callable[[Page], list[str]]) -> Callable[[], list[str]]:
    """What is wrong with the page at hand, in light and in dark."""
    return lambda: [fault for scheme in ("light", "dark") for fault in faults_of(twin(scheme))]


def _place(trial: Any, path: str) -> str:
    return f"{trial.url}/admin/{CITY}/{path}"


def _width(page: Page) -> int:
    """Tells the two runs apart, which share one trial service."""
    return page.viewport_size["width"] if page.viewport_size else 0


def _waited(page: Page, words: str) -> None:
    """Presses 「もう一度見る」 until the job is done, as somebody without JavaScript does."""
    for _ in range(600):
        if page.get_by_role("heading", level=1).inner_text().find(words) >= 0:
            return
        page.wait_for_timeout(200)
        page.reload()
    raise AssertionError(page.inner_text("main"))


def test_entries_go_to_excel_and_come_back_as_drafts(
    trial: Any, plain: Page, faults: Callable[[], list[str]], tmp_path: Path
) -> None:
    plain.goto(_place(trial, "excel"))
    found = faults()
    with plain.expect_download() as download:
        plain.get_by_role("button", name="Excel に書き出す").click()
    file = tmp_path / "faq.xlsx"
    download.value.save_as(file)
    book = openpyxl.load_workbook(file)
    row = 5 if _width(plain) == 390 else 6
    book.active[f"E{row}"] = f"{book.active[f'E{row}'].value}\n確かめました。"
    book.active["D3"] = "長" * 61
    book.save(file)
    plain.set_input_files("#file", file)
    plain.get_by_role("button", name="変わるところを見る").click()
    _waited(plain, "変わるところ")
    main = plain.locator("main")
    expect(main).to_contain_text("D3: 質問は60文字までです")
    expect(plain.get_by_role("checkbox")).to_have_count(1)
    found += faults()
    plain.get_by_role("button", name="選んだ行を下書きにする").click()
    _waited(plain, "1 件を下書きにしました")
    found += faults()
    assert found == []


def _through_the_mapping(page: Page, shelf: str, file: Path, kind: str = "") -> None:
    page.get_by_role("link", name="ファイル（取り込み・書き出し）").click()
    if kind:
        page.select_option("#kind", kind)
    page.set_input_files("#file", file)
    page.get_by_role("button", name="読みこむ").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("列を合わせる")
    assert shelf in page.url


def test_a_file_with_other_columns_and_a_weekly_series(
    trial: Any, plain: Page, faults: Callable[[], list[str]]
) -> None:
    width = _width(plain)
    plain.goto(_place(trial, "catalogues/classes"))
    found = faults()
    _through_the_mapping(plain, "classes", OWN_FILE)
    found += faults()
    plain.fill("#year", str(2020 + width % 9))
    plain.get_by_role("button", name="変わるところを見る").click()
    expect(plain.locator("main")).to_contain_text("5 行目「日にちのない教室」")
    found += faults()
    plain.get_by_role("button", name="取り込んで、市民に出す").click()
    expect(plain.get_by_role("status")).to_contain_text("取り込みました")
    plain.get_by_role("link", name="教室を足す").click()
    plain.get_by_role("button", name="保存する").click()
    expect(plain.get_by_role("alert")).to_contain_text("書いたものは残っています")
    found += faults()
    title = f"毎週のスマホ（{width}）"
    plain.fill("#title", title)
    plain.fill("#date", "2030-12-19")
    plain.fill("#start", "10:00")
    plain.fill("#place", f"公民館{width}")
    plain.get_by_role("button", name="保存する").click()
    plain.get_by_role("link", name=title).last.click()
    found += faults()
    plain.get_by_role("link", name="毎週の教室にする").click()
    plain.fill("#count", "2")
    plain.get_by_role("button", name="日にちを見なおす").click()
    expect(plain.locator("main")).to_contain_text("2030年12月26日")
    expect(plain.locator("main")).to_contain_text("年末年始")
    found += faults()
    plain.get_by_role("button", name="この日にちで足す").click()
    expect(plain.get_by_role("status")).to_contain_text("毎週の教室を足しました")
    plain.get_by_role("link", name=title).last.click()
    plain.get_by_role("button", name="一覧から消す").click()
    expect(plain.get_by_role("status")).to_contain_text("一覧から消しました")
    found += faults()
    plain.get_by_role("button", name="もとに戻す").click()
    expect(plain.get_by_role("status")).to_contain_text("もとに戻しました")
    assert found == []


@real_files
def test_the_real_files_of_a_city_come_in(trial: Any, plain: Page, faults: Callable[[], list[str]]) -> None:
    plain.goto(_place(trial, "catalogues/classes"))
    _through_the_mapping(plain, "classes", SAMPLES / "takamatsu_events.xlsx")
    found = faults()
    plain.fill("#year", str(2026 + _width(plain) % 9))
    plain.get_by_role("button", name="変わるところを見る").click()
    expect(plain.get_by_role("checkbox").nth(34)).to_be_visible()
    found += faults()
    plain.goto(_place(trial, "catalogues/places"))
    _through_the_mapping(plain, "places", SAMPLES / "takamatsu_public_wireless_lan.xlsx", "wifi")
    plain.get_by_role("button", name="変わるところを見る").click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("変わるところ")
    found += faults()
    if plain.get_by_role("button", name="取り込んで、市民に出す").count():
        plain.get_by_role("button", name="取り込んで、市民に出す").click()
    plain.goto(_place(trial, "catalogues/places"))
    expect(plain.locator("main")).to_contain_text("鬼ヶ島おにの館")
    assert found == []


def test_the_due_list_and_the_other_forms(trial: Any, plain: Page, faults: Callable[[], list[str]]) -> None:
    plain.goto(_place(trial, "due"))
    found = faults()
    plain.get_by_role("link", name="市が書き足すこと").first.click()
    first = plain.get_by_role("heading", level=2).first.inner_text()
    plain.get_by_role("button", name="見直した：").first.click()
    expect(plain.get_by_role("status")).to_contain_text("公開しました")
    assert first
    for path in ("catalogues/procedures", "catalogues/procedures/new", "catalogues/places/new", "catalogues/places"):
        plain.goto(_place(trial, path))
        found += faults()
    assert found == []
