"""The sender heeds what LINE asks, and its log carries request ids and no texts."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.channels.line.sender import LONGEST_PAUSE, LineSender, retry_after
from bot.channels.line.standin import StandIn
from bot.responses.reply import Reply, ReplyKind
from bot.worker import Delivery

USER = "U" + "a" * 32
REPLY = Reply(kind=ReplyKind.NOTICE, body="ないしょの文")


class Seconds:
    """A clock that tests move."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def sender(line_url: str, seconds: Seconds) -> Iterator[LineSender]:
    sender = LineSender("t", line_url, seconds)
    yield sender
    sender.close()


def test_retry_after_is_waited_for(standin: StandIn, sender: LineSender, seconds: Seconds) -> None:
    standin.fail_next(429, retry_after="3")
    token = standin.issue_reply_token("kokubunji", user_id=USER)
    assert sender.send(token, REPLY).delivery is Delivery.TRY_AGAIN
    seconds.now += 2.9
    assert sender.send(token, REPLY).delivery is Delivery.TRY_AGAIN
    sender.start_loading(USER)
    assert len(standin.requests) == 1, "nothing is sent while LINE asked to wait"
    seconds.now += 0.2
    assert sender.send(token, REPLY).delivery is Delivery.SENT


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("3", 3.0),
        (" 10 ", 10.0),
        ("86400", LONGEST_PAUSE),
        ("Sat, 21 Nov 2026 03:00:20 GMT", 20.0),
        ("Sat, 21 Nov 2026 02:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2026 03:00:20", 0.0),
        ("-5", 0.0),
        ("soon", 0.0),
        ("", 0.0),
        (None, 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, expected: float) -> None:
    assert retry_after(header, datetime(2026, 11, 21, 3, 0, tzinfo=UTC)) == expected


def test_gestures_reach_line(standin: StandIn, sender: LineSender) -> None:
    sender.start_loading(USER)
    sender.mark_as_read("read-token")
    assert standin.loading == [USER]
    assert standin.marked_as_read == ["read-token"]


@pytest.mark.parametrize("status", [400, 401, 429, 500])
def test_a_refused_gesture_is_only_logged(
    standin: StandIn, sender: LineSender, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "madoguchi.line")
    standin.fail_next(status)
    sender.start_loading(USER)
    assert f"POST /v2/bot/chat/loading/start status={status} line_request_id=" in caplog.text
    assert standin.loading == []


def test_a_gesture_to_nobody_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    sender = LineSender("t", "http://127.0.0.1:9")
    sender.mark_as_read("read-token")
    sender.close()
    assert "failed" in caplog.text


def test_the_log_has_the_request_id_and_nothing_of_the_person(
    standin: StandIn, sender: LineSender, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "madoguchi.line")
    token = standin.issue_reply_token("kokubunji", user_id=USER)
    sender.send(token, REPLY)
    sender.start_loading(USER)
    sender.mark_as_read("read-token")
    said = [record.getMessage() for record in caplog.records]
    ids = [request.request_id for request in standin.requests]
    assert all(any(request_id in line for line in said) for request_id in ids)
    for secret in (REPLY.body, USER, "read-token", token):
        assert not any(secret in line for line in said)
    paths = ["message/reply", "chat/loading/start", "chat/markAsRead"]
    assert [request.path for request in standin.requests] == [f"/v2/bot/{path}" for path in paths]
