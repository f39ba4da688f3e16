"""The copy for places without a network: what is in it, how large it is, when it is sent again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, datetime

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.conversation.city import city_knowledge, common_shelf
from bot.conversation.standing import Standing
from bot.intents import PreparedLexicon
from bot.lookup.device_copy import MOST_BYTES, city_copy
from bot.lookup.offline import FILES
from deploy.words import lexicon
from knowledge.packs import read_packs
from knowledge.published import Published, published_from_files
from knowledge.sources import read_facts

COPY = "/lookup/kokubunji/offline.json"
DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def packs() -> Published:
    return published_from_files(read_packs(), read_facts()[0])


@pytest.fixture(scope="module")
def words() -> PreparedLexicon:
    return lexicon()


def test_a_device_keeps_at_most_400_kilobytes_of_a_city(
    packs: Published, words: PreparedLexicon, now: datetime
) -> None:
    common = common_shelf(packs, DAY, words)
    sizes = {}
    for name in packs.municipalities:
        city = city_knowledge(packs, name, DAY, words, common)
        made = city_copy(
            city, now, Standing(), lambda topic: f"https://madoguchi.city.example.jp/lookup/x/entries/{topic}"
        )
        sizes[name] = len(gzip.compress(made, 9))
        found = json.loads(made)
        assert {e["topic"] for e in found["entries"]} >= set(found["frequent"])
    assert len(sizes) == 5
    assert max(sizes.values()) <= MOST_BYTES, sizes


def test_the_copy_says_what_the_page_says(client: TestClient) -> None:
    found = client.get(COPY).json()
    entry = next(e for e in found["entries"] if e["topic"] == "mynumber-card/lost-card")
    assert "".join(entry["heading"][::2]) == "マイナンバーカードをなくしたときは？"
    assert entry["source"] == "自治体の案内（2024年9月30日時点）"
    assert entry["until"] == "2027-03-31"
    assert ["tel", "カードを止める電話", "0120-95-0178"] in entry["buttons"]
    assert "まどぐち" in entry["steps"][1]
    assert "カードをなくした" in entry["ways"]
    assert found["city"] == "国分寺市"
    assert found["at"].startswith("2026-11-21")
    assert found["matters"]


def test_the_copy_is_sent_again_only_when_it_changed(client: TestClient) -> None:
    first = client.get(COPY)
    assert first.headers["content-encoding"] == "gzip"
    assert client.get(COPY, headers={"if-none-match": first.headers["etag"]}).status_code == 304
    plain = client.get(COPY, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == first.json()


def test_a_copy_leads_to_where_it_was_asked_for(site: Callable[..., FastAPI]) -> None:
    with TestClient(site(public_url="https://a.example")) as one, TestClient(site()) as other:
        assert one.get(COPY).json()["entries"][0]["code"] != other.get(COPY).json()["entries"][0]["code"]


def test_the_worker_keeps_files_that_are_there(client: TestClient) -> None:
    answer = client.get("/lookup/offline/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["service-worker-allowed"] == "/lookup/"
    assert "__" not in answer.text
    own = [name for name in FILES if name.startswith("/static/lookup/")]
    assert [client.get(name).status_code for name in own] == [200] * len(own)


def test_a_telephone_can_install_it(client: TestClient) -> None:
    manifest = client.get("/lookup/kokubunji/manifest.webmanifest").json()
    assert manifest["start_url"] == "/lookup/kokubunji/class"
    assert manifest["name"].startswith("国分寺市")
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
    assert all(client.get(icon["src"]).headers["content-type"] == "image/png" for icon in manifest["icons"])
