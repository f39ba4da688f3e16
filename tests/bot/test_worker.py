"""Inbox and worker on both databases: each event is answered once, whatever fails in between."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from bot import inbox
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received, State
from bot.library import Library
from bot.responses.reply import Reply, ReplyKind
from bot.tables import InboxRow, PersonRow, UtteranceRow
from bot.worker import Delivery, Sent, Worker
from knowledge.database import Database


@dataclass
class Sender:
    """A channel that remembers what it was handed, and answers as it is told."""

    outcomes: list[Sent] = field(default_factory=list)
    replies: list[tuple[str, Reply]] = field(default_factory=list)

    def send(self, reply_token: str, reply: Reply) -> Sent:
        self.replies.append((reply_token, reply))
        return self.outcomes.pop(0) if self.outcomes else Sent(Delivery.SENT)


class Clock:
    """A clock that tests move."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> datetime:
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def ticking(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def worker(filled: Database, library: Library, sender: Sender, ticking: Clock) -> Worker:
    return Worker(filled, library, {"kokubunji": sender}, ticking)


def _event(number: int, at: datetime, text: str = "カードをなくした", **more: object) -> Received:
    values = {"kind": InboundKind.TEXT, "text": text, "person": "p1", "message": f"m{number}", **more}
    inbound = Inbound.model_validate({"id": f"e{number}", "municipality": "kokubunji", "at": at, **values})
    return Received(inbound, f"token{number}", at)


def _receive(database: Database, events: Sequence[Received]) -> int:
    with database.writing() as session:
        return inbox.receive(session, events)


def _rows(database: Database) -> list[InboxRow]:
    with database.reading() as session:
        return list(session.exec(select(InboxRow).order_by(InboxRow.event_id)).all())


def test_a_message_is_answered_with_the_right_entry(
    filled: Database, worker: Worker, sender: Sender, now: datetime
) -> None:
    _receive(filled, [_event(1, now)])
    assert worker.run_once() == 1
    ((token, reply),) = sender.replies
    assert (token, reply.entry, reply.kind) == ("token1", "common/mynumber-card/lost-card", ReplyKind.ANSWER)
    assert reply.source == "自治体の案内（2024年9月30日時点）"
    (row,) = _rows(filled)
    assert (row.state, row.reply_token) == (State.SENT, None)


def test_the_same_event_five_times_is_one_row(filled: Database, worker: Worker, sender: Sender, now: datetime) -> None:
    with ThreadPoolExecutor(5) as pool:
        new = list(pool.map(lambda _: _receive(filled, [_event(1, now)]), range(5)))
    worker.run_once()
    worker.run_once()
    assert (sum(new), len(sender.replies)) == (1, 1)


def test_a_crash_after_storing_the_reply_sends_it_later_once(
    filled: Database, worker: Worker, sender: Sender, ticking: Clock
) -> None:
    _receive(filled, [_event(1, ticking.now)])
    with filled.writing() as session:
        for row in inbox.due(session, ticking.now, 10):
            reply = Reply(kind=ReplyKind.NOTICE, body="stored before the crash")
            assert inbox.store_reply(row, reply, ticking.now)
    assert worker.run_once() == 0, "the lease of the one who died still holds"
    ticking.pass_seconds(11)
    worker.run_once()
    assert [reply.body for _, reply in sender.replies] == ["stored before the crash"]
    assert _rows(filled)[0].state == State.SENT


def test_a_token_refused_on_a_repeat_means_that_it_was_delivered(
    filled: Database, worker: Worker, sender: Sender, ticking: Clock
) -> None:
    sender.outcomes = [Sent(Delivery.TRY_AGAIN, "time-out"), Sent(Delivery.TOKEN_REFUSED, "HTTP 400")]
    _receive(filled, [_event(1, ticking.now)])
    worker.run_once()
    ticking.pass_seconds(1)
    worker.run_once()
    assert _rows(filled)[0].state == State.SENT


def test_a_token_refused_at_once_is_an_expired_one(
    filled: Database, worker: Worker, sender: Sender, ticking: Clock
) -> None:
    sender.outcomes = [Sent(Delivery.TOKEN_REFUSED, "HTTP 400")]
    _receive(filled, [_event(1, ticking.now)])
    worker.run_once()
    assert (_rows(filled)[0].state, _rows(filled)[0].detail) == (State.EXPIRED, "HTTP 400")


def test_line_is_tried_again_within_the_tokens_life_and_not_after(
    filled: Database, worker: Worker, sender: Sender, ticking: Clock
) -> None:
    sender.outcomes = [Sent(Delivery.TRY_AGAIN, "HTTP 500")] * 50
    _receive(filled, [_event(1, ticking.now)])
    for _ in range(60):
        worker.run_once()
        ticking.pass_seconds(1)
    assert 4 <= len(sender.replies) <= 25
    assert (_rows(filled)[0].state, _rows(filled)[0].detail) == (State.UNDELIVERED, "HTTP 500")


def test_too_late_to_answer_says_so_and_pushes_nothing(
    filled: Database, worker: Worker, sender: Sender, ticking: Clock
) -> None:
    _receive(filled, [_event(1, ticking.now)])
    ticking.pass_seconds(30)
    worker.run_once()
    assert sender.replies == []
    assert _rows(filled)[0].state == State.EXPIRED


def test_an_event_that_cannot_be_answered_is_parked_and_the_others_go_on(
    filled: Database, worker: Worker, ticking: Clock
) -> None:
    _receive(filled, [_event(1, ticking.now), _event(2, ticking.now, person="p2")])
    with filled.writing() as session:
        row = session.exec(select(InboxRow).where(InboxRow.event_id == "e1")).one()
        row.inbound = {"broken": True}
    for _ in range(5):
        worker.run_once()
        ticking.pass_seconds(2)
    states = {row.event_id: (row.state, row.detail) for row in _rows(filled)}
    assert states["e1"] == (State.FAILED, "ValidationError")
    assert states["e2"][0] == State.SENT


def test_one_persons_messages_are_answered_in_order(
    filled: Database, worker: Worker, sender: Sender, now: datetime
) -> None:
    events = [_event(n, now - timedelta(milliseconds=9 - n)) for n in range(1, 6)]
    _receive(filled, list(reversed(events)))
    assert [worker.run_once() for _ in range(6)] == [1, 1, 1, 1, 1, 0]
    assert [token for token, _ in sender.replies] == [f"token{n}" for n in range(1, 6)]


def test_a_question_is_recorded_masked_and_forgotten_when_unsent(
    filled: Database, worker: Worker, sender: Sender, now: datetime
) -> None:
    _receive(filled, [_event(1, now, text="【個人番号】のカードをなくした", masked=("【個人番号】",))])
    worker.run_once()
    assert "個人番号" in sender.replies[0][1].notices[0]
    with filled.reading() as session:
        (utterance,) = session.exec(select(UtteranceRow)).all()
        assert (utterance.text, utterance.message) == ("【個人番号】のカードをなくした", "m1")
    _receive(filled, [_event(2, now, kind=InboundKind.UNSEND, message="m1", text="")])
    worker.run_once()
    with filled.reading() as session:
        assert session.exec(select(UtteranceRow)).all() == []


def test_a_wish_is_remembered_and_undone(filled: Database, worker: Worker, sender: Sender, now: datetime) -> None:
    for number, text in enumerate(
        ("大きい字で", "English", "カードをなくした", "ふつうの字で", "日本語", "カードをなくした")
    ):
        _receive(filled, [_event(number, now, text=text)])
        worker.run_once()
    replies = [reply for _, reply in sender.replies]
    assert [(r.large, r.entry is not None) for r in replies] == [
        (True, False),
        (True, False),
        (True, True),
        (False, False),
        (False, False),
        (False, True),
    ]
    assert "English" in replies[1].body


def test_who_leaves_is_forgotten(filled: Database, worker: Worker, now: datetime) -> None:
    _receive(filled, [_event(1, now)])
    worker.run_once()
    with filled.reading() as session:
        assert session.exec(select(PersonRow)).one().last_topic == "mynumber-card/lost-card"
    _receive(filled, [_event(2, now, kind=InboundKind.UNFOLLOW, text="")])
    worker.run_once()
    with filled.reading() as session:
        assert session.exec(select(PersonRow)).all() == []
    assert {row.event_id: row.state for row in _rows(filled)}["e2"] == State.SKIPPED


def test_two_workers_do_not_take_the_same_rows(
    filled: Database, library: Library, sender: Sender, ticking: Clock
) -> None:
    _receive(filled, [_event(n, ticking.now, person=f"p{n}") for n in range(40)])
    workers = [Worker(filled, library, {"kokubunji": sender}, ticking) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda w: w.run_once(), workers))
    assert len({token for token, _ in sender.replies}) == len(sender.replies) == 40


def test_a_channel_without_settings_is_told_on_the_row(filled: Database, library: Library, ticking: Clock) -> None:
    _receive(filled, [_event(1, ticking.now)])
    Worker(filled, library, {}, ticking).run_once()
    assert _rows(filled)[0].state == State.UNDELIVERED
