"""Whole conversations through the real path: signed webhook → inbox → worker → LINE's SDK → the strict stand-in."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import yaml
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.channels.line.channel import LineChannel
from bot.channels.line.sender import LineSender
from bot.channels.line.standin import StandIn, create_standin_app
from bot.channels.line.webhook import WebhookParts, webhook_router
from bot.library import Library
from bot.simulator.events import event, message_event, sign, text_event, webhook_body
from bot.worker import Worker
from deploy import schema
from deploy.words import lexicon
from knowledge.database import Database
from knowledge.importing import import_packs
from knowledge.packs import read_packs
from knowledge.sources import read_facts

Json = dict[str, Any]
SECRET = "0123456789abcdef0123456789abcdef"
CITIES = ("fuchu", "kadoma", "musashino", "oyama", "kokubunji")
DIALOGUES = yaml.safe_load((Path(__file__).parents[1] / "dialogues.yaml").read_text(encoding="utf-8"))
_numbers = count(1)


@dataclass
class Counter:
    """The city's side: posts webhooks, lets the worker work, hands over what the stand-in was sent."""

    standin: StandIn
    client: TestClient
    worker: Worker

    def deliver(self, city: str, events: list[Json]) -> None:
        body = webhook_body(events)
        answer = self.client.post(
            f"/line/{city}/webhook", content=body, headers={"x-line-signature": sign(SECRET, body)}
        )
        assert answer.status_code == 200, answer.text
        while self.worker.run_once():
            pass


@dataclass
class Person:
    """Somebody at a phone: what they were shown last, and what they sent last."""

    counter: Counter
    city: str
    user: str = field(default_factory=lambda: f"U{next(_numbers):032x}")
    seen: int = 0
    shown: Sequence[Json] = ()
    message: str = ""

    def token(self) -> str:
        return self.counter.standin.issue_reply_token(self.city, user_id=self.user)

    def send(self, *events: Json) -> list[Sequence[Json]]:
        self.message = str(events[-1].get("message", {}).get("id", self.message))
        self.counter.deliver(self.city, list(events))
        replies = self.counter.standin.sent_to(self.city, self.user, self.seen)
        self.seen = max([self.seen, *(reply.number for reply in replies)])
        if replies:
            self.shown = replies[-1].messages
        return [reply.messages for reply in replies]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('dialogues') / 'm.db'}")
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
    host = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    senders = {city: LineSender(f"token-of-{city}", host) for city in CITIES}
    library = Library(lexicon(), lambda: datetime.now(UTC).date())
    worker = Worker(database, library, senders, lambda: datetime.now(UTC))
    app = FastAPI()
    channels = {city: LineChannel((SECRET,), f"token-of-{city}") for city in CITIES}
    parts = WebhookParts(
        database, channels, lambda city, user: f"{city}-{user[-8:]}", lambda: datetime.now(UTC), _nothing
    )
    app.include_router(webhook_router(parts))
    with TestClient(app) as client:
        yield Counter(state, client, worker)
    worker.stop()
    for sender in senders.values():
        sender.close()
    server.should_exit = True
    thread.join(5)
    database.close()


def _nothing() -> None:
    """The worker is run by hand."""


def _texts(value: object) -> Iterator[str]:
    """Everything that can be read in messages, labels and telephone numbers included."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("text", "label", "altText", "displayText", "uri") and isinstance(inner, str):
                yield inner
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _actions(value: object) -> Iterator[Json]:
    if isinstance(value, dict):
        if isinstance(value.get("action"), dict):
            yield value["action"]
        for inner in value.values():
            yield from _actions(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _actions(inner)


def _sizes(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if value.get("type") == "text" and "size" in value:
            yield value["size"]
        for inner in value.values():
            yield from _sizes(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _sizes(inner)


def _tapped(person: Person, label: str) -> Json:
    """The event of pressing what has this label, or says it."""
    found = next(
        (a for a in _actions(person.shown) if label in (a.get("label"), a.get("displayText"), a.get("text"))), None
    )
    assert found is not None, (label, [a.get("label") for a in _actions(person.shown)])
    if found["type"] == "message":
        return text_event(found["text"], person.user, person.token())
    return event("postback", person.user, person.token(), postback={"data": found["data"]})


_GROUP = {"type": "group", "groupId": "C" + "1" * 32}
_MENTION = {"mentionees": [{"index": 0, "length": 3, "type": "user", "isSelf": True}]}
_OF_LINE = {"contentProvider": {"type": "line"}}
_CONTENTS: dict[str, Json] = {
    "sticker": {"packageId": "1", "stickerId": "2", "stickerResourceType": "STATIC"},
    "image": _OF_LINE,
    "video": {"duration": 1000, **_OF_LINE},
    "audio": {"duration": 1000, **_OF_LINE},
    "file": {"fileName": "a.pdf", "fileSize": 10},
    "location": {"title": "駅", "address": "駅前", "latitude": 35.7, "longitude": 139.46},
}


def _of(kind: str, person: Person) -> Json:
    """The event of doing something that is not writing or tapping."""
    if kind in _CONTENTS:
        return message_event({"type": kind, **_CONTENTS[kind]}, person.user, person.token())
    text = text_event("カードをなくした", person.user, person.token())
    mentioned: Json = {"type": "text", "text": "@窓口 カードをなくした", "mention": _MENTION}
    events: dict[str, Json] = {
        "follow": event("follow", person.user, person.token(), follow={"isUnblocked": False}),
        "unfollow": event("unfollow", person.user),
        "unsend": event("unsend", person.user, unsend={"messageId": person.message}),
        "beacon": event("beacon", person.user, person.token(), beacon={"hwid": "d41d8cd98f", "type": "enter"}),
        "unknown": event("somethingNew", person.user, person.token(), somethingNew={"a": 1}),
        "standby": {**text, "mode": "standby"},
        "group": {**text, "source": {**_GROUP, "userId": person.user}},
        "mention": {
            **message_event(mentioned, person.user, person.token()),
            "source": {**_GROUP, "userId": person.user},
        },
    }
    return events[kind]


def _done(person: Person, turn: Json) -> list[Sequence[Json]]:
    if "say" in turn:
        return person.send(text_event(turn["say"], person.user, person.token()))
    if "tap" in turn:
        return person.send(_tapped(person, turn["tap"]))
    if "send" in turn:
        return person.send(_of(turn["send"], person))
    if "data" in turn:
        return person.send(event("postback", person.user, person.token(), postback={"data": turn["data"]}))
    if "long" in turn:
        return person.send(text_event((turn["long"] * 1000)[:5000], person.user, person.token()))
    return person.send(*(text_event(text, person.user, person.token()) for text in turn["burst"]))


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[d["name"] for d in DIALOGUES])
def test_dialogue(counter: Counter, dialogue: Json) -> None:
    person = Person(counter, dialogue["city"])
    for turn in dialogue["turns"]:
        replies = _done(person, turn)
        if turn.get("silent"):
            assert replies == []
            continue
        assert len(replies) == len(turn.get("burst", [1]))
        read = " ".join(_texts(replies))
        for words in turn.get("hear", ()):
            assert words in read, f"{words!r} is not in {read[:600]}"
        for words in turn.get("not", ()):
            assert words not in read
        if "large" in turn:
            assert ("xxl" in set(_sizes(replies))) is turn["large"]
        for messages in replies:
            assert any(_actions(messages)), f"no next step: {json.dumps(messages, ensure_ascii=False)[:400]}"


def test_nobody_was_refused_by_line(counter: Counter) -> None:
    assert [entry for entry in counter.standin.requests if entry.status >= 400] == []
