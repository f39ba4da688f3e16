"""One person's events are answered one after another, however many workers there are, and slow channels hold nobody up.

What is tried by hand here (two sessions in turns) is what happens between processes under PostgreSQL's READ COMMITTED;
SQLite has one writer at a time.
"""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlmodel import Session, select

from bot import inbox, records
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received, State
from bot.library import Library
from bot.responses.reply import Reply, ReplyKind
from bot.tables import InboxRow
from bot.worker import SENDERS, Delivery, Sent, Worker
from knowledge.database import Database

SECONDS = 60.0
"""How long anything may take on a busy machine."""
REPLY = Reply(kind=ReplyKind.NOTICE, body="はい")
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def event(number: int, at: datetime, person: str | None = "p1", city: str = "kokubunji", **more: object) -> Received:
    inbound = Inbound.model_validate(
        {
            "id": f"e{number}",
            "kind": InboundKind.TEXT,
            "municipality": city,
            "at": at + timedelta(milliseconds=number),
            "person": person,
            "text": "カードをなくした",
            "message": f"m{number}",
            **more,
        }
    )
    return Received(inbound, f"{person}-{number:04}", at)


def receive(database: Database, *events: Received) -> None:
    with database.writing() as session:
        inbox.receive(session, events)


def rows(database: Database) -> dict[str, InboxRow]:
    with database.reading() as session:
        return {row.event_id: row for row in session.exec(select(InboxRow)).all()}


def due(session: Session, at: datetime) -> list[str]:
    return [row.event_id for row in inbox.due(session, at, 10)]


def change(database: Database, number: int, work: Callable[[InboxRow], object]) -> None:
    with database.writing() as session:
        work(session.exec(select(InboxRow).where(InboxRow.event_id == f"e{number}")).one())


def after(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)


def test_only_the_first_open_event_of_a_person_is_due(database: Database, now: datetime) -> None:
    receive(database, event(1, now), event(2, now), event(3, now, "p2"), event(4, now, city="oyama"))
    with database.writing() as session:
        assert due(session, now) == ["e1", "e3", "e4"]


def test_the_first_is_the_one_that_happened_first_not_the_one_that_came_first(
    database: Database, now: datetime
) -> None:
    receive(database, event(2, now))
    receive(database, event(1, now))
    with database.writing() as session:
        assert due(session, now) == ["e1"]


def test_events_of_nobody_wait_for_nobody(database: Database, now: datetime) -> None:
    receive(database, *(event(n, now, None) for n in (1, 2, 3)))
    with database.writing() as session:
        assert due(session, now) == ["e1", "e2", "e3"]


@on_postgresql
def test_while_one_worker_holds_the_first_another_leaves_the_second(database: Database, now: datetime) -> None:
    receive(database, event(1, now), event(2, now))
    with database.writing() as one, database.writing() as another:
        (row,) = inbox.due(one, now, 10)
        assert due(another, now) == []
        inbox.store_reply(row, REPLY, now)
        one.flush()
        assert due(another, now) == [], "answered, but not committed"
        one.commit()
        assert due(another, now) == [], "committed, and being sent"


@on_postgresql
def test_the_second_is_due_from_the_moment_the_first_is_marked(database: Database, now: datetime) -> None:
    receive(database, event(1, now), event(2, now))
    with database.writing() as one, database.writing() as another:
        (row,) = inbox.due(one, now, 10)
        inbox.finish(row, State.SENT, now)
        one.flush()
        assert due(one, now) == ["e2"], "whoever marks may go on in the same transaction"
        one.rollback()
        assert due(another, now) == ["e1"], "the mark was not stored"


