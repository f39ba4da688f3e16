"""What was released is ready before anybody asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from bot.library import Library
from bot.warming import Warmer
from knowledge.database import Database
from knowledge.editing import current_release, publish

SECONDS = 60.0


def until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def _publish(database: Database, at: datetime) -> int:
    with database.writing() as session:
        return publish(session, {}, author="test", reason="next", at=at).number


def test_each_release_and_each_day_is_made_ready_once(filled: Database, library: Library, now: datetime) -> None:
    day = [now.date()]
    warmer = Warmer(filled, library, lambda: day[0])
    assert [warmer.run_once(), warmer.run_once()] == [True, False]
    newest = _publish(filled, now)
    assert [warmer.run_once(), warmer.run_once()] == [True, False]
    assert library.release == newest
    day[0] += timedelta(days=1)
    assert [warmer.run_once(), warmer.run_once()] == [True, False]


def test_it_goes_on_after_a_fault_and_after_the_database_was_away(
    filled: Database, library: Library, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [ValueError("what somebody wrote"), OSError("gone")]
    warm = library.warm

    def broken(*given: object) -> None:
        if faults:
            raise faults.pop()
        warm(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "warm", broken)
    warmer = Warmer(filled, library, now.date)
    warmer.sweep_seconds = 0.01
    thread = threading.Thread(target=warmer.run)
    thread.start()
    until(lambda: library.release is not None, "it is made ready in the end")
    warmer.stop()
    thread.join(SECONDS)
    assert not thread.is_alive()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_process_that_publishes_makes_it_ready_at_once(filled: Database, library: Library, now: datetime) -> None:
    today: date = now.date()
    warmer = Warmer(filled, library, lambda: today)
    warmer.sweep_seconds = 10 * SECONDS
    filled.hear(lambda _: warmer.wake.set())
    thread = threading.Thread(target=warmer.run)
    thread.start()
    with filled.reading() as session:
        first = current_release(session)
    until(lambda: library.release == first, "the first is ready")
    newest = _publish(filled, now)
    until(lambda: library.release == newest, "the next is ready")
    warmer.stop()
    thread.join(SECONDS)
    assert not thread.is_alive()
