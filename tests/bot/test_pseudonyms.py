"""While the key is replaced, whoever comes again moves with everything; nobody else does, and nothing gets lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import text
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from bot import inbox, pseudonyms
from bot.channels.line.channel import LineChannel
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received
from bot.pseudonyms import Pseudonyms, key_id
from bot.simulator.events import event, sign, text_event, webhook_body
from bot.tables import InboxRow, PersonRow, UtteranceRow
from deploy.app import Parts, build_parts, create_app
from deploy.settings import Settings
from knowledge.database import Database

OLD_KEY, NEW_KEY = "old key " * 4, "new key " * 4
SECRET = "0123456789abcdef0123456789abcdef"
USER, OTHER = "U" + "1" * 32, "U" + "2" * 32
CITY = "kokubunji"
before, after = Pseudonyms(OLD_KEY), Pseudonyms(NEW_KEY, OLD_KEY)


def store(session: Session, person: str, now: datetime, *, city: str = CITY, finished: bool = True) -> None:
    """What somebody leaves behind who asked once: an event, a question, a way of answering."""
    name = f"{city}-{person[:12]}"
    inbound = Inbound(id=name, municipality=city, kind=InboundKind.TEXT, at=now, person=person, text="カード")
    inbox.receive(session, [Received(inbound, "token", now)])
    if finished:
        row = session.exec(select(InboxRow).where(InboxRow.event_id == name)).one()
        inbox.finish(row, inbox.State.SENT, now)
    session.add(PersonRow(municipality=city, person=person, large=True, last_at=now))
    session.add(
        UtteranceRow(
            id=name,
            municipality=city,
            channel="line",
            at=now,
            person=person,
            text="カード",
            key="カード",
            decision="answer",
            candidates=[],
        )
    )


def standing(database: Database, person: str, city: str = CITY) -> list[int]:
    """How many events (by their column, by their content), questions and preferences stand under a hash."""
    with database.reading() as session:
        events = session.exec(select(InboxRow).where(InboxRow.channel == city)).all()
        questions = session.exec(select(UtteranceRow).where(UtteranceRow.municipality == city)).all()
        people = session.exec(select(PersonRow).where(PersonRow.municipality == city)).all()
    found = [row.person for row in events], [json.dumps(row.inbound) for row in events]
    counts = [sum(person in (value or "") for value in values) for values in found]
    return [*counts, *(sum(row.person == person for row in rows) for rows in (questions, people))]


@pytest.fixture
def parts(filled: Database) -> Iterator[Parts]:
    """A service under the new key that knows the old one."""
    settings = Settings.model_validate({"hash_key": NEW_KEY, "hash_key_old": OLD_KEY, "line_api": "http://127.0.0.1:9"})
    parts = build_parts(settings, filled, {CITY: LineChannel((SECRET,), "t")}, NEW_KEY)
    yield parts
    parts.courtesy.close()


def post(parts: Parts, *events: dict[str, object]) -> int:
    body = webhook_body(list(events))
    client = TestClient(create_app(parts, with_worker=False), raise_server_exceptions=False)
    return client.post(
        f"/line/{CITY}/webhook", content=body, headers={"x-line-signature": sign(SECRET, body)}
    ).status_code


def test_the_hashes_are_those_of_ever_and_differ_by_city_person_and_key() -> None:
    assert before(CITY, USER) == "8fd90939525d9881fd7a598c4acef2d0c2580f5f"
    assert after.every(CITY, USER) == (after(CITY, USER), before(CITY, USER))
    assert Pseudonyms(NEW_KEY).every(CITY, USER) == (after(CITY, USER),)
    assert len({before(CITY, USER), before("oyama", USER), before(CITY, OTHER), after(CITY, USER)}) == 4
    assert USER not in before(CITY, USER)
    assert key_id(NEW_KEY) != key_id(OLD_KEY)


def test_whoever_comes_again_moves_with_everything_and_nobody_else(
    parts: Parts, filled: Database, now: datetime
) -> None:
    with filled.writing() as session:
        store(session, before(CITY, USER), now)
        store(session, before(CITY, OTHER), now)
        store(session, before("oyama", USER), now, city="oyama")
    assert post(parts, text_event("カードをなくした", USER, "token")) == 200
    assert standing(filled, before(CITY, USER)) == [0, 0, 0, 0]
    assert standing(filled, after(CITY, USER)) == [2, 2, 1, 1]
    assert standing(filled, before(CITY, OTHER)) == [1, 1, 1, 1]
    assert standing(filled, before("oyama", USER), "oyama") == [1, 1, 1, 1], "each city at its own time"
    with filled.reading() as session:
        row = session.get(PersonRow, (CITY, after(CITY, USER)))
    assert row is not None
    assert row.large
    assert post(parts, text_event("もう一度", USER, "token")) == 200
    assert standing(filled, after(CITY, USER)) == [3, 3, 1, 1]


def test_an_event_that_waits_is_answered_as_the_same_persons(parts: Parts, filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        store(session, before(CITY, USER), now, finished=False)
    assert post(parts, event("postback", USER, "token", postback={"data": "do=menu"})) == 200
    parts.worker.run_once()
    assert standing(filled, before(CITY, USER)) == [0, 0, 0, 0]


def test_who_leaves_is_forgotten_under_both_keys(parts: Parts, filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        store(session, before(CITY, USER), now)
    assert post(parts, event("unfollow", USER)) == 200
    parts.worker.run_once()
    with filled.reading() as session:
        assert session.exec(select(PersonRow)).all() == []


def test_what_an_old_process_still_stores_moves_later_and_newer_preferences_stay(
    database: Database, now: datetime
) -> None:
    old, new = before(CITY, USER), after(CITY, USER)
    with database.writing() as session:
        store(session, old, now)
        session.add(PersonRow(municipality=CITY, person=new, language="en", last_at=now + timedelta(minutes=1)))
    for _ in range(2):
        with database.writing() as session:
            pseudonyms.move(session, CITY, {old: new})
        assert standing(database, old) == [0, 0, 0, 0]
    with database.reading() as session:
        row = session.exec(select(PersonRow)).one()
    assert (row.person, row.language) == (new, "en")


def test_moving_is_undone_with_the_event_that_could_not_be_stored(database: Database, now: datetime) -> None:
    old, new = before(CITY, USER), after(CITY, USER)
    with database.writing() as session:
        store(session, old, now)
    with pytest.raises(ZeroDivisionError):
        _move_and_fail(database, {old: new})
    assert standing(database, old) == [1, 1, 1, 1]


def _move_and_fail(database: Database, people: dict[str, str]) -> float:
    with database.writing() as session:
        pseudonyms.move(session, CITY, people)
        return 1 / 0


def test_somebody_unknown_costs_one_look_up_and_none_when_there_is_one_key(database: Database) -> None:
    seen: list[tuple[str, Any]] = []
    sql_event.listen(database.engine, "before_cursor_execute", lambda *given: seen.append((given[2], given[3])))
    with database.writing() as session:
        session.connection().execute(text("SELECT 1"))
        seen.clear()
        pseudonyms.move(session, CITY, {})
        assert seen == []
        pseudonyms.move(session, CITY, {before(CITY, USER): after(CITY, USER)})
        assert len(seen) == 1
        told = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        if not database.is_sqlite:
            session.connection().execute(text("SET LOCAL enable_seqscan = off"))
        plan = session.connection().exec_driver_sql(told + seen[0][0], seen[0][1]).all()
    assert all(index in str(plan) for index in ("ix_inbox_channel_person", "ix_utterance_municipality_person"))
    assert "SCAN inbox" not in str(plan)


def test_a_worker_that_is_answering_somebody_is_waited_for(
    postgresql: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    """The worker holds the event and writes a preference under the old hash; moving takes that along."""
    database = Database(_fresh(postgresql, request))
    old, new = before(CITY, USER), after(CITY, USER)
    with database.writing() as session:
        store(session, old, now, finished=False)
    moving = threading.Thread(target=_move, args=(database, {old: new}))
    with database.writing() as session:
        (row,) = inbox.due(session, now, 10)
        moving.start()
        _wait_until_somebody_waits(database)
        session.get_one(PersonRow, (CITY, old)).language = "en"
        inbox.store_reply(row, None, now)
    moving.join(10)
    assert not moving.is_alive()
    assert standing(database, new) == [1, 1, 1, 1]
    with database.reading() as session:
        assert session.exec(select(PersonRow)).one().language == "en"
        assert session.exec(select(InboxRow)).one().state == inbox.State.SKIPPED
    database.close()


def test_two_that_move_the_same_people_at_once_do_not_stand_in_each_others_way(
    postgresql: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    database = Database(_fresh(postgresql, request))
    people = {before(CITY, user): after(CITY, user) for user in (USER, OTHER)}
    with database.writing() as session:
        for old in people:
            store(session, old, now)
    turned = dict(reversed(people.items()))
    with database.writing() as session:
        pseudonyms.move(session, CITY, people)
        second = threading.Thread(target=_move, args=(database, turned))
        second.start()
        _wait_until_somebody_waits(database)
    second.join(10)
    assert not second.is_alive()
    assert [standing(database, new) for new in people.values()] == [[1, 1, 1, 1], [1, 1, 1, 1]]
    database.close()


def _move(database: Database, people: dict[str, str]) -> None:
    with database.writing() as session:
        pseudonyms.move(session, CITY, people)


def _fresh(postgresql: str, request: pytest.FixtureRequest) -> str:
    admin = Database(postgresql.format(name="postgres"))
    name = f"test_moving_{abs(hash(request.node.name))}"
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_madoguchi"))
    admin.close()
    return postgresql.format(name=name)


def _wait_until_somebody_waits(database: Database) -> None:
    """Returns when a statement of this database waits for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(2_000):
        with database.engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
    raise AssertionError("nobody waits")


