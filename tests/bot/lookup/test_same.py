"""The same questions on LINE, on the look-up page, through the API and in the terminal give the same answers."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from sqlmodel import col, select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from bot.channels.line.channel import LineChannel
from bot.channels.line.sender import LineSender
from bot.channels.line.standin import StandIn, create_standin_app
from bot.channels.line.webhook import WebhookParts, webhook_router
from bot.library import Library
from bot.lookup import web as lookup
from bot.responses.reply import Reply
from bot.responses.signals import Signal, decode
from bot.responses.text import plain_text
from bot.simulator.events import sign, text_event, webhook_body
from bot.tables import InboxRow, UtteranceRow
from bot.web.limits import RateLimits
from bot.web.state import WebParts
from bot.worker import Worker
from deploy import schema
from deploy.cli import app as cli
from deploy.cli.sources import city_finder, published
from deploy.words import lexicon
from knowledge.database import Database
from knowledge.importing import import_packs
from knowledge.packs import read_packs
from knowledge.sources import read_facts

SECRET = "0123456789abcdef0123456789abcdef"
LINES = (Path(__file__).parent / "same.txt").read_text(encoding="utf-8").splitlines()
QUESTIONS = [tuple(line.split("\t")) for line in LINES]
CODES = re.compile(r'name="code" value="([^"]*)"')
CITIES = sorted({city for city, _ in QUESTIONS})


class Unhurried(RateLimits):
    """One address asks everything here."""

    def wait(self, *_: object) -> int:
        return 0


@dataclass
class House:
    """The service with the real packs, and the worker that answers LINE."""

    database: Database
    standin: StandIn
    client: TestClient
    worker: Worker

    def on_line(self, city: str, question: str) -> Reply:
        """What somebody who was never here before is told on LINE."""
        user = f"U{time.monotonic_ns():032x}"
        token = self.standin.issue_reply_token(city, user_id=user)
        body = webhook_body([text_event(question, user, token)])
        headers = {"x-line-signature": sign(SECRET, body)}
        assert self.client.post(f"/line/{city}/webhook", content=body, headers=headers).status_code == 200
        while self.worker.run_once():
            pass
        with self.database.reading() as session:
            row = session.exec(select(InboxRow).order_by(col(InboxRow.id).desc())).first()
        assert row is not None
        assert row.state == "sent"
        return Reply.model_validate(row.reply)

    def written(self, about: str) -> list[UtteranceRow]:
        """What was written down on the look-up page with this id."""
        query = select(UtteranceRow).where(col(UtteranceRow.channel) == "lookup", col(UtteranceRow.id) == about)
        with self.database.reading() as session:
            return list(session.exec(query).all())


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('same') / 'm.db'}")
    schema.upgrade(database)
    with database.writing() as session:
        import_packs(session, read_packs(), read_facts()[0], at=datetime.now(UTC), reason="test")
    state = StandIn()
    for city in CITIES:
        state.add_channel(city, access_token=f"token-of-{city}")
    server = uvicorn.Server(uvicorn.Config(create_standin_app(state), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    line = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    senders = {city: LineSender(f"token-of-{city}", line) for city in CITIES}
    library = Library(lexicon(), lambda: datetime.now(UTC).date())
    worker = Worker(database, library, senders, lambda: datetime.now(UTC))
    app = FastAPI(openapi_url=None)
    channels = {city: LineChannel((SECRET,), f"token-of-{city}") for city in CITIES}
    app.include_router(
        webhook_router(
            WebhookParts(database, channels, lambda c, u: f"{c}-{u[-8:]}", lambda: datetime.now(UTC), lambda: None)
        )
    )
    app.state.web = WebParts(database, library, lambda: datetime.now(UTC), limits=Unhurried())
    lookup.install(app)
    with TestClient(app, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False) as client:
        yield House(database, state, client, worker)
    worker.stop()
    for sender in senders.values():
        sender.close()
    server.should_exit = True
    thread.join(5)
    database.close()


@pytest.fixture(scope="module")
def terminal() -> Iterator[Callable[[str, str], Any]]:
    """`madoguchi ask --json`, whose packs are read once instead of for every question."""
    find = city_finder(published(live=False), lexicon())

    def ask(city: str, question: str) -> Any:
        ran = CliRunner().invoke(cli, ["ask", question, "--city", city, "--json"])
        assert ran.exit_code == 0, ran.output
        return json.loads(ran.stdout)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deploy.cli.ask.city_finder", lambda *_: find)
        patch.setattr("deploy.cli.ask.published", lambda _: None)
        yield ask


def _read(page: str) -> str:
    """A page as it is read: without tags and white space, by which lines are broken."""
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]*>", "", page)))


def _topics(reply: Reply) -> list[str]:
    taps = [decode(option.data) for option in reply.options]
    return [tap.subject for tap in taps if tap and tap.subject]


def test_there_are_a_hundred_questions() -> None:
    assert len(set(QUESTIONS)) == 100


@pytest.mark.parametrize(("city", "question"), QUESTIONS, ids=[line.replace("\t", " ") for line in LINES])
def test_all_ways_to_ask_give_the_same_entry(
    house: House, terminal: Callable[[str, str], Any], city: str, question: str
) -> None:
    told = house.on_line(city, question)
    api = house.client.get(f"/api/{city}/answers", params={"q": question}).json()
    assert (api["decision"], api["entry"]) == (told.kind, told.entry)
    assert [option["topic"] for option in api["options"]] == _topics(told)
    page = house.client.get(f"/lookup/{city}", params={"q": question})
    assert page.status_code == 200
    seen = _read(page.text)
    for words in (told.heading, *told.notices, *told.steps, *(card.title for card in told.cards)):
        assert re.sub(r"\s+", "", words) in seen
    if told.entry is not None:
        assert f'href="/lookup/{city}/entries/{told.topic}">この答えのページ' in page.text
        about = next(tap.about for code in CODES.findall(page.text) if (tap := decode(unescape(code))))
        assert [row.entry for row in house.written(about)] == [told.entry]
        assert api["text"] == plain_text(told)
    assert terminal(city, question)["entry"] == told.entry


def test_they_are_of_every_kind(house: House) -> None:
    kinds = [house.on_line(city, question).kind for city, question in QUESTIONS]
    assert {"answer", "ask", "fallback"} <= set(kinds)
    assert kinds.count("answer") > 50


def test_picking_what_was_meant_is_recorded_and_leads_to_its_page(house: House) -> None:
    page = house.client.get("/lookup/fuchu?q=カード").text
    codes = [unescape(code) for code in CODES.findall(page)]
    meant, none = decode(codes[0]), decode(codes[-1])
    assert meant is not None
    assert none is not None
    assert (meant.signal, none.signal) == (Signal.TOPIC, Signal.NONE_OF_THESE)
    picked = house.client.post("/lookup/fuchu/taps", data={"code": codes[0]})
    assert (picked.status_code, picked.headers["location"]) == (303, f"/lookup/fuchu/entries/{meant.subject}")
    row = house.written(meant.about)[0]
    assert (row.decision, row.verdict) == ("ask", "chosen")
    assert (row.reason or "").endswith(meant.subject)
    assert "042-364-4111" in house.client.post("/lookup/fuchu/taps", data={"code": codes[-1]}).text
    assert house.written(none.about)[0].verdict == "none of these"
