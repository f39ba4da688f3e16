"""The counts, against a recount of the raw rows that shares nothing with them."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import text

from bot.statistics.counting import (
    Asking,
    by_group,
    counted,
    most_unanswered,
    plain_days,
    plain_subjects,
    total,
    weekly,
)
from bot.statistics.periods import Period
from bot.tables import UtteranceRow
from knowledge.database import Database

CITY = "kokubunji"
PERIOD = Period(date(2026, 10, 26), date(2026, 11, 8))
JST = timezone(timedelta(hours=9))


def _row(number: int, chance: random.Random) -> UtteranceRow:
    decision = chance.choice(["answer", "answer", "answer", "ask", "fallback"])
    channel = chance.choice(["line", "line", "lookup", "class"])
    verdicts = {"answer": [None, "solved", "not solved"], "ask": [None, "chosen", "none of these"], "fallback": [None]}
    verdict = chance.choice(verdicts[decision])
    reason = "common/counters/where" if verdict == "chosen" else None
    if channel == "class" and chance.random() < 0.2:
        verdict, reason = "none of these", "helper report"
    first = chance.choice(["kokubunji/smartphone-class/find", "common/payment/pay", "common/counters/where"])
    return UtteranceRow(
        id=f"u{number:04}",
        municipality=chance.choice([CITY, CITY, CITY, "oyama"]),
        channel=channel,
        at=datetime(2026, 10, 25, 12, tzinfo=UTC) + timedelta(seconds=chance.randrange(16 * 86400) // 240 * 240),
        person=f"person-{chance.randrange(12)}" if channel == "line" else None,
        text="質問",
        key=chance.choice(["あ", "質問", "べつの質問", "もう一つ"]),
        decision=decision,
        entry=first if decision == "answer" else None,
        candidates=[{"entry": first, "confidence": 0.5}] if chance.random() < 0.7 else [],
        verdict=verdict,
        reason=reason,
        language=chance.choice(["ja", "ja", "en"]),
        repaired=chance.random() < 0.1,
        matter=chance.choice([None, "garbage"]) if decision == "fallback" else None,
    )


@pytest.fixture
def rows(database: Database) -> list[dict[str, Any]]:
    """Made-up rows in the database, read back by plain SQL."""
    chance = random.Random(7)
    with database.writing() as session:
        session.add_all([_row(number, chance) for number in range(900)])
    with database.reading() as session:
        found = session.connection().execute(text("SELECT * FROM utterance ORDER BY at, id")).mappings().all()
    return [{**row, "at": _moment(row["at"]), "candidates": _candidates(row["candidates"])} for row in found]


def _moment(value: object) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(JST)


def _candidates(value: object) -> list[dict[str, Any]]:
    return json.loads(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _asked(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        r
        for r in rows
        if r["municipality"] == CITY
        and PERIOD.first <= r["at"].date() <= PERIOD.last
        and r["reason"] != "helper report"
    ]


def _failed(row: dict[str, Any]) -> bool:
    if row["verdict"] in ("chosen", "solved"):
        return False
    return row["decision"] != "answer" or row["verdict"] in ("none of these", "not solved")


def _in_trouble(rows: Sequence[dict[str, Any]]) -> set[str]:
    """Three failures in a row of one person within ten minutes; slips; a single character."""
    found = {r["id"] for r in rows if r["repaired"] or len(r["key"]) <= 1}
    of: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["person"]:
            of[row["person"]].append(row)
    for mine in of.values():
        for three in zip(mine, mine[1:], mine[2:], strict=False):
            if all(map(_failed, three)) and (three[2]["at"] - three[0]["at"]).total_seconds() <= 600:
                found |= {r["id"] for r in three}
    return found


def _closed(moment: datetime) -> bool:
    """Weekdays 8:30 to 17:15; 3 November is a holiday."""
    minute = moment.hour * 60 + moment.minute
    return moment.weekday() > 4 or moment.date() == date(2026, 11, 3) or not 510 <= minute < 1035


def _expected(rows: Sequence[dict[str, Any]], trouble: set[str]) -> dict[str, int]:
    def times(condition: Any) -> int:
        return sum(1 for row in rows if condition(row))

    return {
        "questions": len(rows),
        "answered": times(lambda r: r["decision"] == "answer"),
        "asked_back": times(lambda r: r["decision"] == "ask"),
        "referred": times(lambda r: r["decision"] == "fallback" and r["matter"]),
        "unanswered": times(lambda r: r["decision"] == "fallback" and not r["matter"]),
        "chosen": times(lambda r: r["decision"] == "ask" and r["verdict"] == "chosen"),
        "none_of_these": times(lambda r: r["verdict"] == "none of these"),
        "solved": times(lambda r: r["verdict"] == "solved"),
        "unsolved": times(lambda r: r["verdict"] == "not solved"),
        "typing": times(lambda r: r["id"] in trouble),
        "out_of_hours": times(lambda r: _closed(r["at"])),
        "unknown": times(lambda r: not r["person"]),
        "people": len({r["person"] for r in rows if r["person"]}),
    }


def _subject(row: dict[str, Any]) -> str:
    picked = row["reason"] if row["verdict"] == "chosen" else None
    near = row["candidates"][0]["entry"] if row["candidates"] and not row["matter"] else ""
    return row["entry"] or picked or near


def _told(tally: Any) -> dict[str, int]:
    return {name: getattr(tally, name) for name in _expected([], set())}


def test_every_count_agrees_with_a_recount_of_the_rows(database: Database, rows: list[dict[str, Any]]) -> None:
    asked = _asked(rows)
    trouble = _in_trouble(asked)
    with database.reading() as session:
        found = counted(session, Asking(CITY, PERIOD))
        alone = total(session, Asking(CITY, PERIOD))
    assert found.total == alone
    assert _told(found.total) == _expected(asked, trouble)
    assert found.total.typing > 20
    keys = {
        "days": (found.days, lambda r: r["at"].date()),
        "channels": (found.channels, lambda r: r["channel"]),
        "languages": (found.languages, lambda r: r["language"]),
        "subjects": (found.subjects, _subject),
    }
    for tallies, key in keys.values():
        assert {k: _told(t) for k, t in tallies.items() if t.questions} == {
            value: _expected([r for r in asked if key(r) == value], trouble) for value in {key(r) for r in asked}
        }
    assert list(found.days) == list(PERIOD.each_day())
    hours: dict[tuple[int, int], int] = defaultdict(int)
    for row in asked:
        hours[row["at"].weekday(), row["at"].hour] += 1
    assert dict(found.hours) == dict(hours)


def test_weeks_groups_and_plain_counts_add_up_to_the_same(database: Database, rows: list[dict[str, Any]]) -> None:
    asked = _asked(rows)
    with database.reading() as session:
        found = counted(session, Asking(CITY, PERIOD))
        days, subjects = plain_days(session, CITY, PERIOD), plain_subjects(session, CITY, PERIOD)
    assert {m: t.questions for m, t in weekly(found.days).items()} == {
        monday: sum(r["at"].date() - timedelta(r["at"].weekday()) == monday for r in asked)
        for monday in (date(2026, 10, 26), date(2026, 11, 2))
    }
    groups = by_group(found.subjects)
    assert sum(t.answered for t in groups.values()) == found.total.answered
    assert set(groups) == {"", "smartphone-class", "payment", "counters"}
    assert {day: t.answered for day, t in days.items()} == {day: t.answered for day, t in found.days.items()}
    assert {s: t.chosen for s, t in subjects.items()} == {s: t.chosen for s, t in found.subjects.items()}


def test_what_was_asked_in_vain_is_counted_by_people(database: Database, rows: list[dict[str, Any]]) -> None:
    asked = _asked(rows)
    with database.reading() as session:
        found = {item.times: item for item in most_unanswered(session, CITY, PERIOD)}
    for key in ("あ", "質問", "べつの質問", "もう一つ"):
        mine = [
            r
            for r in asked
            if r["key"] == key
            and ((r["decision"] == "fallback" and not r["matter"]) or r["verdict"] in ("none of these", "not solved"))
        ]
        item = found[len(mine)]
        assert item.people == len({r["person"] for r in mine if r["person"]})
        assert item.unknown == sum(not r["person"] for r in mine)


def test_a_city_without_questions_has_zeros(database: Database) -> None:
    with database.reading() as session:
        found = counted(session, Asking("fuchu", PERIOD))
    assert found.total.questions == found.total.people == 0
    assert found.total.answer_rate.value is None
    assert len(found.days) == 14
