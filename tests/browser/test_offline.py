"""A community hall without Wi-Fi: the network is cut in the browser, and class mode still answers, from its copy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as NotYet

from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.evaluation.questions import Question, read_questions
from bot.intents import recognize
from deploy.words import lexicon
from knowledge.packs import read_packs
from knowledge.published import published_from_files
from knowledge.sources import read_facts

QUESTIONS = Path(__file__).parents[1] / "bot" / "intents" / "questions.tsv"
SEARCH = """
  async ([city, questions]) => {
    const { buildIndex, decide, search } = await import("/static/lookup/offline-search.js");
    const copy = await (await fetch(`/lookup/${city}/offline.json`)).json();
    const documents = [...copy.entries, ...copy.matters];
    const index = buildIndex(documents);
    const isOutside = (number) => number >= copy.entries.length;
    return questions.map((text) => {
      const inside = search(index, text, 12).filter(({ number }) => !isOutside(number)).slice(0, 3);
      const { answer } = decide(index, text, isOutside);
      return [inside.map(({ number }) => documents[number].topic), answer == null ? null : documents[answer].topic];
    });
  }
"""


@pytest.fixture
def ready(trial: Any, browser: Browser) -> Iterator[Page]:
    """A page whose device has a copy of 国分寺市's answers."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="ja-JP")
    page = context.new_page()
    page.goto(f"{trial.url}/lookup/kokubunji/class")
    expect(page.locator("#copy")).to_contain_text("この端末の写し: ")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    yield page
    context.close()


def _cut_off(page: Page, address: str) -> None:
    """Takes the network away and opens a page of the copy; the service worker hears of it a little later."""
    page.context.set_offline(True)
    for _ in range(20):
        page.goto(address)
        with suppress(NotYet):
            page.wait_for_selector("#age", timeout=5_000)
            return
    raise AssertionError(page.content())


def test_questions_are_answered_without_a_network(trial: Any, ready: Page) -> None:
    page = ready
    page.goto(f"{trial.url}/lookup/kokubunji/class?topic=mynumber-card/lost-card&whole=1")
    online, source = page.locator(".big").all_inner_texts(), page.inner_text(".source")
    _cut_off(page, f"{trial.url}/lookup/kokubunji/class")
    assert re.match(r"つながっていません。この端末の写し: \d{4}年\d+月\d+日 \d+:\d\d 時点", page.inner_text("#age"))
    page.fill("#q", "カードをなくした")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lesson")
    assert page.inner_text("#lesson h1").replace("\n", "") == "マイナンバーカードをなくしたときは？"
    page.get_by_role("link", name="次へ").click()
    assert page.locator(".screen:visible .where").inner_text() == "手順 1／3"
    page.get_by_role("link", name="すべて見る").click()
    page.wait_for_selector("#lesson")
    assert page.locator(".big").all_inner_texts() == online
    assert page.inner_text(".source") == source
    page.get_by_role("link", name="ふりがな").click()
    page.wait_for_selector("#lesson rt")
    page.locator("details.code summary").click()
    expect(page.get_by_role("img", name="この答えのページを開くQRコード")).to_be_visible()
    assert page.evaluate("document.querySelector('details.code img').naturalWidth") > 0


def test_danger_other_matters_and_nonsense_without_a_network(trial: Any, ready: Page) -> None:
    page = ready
    _cut_off(page, f"{trial.url}/lookup/kokubunji/class")
    for question, sentence in (
        ("主人が倒れて意識がない", "119"),
        ("粗大ごみを出したいのですが", "ここでは答えられません"),
        ("qwrtp zxcvb", "写しの中に、近い答えがありません"),
        ("<img src=x onerror=alert(1)>", "写しの中に"),
    ):
        page.goto(f"{trial.url}/lookup/kokubunji/class")
        page.fill("#q", question)
        page.keyboard.press("Enter")
        expect(page.locator("#answer")).to_contain_text(sentence)
    page.goto(f"{trial.url}/lookup/kokubunji")  # the ordinary page leads to the copy, too
    expect(page.locator("#age")).to_contain_text("この端末の写し")