@on_postgresql
def test_who_locks_later_sees_that_somebody_else_was_first(database: Database, now: datetime) -> None:
    """B's statement saw the row as due, A took it and committed before B came to lock it."""
    receive(database, *(event(n, now, f"p{n}") for n in range(300)))
    taken: list[str] = []
    start = threading.Barrier(4)

    def take() -> None:
        start.wait()
        for _ in range(40):
            with database.writing() as session:
                for row in inbox.due(session, now, 10):
                    inbox.store_reply(row, REPLY, now)
                    taken.append(row.event_id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 300


def test_a_reply_that_was_put_off_holds_its_persons_next_one(database: Database, now: datetime) -> None:
    receive(database, event(1, now), event(2, now))
    change(database, 1, lambda row: (inbox.store_reply(row, REPLY, now), inbox.postpone(row, now, "HTTP 429")))
    with database.writing() as session:
        assert due(session, now) == []
        assert due(session, after(now, 1)) == ["e1"]


def test_after_a_worker_was_killed_the_first_is_taken_up_first(database: Database, now: datetime) -> None:
    receive(database, event(1, now), event(2, now))
    change(database, 1, lambda row: inbox.store_reply(row, REPLY, now))
    with database.writing() as session:
        assert due(session, after(now, 9)) == []
        assert due(session, after(now, 11)) == ["e1"]


def test_the_next_one_waits_for_tries_to_answer_and_not_for_a_parked_event(database: Database, now: datetime) -> None:
    receive(database, event(1, now), event(2, now))
    at = now
    for _ in range(inbox.ATTEMPTS):
        with database.writing() as session:
            assert due(session, at) == ["e1"]
            assert due(session, at) == ["e1"]
        change(database, 1, lambda row: inbox.park_after_failure(row, at, "ValueError"))  # noqa: B023 - called at once
        at = after(at, 3)
    assert rows(database)["e1"].state == State.FAILED
    with database.writing() as session:
        assert due(session, at) == ["e2"]


def test_a_reply_that_will_not_be_sent_any_more_holds_nobody_up(database: Database, now: datetime) -> None:
    receive(database, event(1, now))
    late = after(now, 26)
    receive(database, event(2, late))
    with database.writing() as session:
        assert due(session, late) == ["e1", "e2"]


def test_a_reply_that_is_being_sent_late_still_holds_the_next_one(database: Database, now: datetime) -> None:
    receive(database, event(1, now))
    change(database, 1, lambda row: inbox.store_reply(row, REPLY, after(now, 24)))
    receive(database, event(2, after(now, 20)))
    with database.writing() as session:
        assert due(session, after(now, 26)) == []
        assert due(session, after(now, 35)) == ["e1", "e2"]


def _plan(database: Database, at: datetime) -> str:
    """How the database finds what is due, among 20,000 events that ended."""
    ended = [
        {**inbox._row(event(n, at, f"p{n % 500}"), None, None), "state": "sent", "finished_at": at}
        for n in range(20_000)
    ]
    table = InboxRow.__table__  # type: ignore[attr-defined]
    with database.writing() as session:
        session.connection().execute(table.insert(), ended)
    receive(database, *(event(20_000 + n, at, f"p{n % 30}") for n in range(60)))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    seen: list[tuple[str, object]] = []
    with database.writing() as session:
        connection = session.connection()
        listen(connection, "before_cursor_execute", lambda _c, _u, s, p, _x, _m: seen.append((s, p)))
        assert len(inbox.due(session, at, 50)) == 30
        statement, parameters = seen[0]
        explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        found = connection.exec_driver_sql(explain + statement, parameters).all()
    return "\n".join(str(tuple(line)) for line in found)


def test_what_is_due_is_found_by_the_indexes_of_open_rows_alone(database: Database, now: datetime) -> None:
    plan = _plan(database, now)
    assert "ix_inbox_open_oldest" in plan, plan
    assert "ix_inbox_open " in plan, plan
    for detour in ("Seq Scan", "SCAN inbox'", "Sort", "TEMP B-TREE", "ix_inbox_state_next"):
        assert detour not in plan, plan


@dataclass
class Gate:
    """A channel that keeps replies until it is opened."""

    opened: threading.Event = field(default_factory=threading.Event)
    came: list[str] = field(default_factory=list)

    def send(self, reply_token: str, reply: Reply) -> Sent:  # noqa: ARG002
        self.came.append(reply_token)
        assert self.opened.wait(SECONDS)
        return Sent(Delivery.SENT)


@contextmanager
def running(worker: Worker) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield thread
    worker.stop()
    thread.join(SECONDS)


def _real_now() -> datetime:
    return datetime.now(UTC)


def test_a_slow_channel_does_not_hold_the_others_up_and_nothing_is_lost_at_the_end(
    filled: Database, library: Library
) -> None:
    slow, quick = Gate(), Gate()
    quick.opened.set()
    receive(filled, *(event(n, _real_now(), f"p{n}", "oyama") for n in range(SENDERS + 20)))
    worker = Worker(filled, library, {"oyama": slow, "kokubunji": quick}, _real_now)
    with running(worker) as thread:
        until(lambda: len(slow.came) == SENDERS, "the slow channel is full")
        receive(filled, *(event(1000 + n, _real_now(), "p1") for n in range(5)))
        worker.wake.set()
        until(lambda: len(quick.came) == 5, "others are answered")
        assert quick.came == sorted(quick.came)
        assert len(slow.came) == SENDERS, "no more than it may have under way"
        worker.stop()
        assert thread.is_alive(), "replies under way are waited for"
        slow.opened.set()
        thread.join(SECONDS)
    states = [row.state for row in rows(filled).values()]
    assert states.count(State.SENT) == SENDERS + 5
    assert states.count(State.RECEIVED) == 20, "what was not begun is left for whoever comes next"


@dataclass
class Moody:
    """A channel that refuses now and then, for a while, and takes each token once, as LINE does."""

    chance: random.Random
    taken: list[str] = field(default_factory=list)
    tries: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def send(self, reply_token: str, reply: Reply) -> Sent:  # noqa: ARG002
        self.tries[reply_token] += 1
        if reply_token in self.taken:
            return Sent(Delivery.TOKEN_REFUSED, "HTTP 400")
        if self.tries[reply_token] < 3 and self.chance.random() < 0.2:
            return Sent(Delivery.TRY_AGAIN, "HTTP 429")
        self.taken.append(reply_token)
        return Sent(Delivery.SENT)


def _by_person(tokens: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for token in tokens:
        found[token.partition("-")[0]].append(token)
    return found


@on_postgresql
def test_three_workers_and_a_moody_channel_keep_everybodys_order(filled: Database, library: Library) -> None:
    at = _real_now()
    receive(filled, *(event(n, at, f"p{n % 12}") for n in range(72)))
    channel = Moody(random.Random(7))
    workers = [Worker(filled, library, {"kokubunji": channel}, _real_now) for _ in range(3)]
    for worker in workers:
        worker.sweep_seconds = 0.05
    threads = [threading.Thread(target=worker.run) for worker in workers]
    for thread in threads:
        thread.start()
    until(lambda: all(row.finished_at for row in rows(filled).values()), "everybody is answered")
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join(SECONDS)
    assert all(tokens == sorted(tokens) for tokens in _by_person(channel.taken).values())
    late = sum(row.state != State.SENT for row in rows(filled).values())
    assert len(channel.taken) == 72 - late


def test_what_the_database_does_not_take_is_parked_and_the_others_go_on(
    filled: Database, library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together they fail; alone only one does."""
    written = records.utterance_row

    def unwritable(asked: records.Asked, *more: object) -> object:
        row = written(asked, *more)  # type: ignore[arg-type]
        if asked.id == "e2":
            row.decision = None  # type: ignore[assignment]
        return row

    monkeypatch.setattr(records, "utterance_row", unwritable)
    channel = Moody(random.Random(1), tries=defaultdict(lambda: 3))
    worker = Worker(filled, library, {"kokubunji": channel}, lambda: clock[0])
    clock = [now]
    receive(filled, *(event(n, now, f"p{n}") for n in range(5)))
    for _ in range(4):
        worker.run_once()
        clock[0] = after(clock[0], 3)
    found = {name: (row.state, row.detail) for name, row in rows(filled).items()}
    assert found.pop("e2") == (State.FAILED, "IntegrityError")
    assert {state for state, _ in found.values()} == {State.SENT}
    assert len(channel.taken) == 4


def test_a_mark_that_could_not_be_stored_is_made_later(
    filled: Database, library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = Moody(random.Random(1), tries=defaultdict(lambda: 3))
    worker = Worker(filled, library, {"kokubunji": channel}, lambda: now)
    receive(filled, event(1, now))
    with monkeypatch.context() as patched:
        patched.setattr(inbox, "answered", _broken)
        with pytest.raises(OSError, match="gone"):
            worker.run_once()
    assert rows(filled)["e1"].state == State.ANSWERED
    worker.run_once()
    assert (rows(filled)["e1"].state, len(channel.taken)) == (State.SENT, 1)


def _broken(*_: object) -> None:
    raise OSError("gone")
