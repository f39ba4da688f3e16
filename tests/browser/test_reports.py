"""The reports in a real browser: every page at both widths, light and dark, and the report on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from bot.statistics.periods import Period
from deploy.cli.demo import fill
from knowledge.database import Database

PAGES = (
    "dashboard?first=2026-10-01&last=2026-10-31&beside=before",
    "report?month=2026-10",
    "indicators?month=2026-10",
    "digest",
)


@pytest.fixture(scope="module")
def busy(trial: Any) -> Any:
    """The trial service after a made-up month."""
    database = Database(f"sqlite:///{trial.folder}/var/madoguchi.db")
    fill(database, Period(date(2026, 9, 20), date(2026, 10, 31)), 1500, 7)
    database.close()
    return trial


@pytest.fixture(scope="module")
def entrance(busy: Any, browser: Browser) -> Iterator[dict[str, Any]]:
    """What a browser keeps of somebody who signed in."""
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    page.goto(f"{busy.url}/admin")
    page.fill("#login", "admin")
    page.fill("#password", busy.password)
    page.get_by_role("button", name="サインイン", exact=True).click()
    page.wait_for_url("**/admin")
    yield context.storage_state()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_pages_are_accessible(
    busy: Any,
    entrance: dict[str, Any],
    browser: Browser,
    faults_of: Callable[[Page], list[str]],
    width: int,
    scheme: Any,
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale="ja-JP", color_scheme=scheme, storage_state=entrance
    )
    page = context.new_page()
    faults = []
    for path in PAGES:
        page.goto(f"{busy.url}/admin/kokubunji/{path}")
        for fold in page.locator("main details > summary").all():
            fold.click()
        faults += faults_of(page)
    context.close()
    assert faults == []


def test_the_report_fills_two_sheets(busy: Any, entrance: dict[str, Any], browser: Browser) -> None:
    context = browser.new_context(locale="ja-JP", storage_state=entrance)
    page = context.new_page()
    for path in ("kokubunji/report?month=2026-10", "oyama/report?month=2026-10", "fuchu/report?month=2025-01"):
        page.goto(f"{busy.url}/admin/{path}")
        paper = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 2, path
    context.close()
