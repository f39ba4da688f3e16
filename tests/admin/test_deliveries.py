"""Events that nobody got a reply to, as the operator sees them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.pages.reports.deliveries import LABELS
from admin.reports.deliveries import ENDS, SHOWN, deliveries
from admin.tables import StaffRow
from bot import inbox
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received, State
from bot.tables import InboxRow
from knowledge.database import Database

TEXT = "わたしの秘密の質問"


def _events(
    filled: Database, at: datetime, state: State, count: int, city: str = "kokubunji", detail: str = ""
) -> None:
    with filled.writing() as session:
        for number in range(count):
            name = f"{city}-{state}-{number}"
            inbound = Inbound(
                id=name, municipality=city, kind=InboundKind.TEXT, at=at, text=TEXT, person="hash-of-somebody"
            )
            inbox.receive(session, [Received(inbound, "token", at)], f"request-{name}")
            row = session.exec(select(InboxRow).where(InboxRow.event_id == name)).one()
            if state not in inbox.OPEN_STATES:
                inbox.finish(row, state, at, detail)


@pytest.fixture
def page(filled: Database, client: TestClient, now: datetime) -> TestClient:
    """A browser in which the chief has signed in."""
    with filled.writing() as session:
        chief = session.exec(select(StaffRow).where(StaffRow.login == "chief")).one()
        client.cookies.set("madoguchi_staff", sessions.start(session, chief, Method.PASSWORD, "", now))
    return client


def test_every_end_without_a_reply_has_its_words() -> None:
    assert set(LABELS) == set(ENDS) == set(State) - {*inbox.OPEN_STATES, State.SENT, State.SKIPPED}


def test_what_failed_and_what_waits_is_counted_by_city(filled: Database, now: datetime) -> None:
    _events(filled, now, State.FAILED, 3, detail="ValidationError")
    _events(filled, now, State.SENT, 4)
    _events(filled, now, State.EXPIRED, 2, city="oyama")
    _events(filled, now - timedelta(minutes=5), State.RECEIVED, 1)
    with filled.reading() as session:
        found, theirs = deliveries(session, "kokubunji"), deliveries(session, "oyama")
    assert found.ends == {State.FAILED: 3, State.UNDELIVERED: 0, State.EXPIRED: 0}
    assert (found.waiting, found.oldest) == (1, now - timedelta(minutes=5))
    assert [row.event for row in found.rows] == [f"kokubunji-failed-{n}" for n in (2, 1, 0)], "the newest first"
    assert (theirs.ends[State.EXPIRED], theirs.waiting, theirs.oldest) == (2, 0, None)


def test_only_so_many_are_listed(filled: Database, now: datetime) -> None:
    _events(filled, now, State.EXPIRED, SHOWN + 1)
    with filled.reading() as session:
        found = deliveries(session, "kokubunji")
    assert (found.ends[State.EXPIRED], len(found.rows)) == (SHOWN + 1, SHOWN)


def test_the_page_shows_reasons_and_ids_and_no_words(filled: Database, page: TestClient, now: datetime) -> None:
    _events(filled, now, State.FAILED, 1, detail="<ValidationError>")
    _events(filled, now, State.UNDELIVERED, 1, detail="HTTP 500 abc")
    answer = page.get("/admin/kokubunji/deliveries")
    assert answer.status_code == 200
    for shown in ("&lt;ValidationError&gt;", "HTTP 500 abc", "kokubunji-failed-0", "request-kokubunji-failed-0"):
        assert shown in answer.text
    for hidden in (TEXT, "hash-of-somebody", "<ValidationError>"):
        assert hidden not in answer.text


def test_a_quiet_day(page: TestClient) -> None:
    assert "すべて返信しました" in page.get("/admin/kokubunji/deliveries").text
