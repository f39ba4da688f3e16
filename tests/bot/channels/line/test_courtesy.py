"""The loading indicator is for who waits longer than a second, and neither it nor anything else delays the 200."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from bot import inbox
from bot.channels.line import courtesy as module
from bot.channels.line.channel import LineChannel
from bot.channels.line.courtesy import Courtesy, Gesture, gestures_for
from bot.channels.line.events import read_events
from bot.channels.line.webhook import WebhookParts, webhook_router
from bot.inbox import State
from bot.tables import InboxRow
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
USER = "U" + "0" * 31 + "1"


@dataclass
class Channel:
    """Remembers gestures; can be made slow or faulty."""

    loading: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.go.set()

    def start_loading(self, user_id: str) -> None:
        self.loading.append(user_id)

    def mark_as_read(self, token: str) -> None:
        self.go.wait(5)
        if self.error is not None:
            raise self.error
        self.read.append(token)


def _nobody(_: str, __: str) -> str:
    return "p"


@pytest.fixture
def channel() -> Channel:
    return Channel()


@pytest.fixture
def courtesy(database: Database, channel: Channel) -> Iterator[Courtesy]:
    courtesy = Courtesy(database, {"kokubunji": channel}, patience=0.05)
    yield courtesy
    channel.go.set()
    courtesy.close()


def _event(number: int = 1, **more: object) -> dict[str, Any]:
    message = {"id": "m", "type": "text", "text": "カード", "quoteToken": "q", "markAsReadToken": f"read{number}"}
    return {
        "type": "message",
        "mode": "active",
        "timestamp": 1795230000000,
        "webhookEventId": f"01KANX000000000000000000{number:02}",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": USER},
        "replyToken": f"r{number}",
        "message": message,
        **more,
    }


def _store(database: Database, now: datetime, state: State = State.RECEIVED) -> list[Gesture]:
    events: list[object] = [_event()]
    received = read_events(events, municipality="kokubunji", pseudonym=_nobody, now=now)
    with database.writing() as session:
        inbox.receive(session, received)
        session.exec(select(InboxRow)).one().state = state
    return gestures_for(events, received)


def _wait(courtesy: Courtesy) -> None:
    """Until everything offered is done."""
    courtesy._pool.shutdown(wait=True)


def test_who_is_still_waiting_sees_the_indicator(
    database: Database, courtesy: Courtesy, channel: Channel, now: datetime
) -> None:
    courtesy.offer(_store(database, now))
    _wait(courtesy)
    assert channel.loading == [USER]
    assert channel.read == ["read1"]


@pytest.mark.parametrize("state", [State.ANSWERED, State.SENT, State.SKIPPED, State.FAILED])
def test_who_was_answered_in_time_does_not(
    database: Database, courtesy: Courtesy, channel: Channel, now: datetime, state: State
) -> None:
    courtesy.offer(_store(database, now, state))
    _wait(courtesy)
    assert channel.loading == []
    assert channel.read == ["read1"]


def test_an_error_is_logged_without_its_words(
    database: Database, courtesy: Courtesy, channel: Channel, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    channel.error = RuntimeError(f"about {USER}")
    courtesy.offer(_store(database, now))
    _wait(courtesy)
    assert "RuntimeError" in caplog.text
    assert USER not in caplog.text


def test_an_unknown_channel_is_left_alone(courtesy: Courtesy, channel: Channel) -> None:
    courtesy.offer([Gesture("oyama", "e", USER, "read")])
    _wait(courtesy)
    assert (channel.read, channel.loading) == ([], [])


def test_too_many_are_left_out(
    database: Database, channel: Channel, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(module, "WAITING", 3)
    channel.go.clear()
    courtesy = Courtesy(database, {"kokubunji": channel}, patience=0)
    courtesy.offer([Gesture("kokubunji", f"e{n}", None, f"read{n}") for n in range(5)])
    channel.go.set()
    _wait(courtesy)
    courtesy.close()
    assert sorted(channel.read) == ["read0", "read1", "read2"]
    assert "left out" in caplog.text


def test_after_the_end_nothing_is_taken_up(database: Database, channel: Channel) -> None:
    courtesy = Courtesy(database, {"kokubunji": channel}, patience=0)
    courtesy.close()
    courtesy.offer([Gesture("kokubunji", "e", None, "read")])
    assert channel.read == []


def test_closing_does_not_wait_for_patience(database: Database, channel: Channel) -> None:
    courtesy = Courtesy(database, {"kokubunji": channel}, patience=3600)
    courtesy.offer([Gesture("kokubunji", "e", USER, None)])
    courtesy.close()
    assert channel.loading == []


def test_user_and_token_are_not_in_the_repr() -> None:
    assert "secret" not in repr(Gesture("kokubunji", "e", "secret", "secret"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (_event(), [(USER, "read1")]),
        (_event(source={"type": "group", "groupId": "C1", "userId": USER}), []),
        (_event(source={"type": "user"}), [(None, "read1")]),
        (_event(source={"type": "user", "userId": "../x"}), [(None, "read1")]),
        (_event(message={"id": "m", "type": "text", "text": "カード", "quoteToken": "q"}), [(USER, None)]),
        (_event(mode="standby"), []),
        (_event(replyToken=None), []),
        (_event(type="follow", follow={"isUnblocked": False}, message=None), []),
        (_event(type="postback", postback={"data": "do=menu"}, message=None), [(USER, None)]),
        (_event(type="somethingNew"), []),
    ],
)
def test_gestures_are_for_answered_events_of_one_on_one_talks(
    raw: dict[str, Any], expected: list[tuple[str | None, str | None]], now: datetime
) -> None:
    events: list[object] = ["no event", raw]
    received = read_events(events, municipality="kokubunji", pseudonym=_nobody, now=now)
    assert [(g.user_id, g.read_token) for g in gestures_for(events, received)] == expected


def test_the_webhook_answers_before_any_gesture(
    database: Database,
    courtesy: Courtesy,
    channel: Channel,
    clock: Callable[[], datetime],
    sign: Callable[[bytes, str], str],
) -> None:
    app = FastAPI()
    channels = {"kokubunji": LineChannel((SECRET,), "token")}
    app.include_router(webhook_router(WebhookParts(database, channels, _nobody, clock, lambda: None, courtesy)))
    channel.go.clear()
    body = json.dumps({"destination": "U", "events": [_event()]}).encode()
    headers = {"x-line-signature": sign(body, SECRET)}
    assert TestClient(app).post("/line/kokubunji/webhook", content=body, headers=headers).status_code == 200
    assert channel.read == [], "LINE has its 200 while the gesture still hangs"
    channel.go.set()
    _wait(courtesy)
    assert channel.read == ["read1"]
    assert channel.loading == [USER]
