"""Counts from the database: each function is one query on the questions of a city and some days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Row, Select, and_, func, literal, literal_column, or_, union_all
from sqlalchemy import select as columns
from sqlmodel import Session, col

from bot.intents import Decision
from bot.records import UNSOLVED
from bot.statistics.flags import asked_rows, counted_rows, within
from bot.statistics.office_hours import number_of
from bot.statistics.periods import Period, monday_of
from bot.statistics.tally import COUNTED, Tally, together
from bot.tables import UtteranceRow
from knowledge.schema import Opening

_THURSDAY = 3
"""The weekday of 1970-01-01; Monday is 0."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Whose questions of which days; `opening` are the hours of the city's counter, if they are known."""

    municipality: str
    period: Period
    opening: Opening | None = None

    def during(self, period: Period) -> Asking:
        """The same of other days."""
        return Asking(self.municipality, period, self.opening)


@dataclass(frozen=True, slots=True)
class Counted:
    """What was asked, counted every way at once. `subjects` are by entry, "" where none is near; `hours` are questions
    by weekday (Monday is 0) and hour; every day of the period is in `days`, also those on which nobody asked."""

    total: Tally
    days: Mapping[date, Tally]
    channels: Mapping[str, Tally]
    languages: Mapping[str, Tally]
    subjects: Mapping[str, Tally]
    hours: Mapping[tuple[int, int], int]


def counted(session: Session, asking: Asking) -> Counted:
    """All counts in one statement: what is costly to find out of a question is found out once."""
    rows = counted_rows(asking.municipality, asking.period, asking.opening)
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in session.connection().execute(union_all(*_parts(rows))):
        found[row.kind].append(row)
    cells = [((row.number, row.first, row.second), _tally(row)) for row in found["cell"]]
    who = {kind: {row.number or row.first or "": int(row.people) for row in found[kind]} for kind in _WHO}
    days = _rolled(cells, 0, who["day"])
    return Counted(
        total=together((tally for _, tally in cells), who["all"].get("", 0)),
        days={day: days.get(number_of(day), Tally()) for day in asking.period.each_day()},
        channels=_rolled(cells, 1, who["channel"]),
        languages=_rolled(cells, 2, who["language"]),
        subjects={row.first or "": _tally(row) for row in found["subject"]},
        hours={divmod(int(row.number), 24): int(row.questions) for row in found["hour"]},
    )


def total(session: Session, asking: Asking) -> Tally:
    """All questions together, when nothing else is wanted."""
    c = counted_rows(asking.municipality, asking.period, asking.opening).c
    sums = [func.coalesce(func.sum(c[name]), 0).label(name) for name in COUNTED]
    query: Select[Any] = columns(*sums, func.count(c.person.distinct()).label("people"))
    return _tally(session.connection().execute(query).one())


_WHO = ("all", "day", "channel", "language")


def _parts(rows: CTE) -> Iterator[Select[Any]]:
    """Small tables of one shape: counts by day, channel and language; by entry; by hour of the week; and people."""
    c = rows.c
    sums = [func.sum(c[name]).label(name) for name in COUNTED]
    none = [literal(0).label(name) for name in COUNTED]
    people, nobody = func.count(c.person.distinct()).label("people"), literal(0).label("people")
    hour = (c.day + _THURSDAY) % 7 * 24 + c.minute // literal_column("60", Integer)
    by = (c.day, c.channel, c.language)
    yield _part("cell", *by, *sums, nobody).group_by(*by)
    yield _part("subject", literal(0), c.subject, literal(""), *sums, people).group_by(c.subject)
    only = [func.count() if name == "questions" else literal(0) for name in COUNTED]
    yield _part("hour", hour, literal(""), literal(""), *only, nobody).group_by(hour)
    yield _part("all", literal(0), literal(""), literal(""), *none, people)
    yield _part("day", c.day, literal(""), literal(""), *none, people).group_by(c.day)
    yield _part("channel", literal(0), c.channel, literal(""), *none, people).group_by(c.channel)
    yield _part("language", literal(0), c.language, literal(""), *none, people).group_by(c.language)