def test_the_count_of_people_left_behind(database: Database, now: datetime) -> None:
    day = timedelta(days=1)
    with database.writing() as session:
        pseudonyms.note_key(session, OLD_KEY, now - 40 * day)
        store(session, before(CITY, USER), now - 3 * day)
        store(session, before(CITY, OTHER), now - 2 * day)
        pseudonyms.note_key(session, NEW_KEY, now - day)
        pseudonyms.note_key(session, NEW_KEY, now)
    with database.writing() as session:
        assert pseudonyms.key_ids(session) == [key_id(OLD_KEY), key_id(NEW_KEY)]
        assert pseudonyms.in_use_since(session, NEW_KEY) == now - day, "the first moment counts"
        assert pseudonyms.in_use_since(session, "another") is None
        assert pseudonyms.people_before(session, now - day) == 2
        assert pseudonyms.people_before(session, None) == 2
        pseudonyms.move(session, CITY, {before(CITY, USER): after(CITY, USER)})
        session.get_one(PersonRow, (CITY, after(CITY, USER))).last_at = now
    with database.writing() as session:
        assert pseudonyms.people_before(session, now - day) == 1
        pseudonyms.note_key(session, OLD_KEY, now + day)
        assert pseudonyms.key_ids(session) == [key_id(NEW_KEY), key_id(OLD_KEY)], "going back is a change too"
        assert NEW_KEY not in str(session.exec(select(InboxRow.detail).order_by(col(InboxRow.id))).all())
