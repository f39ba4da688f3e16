"""What the fault tests (tests/faults) found, each in small: clocks that are wrong, replies that can't be read, errors
that nobody thought of."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from bot import inbox
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import ATTEMPTS, Received, State
from bot.library import Library
from bot.responses.reply import Reply, ReplyKind
from bot.tables import InboxRow
from bot.worker import Delivery, Sent, Worker
from knowledge.database import Database


class Line:
    """Takes every reply."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def send(self, reply_token: str, _: Reply) -> Sent:
        self.tokens.append(reply_token)
        return Sent(Delivery.SENT)


class Clock:
    """A clock that a test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def watch(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def worker(filled: Database, library: Library, line: Line, watch: Clock) -> Worker:
    return Worker(filled, library, {"kokubunji": line}, watch)


@pytest.fixture
def receive(filled: Database, watch: Clock) -> Callable[[str], None]:
    """Somebody writes; the clock says what it says."""

    def received(name: str) -> None:
        at = watch()
        inbound = Inbound(
            id=name, municipality="kokubunji", kind=InboundKind.TEXT, at=at, text="カードをなくした", person=name
        )
        with filled.writing() as session:
            inbox.receive(session, [Received(inbound, f"token-{name}", at)])

    return received


def _row(session: Session, name: str) -> InboxRow:
    return session.exec(select(InboxRow).where(InboxRow.event_id == name)).one()


@pytest.mark.parametrize("ahead", [timedelta(seconds=5), timedelta(minutes=10), timedelta(days=1)])
def test_an_event_from_the_future_is_answered_now(
    filled: Database, worker: Worker, line: Line, watch: Clock, receive: Callable[[str], None], ahead: timedelta
) -> None:
    watch.now += ahead
    receive("a")
    watch.now -= ahead
    worker.run_once()
    assert line.tokens == ["token-a"]
    with filled.reading() as session:
        assert _row(session, "a").received_at <= watch.now, "its time counts anew"


def test_a_reply_put_off_before_the_clock_was_put_back_is_tried_again_and_ends(
    filled: Database, worker: Worker, line: Line, watch: Clock, receive: Callable[[str], None]
) -> None:
    receive("a")
    with filled.writing() as session:
        row = _row(session, "a")
        inbox.store_reply(row, Reply(kind=ReplyKind.NOTICE, body="文"), watch())
        inbox.postpone(row, watch(), "HTTP 500")
    watch.now -= timedelta(minutes=10)
    worker.run_once()
    assert line.tokens == ["token-a"]


def test_a_lease_of_somebody_else_holds(
    filled: Database, worker: Worker, line: Line, watch: Clock, receive: Callable[[str], None]
) -> None:
    receive("a")
    with filled.writing() as session:
        inbox.store_reply(_row(session, "a"), Reply(kind=ReplyKind.NOTICE, body="文"), watch())
    for early in (timedelta(0), timedelta(seconds=0.2), timedelta(seconds=5)):
        watch.now -= early  # clocks of two machines are never quite the same
        assert worker.run_once() == 0
    assert line.tokens == []


def test_a_reply_that_cannot_be_read_is_parked_and_the_others_go_on(
    filled: Database, worker: Worker, line: Line, watch: Clock, receive: Callable[[str], None]
) -> None:
    for name in ("broken", "whole"):
        receive(name)
    with filled.writing() as session:
        row = _row(session, "broken")
        row.state, row.reply = State.ANSWERED, {"nothing": "like a reply"}
    for _ in range(ATTEMPTS):
        worker.run_once()
        watch.now += timedelta(seconds=2)
    assert line.tokens == ["token-whole"]
    with filled.reading() as session:
        row = _row(session, "broken")
        assert (row.state, row.detail, row.attempts) == (State.FAILED, "ValidationError", ATTEMPTS)


def test_no_error_ends_the_worker(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter([RuntimeError("nobody thought of this"), None])

    def turn() -> int:
        if (error := next(turns)) is not None:
            raise error
        worker.stop()
        return 0

    monkeypatch.setattr(worker, "_turn", turn)
    worker.sweep_seconds = 0.01
    thread = threading.Thread(target=worker.run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert next(turns, "done") == "done", "the turn after it happened"