def _part(kind: str, *key_and_counts: ColumnElement[Any]) -> Select[Any]:
    number, first, second, *counts = key_and_counts
    key = (literal(kind).label("kind"), number.label("number"), first.label("first"), second.label("second"))
    part: Select[Any] = columns(*key, *counts)
    return part


def _rolled(cells: Sequence[tuple[tuple[Any, ...], Tally]], place: int, people: Mapping[Any, int]) -> dict[Any, Tally]:
    found: dict[Any, list[Tally]] = defaultdict(list)
    for key, tally in cells:
        found[key[place]].append(tally)
    return {key: together(tallies, people.get(key, 0)) for key, tallies in sorted(found.items())}


def _tally(row: Row[Any]) -> Tally:
    return Tally(**{name: int(getattr(row, name)) for name in (*COUNTED, "people")})


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A wording that was asked in vain. `id` is the utterance whose (masked) text stands for it."""

    id: str
    times: int
    people: int
    unknown: int
    last_at: datetime

    @property
    def exposed(self) -> int:
        """How many people it speaks of, as `Tally.exposed`."""
        return self.people + self.unknown


def most_unanswered(session: Session, municipality: str, period: Period, limit: int = 10) -> list[Unanswered]:
    """What was asked in vain, most people first; what is not answered here on purpose is left out."""
    u = UtteranceRow
    people = func.count(col(u.person).distinct())
    unknown = func.count() - func.count(col(u.person))
    in_vain = or_(and_(col(u.decision) == Decision.FALLBACK, col(u.matter).is_(None)), col(u.verdict).in_(UNSOLVED))
    query = (
        columns(func.max(col(u.id)), func.count(), people, unknown, func.max(col(u.at)))
        .where(*within(municipality, period), in_vain)
        .group_by(col(u.key))
        .order_by((people + unknown).desc(), func.max(col(u.at)).desc())
        .limit(limit)
    )
    return [Unanswered(*row) for row in session.connection().execute(query)]


def texts_of(session: Session, found: list[Unanswered]) -> Mapping[str, str]:
    """The masked texts of such wordings by id."""
    u = UtteranceRow
    query = columns(col(u.id), col(u.text)).where(col(u.id).in_([item.id for item in found]))
    return {str(number): str(text) for number, text in session.connection().execute(query)}


def weekly(days: Mapping[date, Tally]) -> dict[date, Tally]:
    """The days' counts by the Monday of their week; people are not counted."""
    weeks: dict[date, list[Tally]] = {}
    for day, tally in days.items():
        weeks.setdefault(monday_of(day), []).append(tally)
    return {monday: together(tallies) for monday, tallies in weeks.items()}


def by_group(subjects: Mapping[str, Tally]) -> dict[str, Tally]:
    """Counts by the group of topics, from those by entry; "" where no entry was near.

    `people` are at least so many: the same person may have asked about several entries.
    """
    groups: dict[str, list[Tally]] = {}
    for entry, tally in subjects.items():
        groups.setdefault(group_of_entry(entry), []).append(tally)
    return {group: together(found, max(t.people for t in found)) for group, found in groups.items()}


def group_of_entry(entry: str) -> str:
    """The group of topics in `<pack>/<group>/<topic>`; "" for no entry."""
    parts = entry.split("/")
    return parts[1] if len(parts) == 3 else ""


def plain_days(session: Session, municipality: str, period: Period) -> dict[date, Tally]:
    """Counts by day of what stands in the rows themselves: no typing trouble, no hours, no people."""
    found = _plain(session, municipality, period, "day")
    return {day: found.get(number_of(day), Tally()) for day in period.each_day()}


def plain_subjects(session: Session, municipality: str, period: Period) -> dict[str, Tally]:
    """The same by entry, "" where none is near."""
    return {subject or "": tally for subject, tally in _plain(session, municipality, period, "subject").items()}


def _plain(session: Session, municipality: str, period: Period, by: str) -> dict[Any, Tally]:
    c = asked_rows(municipality, period).c
    names = [name for name in COUNTED if name in c]
    sums = (func.sum(c[name]).label(name) for name in names)
    query = columns(c[by].label("by"), func.count().label("questions"), *sums).group_by(c[by])
    return {
        row.by: Tally(questions=int(row.questions), **{name: int(getattr(row, name)) for name in names})
        for row in session.connection().execute(query)
    }
