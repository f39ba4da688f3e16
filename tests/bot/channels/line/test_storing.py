"""Webhooks that arrive together share a commit: each is told of its own events, and a bad one harms no other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import pytest
from sqlalchemy import event as happenings
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from bot import inbox
from bot.channels.line.storing import MOST, Storing
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received
from bot.tables import InboxRow
from knowledge.database import Database

Result = TypeVar("Result")


def _webhook(now: datetime, *numbers: int, city: str = "kokubunji") -> list[Received]:
    return [
        Received(Inbound(id=f"e{n}", municipality=city, at=now, kind=InboundKind.TEXT, text="カード"), f"r{n}", now)
        for n in numbers
    ]


def _stored(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(session.exec(select(InboxRow.event_id)).all())


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    """What comes of it, on a loop in a thread of its own: a browser test may have left one running here."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(asyncio.run, work).result()


def _together(storing: Storing, webhooks: Sequence[Sequence[Received]]) -> list[int | BaseException]:
    """Stores them while the writer is held up: they wait for each other."""
    go = threading.Event()
    storing._writer.submit(go.wait, 10)

    async def all_of_them() -> list[int | BaseException]:
        storings = [asyncio.ensure_future(storing.store(w[0].inbound.municipality, w)) for w in webhooks]
        await asyncio.sleep(0)
        go.set()
        return await asyncio.gather(*storings, return_exceptions=True)

    return _run(all_of_them())


def test_what_arrives_together_shares_a_commit(database: Database, now: datetime) -> None:
    commits: list[object] = []
    happenings.listen(database.engine, "commit", commits.append)
    told = _together(Storing(database), [_webhook(now, n) for n in range(MOST)])
    assert told == [1] * MOST
    assert len(_stored(database)) == MOST
    assert len(commits) == 1


def test_an_event_that_comes_twice_is_stored_once(database: Database, now: datetime) -> None:
    storing = Storing(database)
    assert _together(storing, [_webhook(now, 1, 2), _webhook(now, 2, 3), _webhook(now, 1, 2, 3)]) == [2, 1, 0]
    assert _run(storing.store("kokubunji", _webhook(now, 3, 4))) == 1
    assert _stored(database) == ["e1", "e2", "e3", "e4"]


def test_the_same_id_of_two_channels_is_two_events(database: Database, now: datetime) -> None:
    assert _together(Storing(database), [_webhook(now, 1), _webhook(now, 1, city="oyama")]) == [1, 1]


def test_one_that_no_database_takes_keeps_no_others_out(
    database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = inbox.store

    def refusing(session: Session, found: Sequence[Mapping[str, object]]) -> set[tuple[str, str]]:
        if any(row["event_id"] == "e2" for row in found):
            raise ValueError("no such row")
        return real(session, found)

    monkeypatch.setattr(inbox, "store", refusing)
    told = _together(Storing(database), [_webhook(now, 1), _webhook(now, 2), _webhook(now, 3)])
    assert (told[0], told[2]) == (1, 1)
    assert isinstance(told[1], ValueError)
    assert _stored(database) == ["e1", "e3"]


def test_who_hangs_up_is_left_out(database: Database, now: datetime) -> None:
    storing, go = Storing(database), threading.Event()
    storing._writer.submit(go.wait, 10)

    async def hang_up() -> int:
        leaving = asyncio.ensure_future(storing.store("kokubunji", _webhook(now, 1)))
        staying = asyncio.ensure_future(storing.store("kokubunji", _webhook(now, 2)))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        go.set()
        return await staying

    assert _run(hang_up()) == 1
    assert _stored(database) == ["e2"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_is_told_of_a_commit_that_was_not(database: Database, now: datetime) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE inbox")
    told = _together(Storing(database), [_webhook(now, 1), _webhook(now, 2)])
    assert all(isinstance(one, DBAPIError) for one in told)
