"""What is kept of how classes went, on both databases."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bot.class_results import Class, Counts, Source, add_answer, listed, record
from knowledge.database import Database

DAY = date(2026, 11, 20)
HELD = Class(DAY, "はじめてのスマホ", "公民館")
COUNTS = Counts(10, (5, 3, 1, 0), (6, 3, 0, 0))


def test_results_are_listed_by_city_and_period(database: Database, now: datetime) -> None:
    with database.writing() as session:
        assert record(session, "fuchu", HELD, COUNTS, "helper", now)
        assert record(session, "fuchu", Class(date(2026, 12, 1), "次の回"), COUNTS, "helper", now)
        assert record(session, "oyama", HELD, COUNTS, "helper", now)
    with database.reading() as session:
        (row,) = listed(session, "fuchu", DAY, date(2026, 11, 30))
        assert (row.title, row.place, row.participants) == ("はじめてのスマホ", "公民館", 10)
        assert (row.understanding, row.satisfaction, row.source) == ([5, 3, 1, 0], [6, 3, 0, 0], "helper")
        assert len(listed(session, "fuchu", DAY, date(2026, 12, 1))) == 2
        assert listed(session, "kadoma", DAY, DAY) == []


def test_a_form_that_is_sent_twice_counts_once(database: Database, now: datetime) -> None:
    with database.writing() as session:
        assert record(session, "fuchu", HELD, COUNTS, "helper", now)
        assert not record(session, "fuchu", HELD, COUNTS, "helper", now)
        assert record(session, "fuchu", HELD, Counts(11), "helper", now)
        assert len(listed(session, "fuchu", DAY, DAY)) == 2


def test_answers_of_participants_are_only_counted(database: Database, now: datetime) -> None:
    for understanding, satisfaction in ((0, 0), (0, 1), (3, 3)):
        with database.writing() as session:
            add_answer(session, "fuchu", HELD, understanding, satisfaction, now)
    with database.reading() as session:
        (row,) = listed(session, "fuchu", DAY, DAY)
        assert (row.participants, row.source) == (3, "survey")
        assert (row.understanding, row.satisfaction) == ([2, 0, 0, 1], [1, 1, 0, 1])


@pytest.mark.parametrize(
    ("held", "counts", "word"),
    [
        (Class(DAY, ""), COUNTS, "教室の名前"),
        (Class(DAY, "x" * 61), COUNTS, "教室の名前"),
        (Class(DAY, "x", "y" * 61), COUNTS, "場所"),
        (HELD, Counts(0), "参加した人数"),
        (HELD, Counts(1001), "参加した人数"),
        (HELD, Counts(3, (4, 0, 0, 0)), "理解度の合計（4人）"),
        (HELD, Counts(3, (0, 0, 0, 0), (-1, 0, 0, 0)), "満足度"),
        (HELD, Counts(3, (1, 1)), "理解度"),
    ],
)
@pytest.mark.parametrize("source", ["helper"])
def test_what_cannot_be_is_refused(
    database: Database, now: datetime, held: Class, counts: Counts, word: str, source: Source
) -> None:
    with database.writing() as session, pytest.raises(ValueError, match=word):
        record(session, "fuchu", held, counts, source, now)


def test_a_grade_is_one_of_four(database: Database, now: datetime) -> None:
    with database.writing() as session, pytest.raises(ValueError, match="四つの中から"):
        add_answer(session, "fuchu", HELD, 4, 0, now)
