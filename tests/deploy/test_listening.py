"""Hearing of events and releases from other processes, on PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from sqlalchemy import text

from admin.jobs.runner import Runner
from bot import inbox
from bot.conversation.inbound import Inbound
from bot.inbox import Received
from bot.library import Library
from bot.worker import Worker
from deploy import listening
from deploy.background import Background, works_of
from deploy.listening import Listener
from knowledge.database import Database
from knowledge.editing import publish
from knowledge.telling import Topic, tell

SECONDS = 60.0
pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


class Calls:
    """How often a topic was heard of."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> None:
        self.number += 1


@pytest.fixture
def events() -> Calls:
    return Calls()


@pytest.fixture
def releases() -> Calls:
    return Calls()


@contextmanager
def running(listener: Listener) -> Iterator[None]:
    thread = threading.Thread(target=listener.run)
    thread.start()
    yield
    listener.stop()
    thread.join(SECONDS)
    assert not thread.is_alive()


def _say(database: Database, topic: str) -> None:
    with database.writing() as session:
        tell(session, topic)


def _received(now: datetime) -> list[Received]:
    event = Inbound.model_validate({"id": "e1", "kind": "text", "municipality": "kokubunji", "at": now, "text": "x"})
    return [Received(event, "token", now)]


def test_new_events_and_releases_are_heard_of_each_by_its_own(
    filled: Database, now: datetime, events: Calls, releases: Calls
) -> None:
    with running(Listener(filled, {Topic.EVENTS: events, Topic.RELEASE: releases})):
        until(lambda: (events.number, releases.number) == (1, 1), "it looks when it begins to listen")
        for _ in range(2):
            with filled.writing() as session:
                inbox.receive(session, _received(now))
            _say(filled, "something else")
        with filled.writing() as session:
            publish(session, {}, author="test", reason="next", at=now)
        until(lambda: (events.number, releases.number) == (2, 2), "an event that was there already is none")


def test_a_connection_that_is_cut_is_made_again(database: Database, events: Calls) -> None:
    with running(Listener(database, {Topic.EVENTS: events})):
        until(lambda: events.number == 1, "it listens")
        with database.engine.begin() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            )
        until(lambda: events.number == 2, "it listens again, and looks what it missed")
        _say(database, Topic.EVENTS)
        until(lambda: events.number == 3, "it hears")


def test_who_does_not_hear_their_own_hello_is_told_once(
    database: Database, events: Calls, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What a transaction pooler does: nobody refuses, and nothing comes."""
    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(listening, "LOOK_SECONDS", 0.01)
    with running(Listener(database, {Topic.EVENTS: events}, say=lambda _session, _topic: None)):
        until(lambda: "pooler" in caplog.text, "it is told")
        with database.engine.begin() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            )
        until(lambda: events.number == 2, "it listens again")
        _say(database, Topic.EVENTS)
        until(lambda: events.number == 3, "it goes on all the same")
    assert caplog.text.count("pooler") == 1


def test_who_hears_their_own_hello_says_nothing(
    database: Database, events: Calls, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    hellos: list[str] = []

    def say(session: object, topic: str) -> None:
        tell(session, topic)  # type: ignore[arg-type]
        hellos.append(topic)

    monkeypatch.setattr(listening, "PATIENCE_SECONDS", 2.0)
    listener = Listener(database, {Topic.EVENTS: events}, say=say)
    with running(listener):
        until(lambda: len(hellos) == 1, "it says hello")
        _say(database, Topic.EVENTS)
        until(lambda: events.number == 2, "what came after the hello is heard, so the hello was")
    assert "pooler" not in caplog.text
    assert hellos[0].startswith("hello ")


def test_a_database_that_is_away_is_waited_for(
    events: Calls, database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(listening, "FIRST_PAUSE", 0.01)
    away = Database("postgresql://nobody@127.0.0.1:1/nothing")
    listener = Listener(away, {Topic.EVENTS: events})
    listener._pause = 0.01
    with running(listener):
        until(lambda: caplog.text.count("not listening: OperationalError") >= 3, "it tries again")
        monkeypatch.setattr(listener, "_database", database)
        until(lambda: events.number == 1, "it listens when the database is there")
    away.close()


def test_a_process_has_its_threads_and_ends_them(filled: Database, library: Library, now: datetime) -> None:
    worker = Worker(filled, library, {}, lambda: now)
    runner = Runner(filled, library, lambda: now, {})
    assert list(works_of(filled, library, worker, runner, answering=False)) == ["warming", "listening"]
    background = Background(works_of(filled, library, worker, runner, answering=True))
    assert [thread.name for thread in background.threads] == ["warming", "worker", "runner", "listening"]
    background.start()
    until(lambda: library.release is not None, "it works")
    background.stop(SECONDS)
    assert not any(thread.is_alive() for thread in background.threads)
