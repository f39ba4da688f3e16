"""What is told is heard when the transaction commits, and only then."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from knowledge.database import Database
from knowledge.telling import CHANNEL, Topic, tell


@pytest.fixture
def heard(database: Database) -> Iterator[Callable[[], list[str]]]:
    """What was told so far."""
    if database.is_sqlite:
        topics: list[str] = []
        database.hear(topics.append)
        yield lambda: topics
        return
    args, given = database.engine.dialect.create_connect_args(database.url)
    with psycopg.connect(*args, **given, autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield lambda: [notice.payload for notice in connection.notifies(timeout=0.2)]


def test_it_is_heard_after_the_commit(database: Database, heard: Callable[[], list[str]]) -> None:
    with database.writing() as session:
        tell(session, Topic.RELEASE)
        tell(session, Topic.RELEASE)
        assert heard() == []
    assert heard() == ["release"], "once, however often it was told in one transaction"


def _broken_off(database: Database) -> None:
    with database.writing() as session:
        tell(session, Topic.RELEASE)
        raise OSError("broken off")


def test_what_did_not_happen_is_not_told(database: Database, heard: Callable[[], list[str]]) -> None:
    with pytest.raises(OSError, match="broken off"):
        _broken_off(database)
    assert heard() == []
