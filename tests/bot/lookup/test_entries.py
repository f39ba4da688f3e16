"""An entry's page: stable, in its languages, for search engines, and sent again only when something changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from bot.lookup.asking import LANGUAGES
from knowledge.database import Database
from knowledge.editing import add_revision, publish
from knowledge.schema import Entry
from knowledge.tables import EntryRow

PAGE = "/lookup/kokubunji/entries/mynumber-card/lost-card"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def translated(filled: Database, entry_factory: Callable[..., Entry], now: datetime) -> Database:
    """The entry with an English text, and an old Chinese one."""
    plain = entry_factory(
        "mynumber-card/lost-card", "カードをなくしたときは？", ("カードの紛失",), "電話してください。"
    )
    variants = {
        "en": {"made_from": plain.text_revision, "question": "I lost my card", "answer": "Call </script> us."},
        "zh": {"made_from": "00000000", "question": "丢了卡", "answer": "请打电话。"},
        "easy": {"made_from": plain.text_revision, "question": "カードが ない", "answer": "でんわ してください。"},
    }
    entry = Entry.model_validate({**plain.model_dump(), "variants": variants})
    with filled.writing() as session:
        row = session.exec(select(EntryRow).where(EntryRow.id == "common/mynumber-card/lost-card")).one()
        number = add_revision(session, row, entry, author="test", note="", at=now).id
        publish(session, {row.id: number}, author="test", reason="translated", at=now)
    return filled


def _links(page: str, rel: str) -> list[dict[str, str]]:
    tags = re.findall(rf'<link rel="{rel}"[^>]*>', page)
    return [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in tags]


def _faq(page: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_the_page_says_what_it_is(client: TestClient) -> None:
    page = client.get(PAGE).text
    assert re.search(r'<h1 class="phrases" lang="ja">', page)
    assert "出典: 自治体の案内（2024年9月30日時点）" in page
    assert '<meta name="description" content="まず電話で、カードを止めてください。' in page
    (canonical,) = _links(page, "canonical")
    assert canonical["href"] == f"http://testserver{PAGE}"
    faq = _faq(page)
    assert faq["@type"] == "FAQPage"
    (question,) = faq["mainEntity"]
    assert question["name"] == "マイナンバーカードをなくしたときは？"
    assert "2. 市の窓口で紛失届を出します。" in question["acceptedAnswer"]["text"]


@pytest.mark.usefixtures("translated")
def test_each_language_has_its_address_and_they_name_each_other(client: TestClient) -> None:
    english = client.get(f"{PAGE}?lang=en").text
    assert 'lang="en"' in english
    assert "I lost my card" in english
    assert _links(english, "canonical")[0]["href"] == f"http://testserver{PAGE}?lang=en"
    assert [link["hreflang"] for link in _links(english, "alternate")] == ["ja", "en", "x-default"]
    assert _faq(english)["inLanguage"] == "en"
    assert _faq(english)["mainEntity"][0]["acceptedAnswer"]["text"] == "Call </script> us."
    easy = client.get(f"{PAGE}?lang=easy").text
    assert "でんわ してください。" in easy
    assert _links(easy, "canonical")[0]["href"] == f"http://testserver{PAGE}?lang=easy"


@pytest.mark.usefixtures("translated")
def test_a_language_it_is_not_written_in_is_the_japanese_page(client: TestClient) -> None:
    for lang in ("zh", "ko", "xx", "<b>"):
        page = client.get(PAGE, params={"lang": lang})
        assert "電話してください。" in page.text
        assert _links(page.text, "canonical")[0]["href"] == f"http://testserver{PAGE}"


def test_the_public_address_is_used_where_it_is_set(site: Callable[..., FastAPI]) -> None:
    client = TestClient(site(public_url="https://madoguchi.example.jp/"))
    assert _links(client.get(PAGE).text, "canonical")[0]["href"] == f"https://madoguchi.example.jp{PAGE}"
    assert "https://madoguchi.example.jp/sitemap.xml" in client.get("/robots.txt").text


def test_a_page_is_sent_again_only_after_a_release(
    client: TestClient, filled: Database, entry_factory: Callable[..., Entry], now: datetime
) -> None:
    first = client.get(PAGE)
    assert first.headers["cache-control"] == "public, no-cache"
    known = {"if-none-match": f'"other", {first.headers["etag"]}'}
    again = client.get(PAGE, headers=known)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    entry = entry_factory("mynumber-card/lost-card", "カードをなくしたときは？", ("紛失",), "直した答えです。")
    with filled.writing() as session:
        row = session.exec(select(EntryRow).where(EntryRow.id == "common/mynumber-card/lost-card")).one()
        number = add_revision(session, row, entry, author="test", note="", at=now).id
        publish(session, {row.id: number}, author="test", reason="mended", at=now)
    mended = client.get(PAGE, headers=known)
    assert mended.status_code == 200
    assert "直した答えです。" in mended.text


def test_sitemaps_lead_to_pages_that_are_there(client: TestClient) -> None:
    cities = [e.text or "" for e in ET.fromstring(client.get("/sitemap.xml").text).iter(f"{SITEMAP}loc")]  # noqa: S314
    assert cities == [f"http://testserver/lookup/{city}/sitemap.xml" for city in ("kokubunji", "oyama")]
    pages = [e.text or "" for e in ET.fromstring(client.get(cities[0]).text).iter(f"{SITEMAP}loc")]  # noqa: S314
    assert f"http://testserver{PAGE}" in pages
    assert not any("/conversation/" in page for page in pages)
    assert {client.get(page).status_code for page in pages} == {200}


def test_robots_leave_what_is_not_for_them(client: TestClient) -> None:
    robots = client.get("/robots.txt").text
    assert "Disallow: /admin" in robots
    assert "Disallow: /lookup/*?q=" in robots
    assert 'name="robots" content="noindex"' in client.get("/lookup/kokubunji?q=カードをなくした").text
    assert 'name="robots" content="noindex"' in client.get("/lookup/kokubunji/entries/conversation/help").text


def test_every_language_of_the_packs_can_be_chosen(client: TestClient) -> None:
    page = client.get("/lookup/kokubunji").text
    assert all(f">{name}</a>" in page for name in LANGUAGES.values())
    assert client.get("/lookup/kokubunji?lang=en").headers["etag"] != client.get("/lookup/kokubunji").headers["etag"]
