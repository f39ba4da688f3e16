"""What was promised to be forgotten is forgotten, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import select

from bot.retention import Purged, Retention, purge
from bot.tables import InboxRow, PersonRow, UtteranceRow
from knowledge.database import Database
from knowledge.tables import TypedRow

DAY = timedelta(days=1)


def _question(number: int, at: datetime) -> UtteranceRow:
    return UtteranceRow(
        id=f"q{number}",
        municipality="oyama",
        channel="line",
        at=at,
        text="カード",
        key="カード",
        decision="answer",
        candidates=[],
    )


def _event(number: int, at: datetime, finished: datetime | None) -> InboxRow:
    return InboxRow(
        channel="oyama",
        event_id=f"e{number}",
        occurred_at=at,
        received_at=at,
        inbound={},
        next_attempt_at=at,
        finished_at=finished,
    )


def test_only_what_is_too_old_goes(filled: Database, now: datetime) -> None:
    old = now - 400 * DAY
    with filled.writing() as session:
        session.add_all([_question(1, old), _question(2, now - 364 * DAY)])
        session.add_all([_event(1, old, old), _event(2, old, None), _event(3, now - 29 * DAY, now)])
        session.add(PersonRow(municipality="oyama", person="a", last_at=old))
        session.add(PersonRow(municipality="oyama", person="b", last_at=now))
        session.add_all(
            TypedRow(entry_id="common/x/y", author=author, form={}, at=now - days * DAY)
            for author, days in (("gone", 31), ("back soon", 29))
        )
    with filled.writing() as session:
        assert purge(session, now) == Purged(questions=1, events=1, people=1, announcements=0, typed=1)
        assert purge(session, now) == Purged(0, 0, 0, 0, 0)
    with filled.reading() as session:
        assert [q.id for q in session.exec(select(UtteranceRow)).all()] == ["q2"]
        assert {e.event_id for e in session.exec(select(InboxRow)).all()} == {"e2", "e3"}
        assert [p.person for p in session.exec(select(PersonRow)).all()] == ["b"]
        assert [t.author for t in session.exec(select(TypedRow)).all()] == ["back soon"]


def test_a_city_may_keep_less(filled: Database, now: datetime) -> None:
    with filled.writing() as session:
        session.add(_question(1, now - 10 * DAY))
        assert purge(session, now, Retention(questions=7 * DAY)).questions == 1