def test_when_the_network_is_back_the_copy_is_renewed(trial: Any, ready: Page) -> None:
    page = ready
    _cut_off(page, f"{trial.url}/lookup/kokubunji/class?q=カードをなくした")
    page.wait_for_selector("#lesson")
    page.evaluate("localStorage.setItem('madoguchi:kokubunji:copied', '2026-01-01T03:04:00Z')")
    page.reload()
    expect(page.locator("#age")).to_have_text("つながっていません。この端末の写し: 2026年1月1日 12:04 時点")
    page.context.set_offline(False)
    expect(page.locator("#age")).to_contain_text("つながりました。この端末の写し: ")
    assert "2026年1月1日" not in page.inner_text("#age")
    page.goto(f"{trial.url}/lookup/kokubunji/class?q=カードをなくした")
    assert page.locator("#age").count() == 0


def test_an_older_copy_is_replaced_by_the_release_that_is_out(ready: Page) -> None:
    page = ready
    address = "/lookup/kokubunji/offline.json"
    page.evaluate(
        "async (address) => (await caches.open('madoguchi-copies')).put(address, "
        "new Response('{}', {headers: {etag: 'W/\"old\"'}}))",
        address,
    )
    page.reload()
    page.wait_for_function(
        "async (address) => (await (await caches.match(address)).json()).city === '国分寺市'", arg=address
    )


def test_a_device_whose_copy_is_gone_says_so(trial: Any, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route("**/offline.json", lambda route: route.abort())
    page.goto(f"{trial.url}/lookup/kokubunji/class/offline")
    expect(page.locator("#age")).to_have_text("この端末には、まだ写しがありません。つながる所で一度開いてください。")
    context.close()


def test_nothing_is_asked_of_other_servers_and_no_cookie_is_set(trial: Any, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{trial.url}/lookup/kokubunji/class?topic=mynumber-card/lost-card")
    expect(page.locator("#copy")).to_contain_text("この端末の写し")
    assert [url for url in asked if not url.startswith((trial.url, "data:"))] == []
    assert faults == []
    assert context.cookies() == []
    context.close()


@pytest.fixture(scope="module")
def cities() -> dict[str, CityKnowledge]:
    published, words, day = published_from_files(read_packs(), read_facts()[0]), lexicon(), date(2026, 11, 21)
    common = common_shelf(published, day, words)
    return {name: city_knowledge(published, name, day, words, common) for name in published.municipalities}


def test_the_copy_finds_what_the_service_finds(
    trial: Any, browser: Browser, cities: dict[str, CityKnowledge], record_property: Callable[[str, object], None]
) -> None:
    """On the questions for testing: the service's first is among the copy's three for three of four questions."""
    page = browser.new_context().new_page()
    page.goto(f"{trial.url}/lookup/kokubunji/class/offline")
    first = among = right = wrong = compared = 0
    asked = [q for q in read_questions(QUESTIONS.read_text(encoding="utf-8")) if q.expected]
    for name, city in cities.items():
        own = [q for q in asked if q.city == name]
        found = page.evaluate(SEARCH, [name, [q.utterance for q in own]])
        for question, (three, answer) in zip(own, found, strict=True):
            best = _first(question, city)
            compared += 1
            first += best == three[0] if three else 0
            among += best in three
            right += bool(question.expected & set(three))
            wrong += answer is not None and answer not in question.expected
    record_property("first, among, right, wrong of", (first, among, right, wrong, compared))
    assert among / compared >= 0.75
    assert first / compared >= 0.75
    assert right / compared >= 0.85
    assert compared > 150
    assert wrong <= 2
    page.context.close()


def _first(question: Question, city: CityKnowledge) -> str:
    found = recognize(question.utterance, city.index, thresholds=city.thresholds).candidates
    return found[0].topic if found else ""
