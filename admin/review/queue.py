"""The queue: one row for each distinct question, with how many people it was. Nobody's hash leaves this room."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from admin.review.states import CHANNELS, TABS, State
from admin.review.tables import QuestionGroupRow, QuestionMemberRow
from bot.tables import UtteranceRow

PAGE = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the queue is narrowed to; empty means everything. `days` are counted back from now; `assignee` is a
    sign-in name."""

    tab: str = "open"
    cause: str = ""
    channel: str = ""
    language: str = ""
    section: str = ""
    days: int = 0
    assignee: str = ""
    page: int = 1

    @property
    def states(self) -> tuple[State, ...]:
        """The states of the tab."""
        return TABS[self.tab if self.tab in TABS else "open"][1]

    @property
    def narrowed(self) -> bool:
        """Whether something beside the tab is set."""
        return bool(self.cause or self.channel or self.language or self.section or self.days or self.assignee)


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which a group's question was asked, and how often. `sample` is the latest such utterance's id."""

    key: str
    people: int
    times: int
    last_at: datetime
    sample: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A group in the queue. `people` counts known people; `unknown` the times somebody asked whom nobody knows (the
    look-up page and reports from classes remember no one). `shown` is the utterance whose text stands for the group."""

    row: QuestionGroupRow
    people: int
    unknown: int
    times: int
    first_at: datetime
    last_at: datetime
    shown: UtteranceRow
    wordings: tuple[Wording, ...] = ()
    channels: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the queue, and how many groups there are in all."""

    rows: list[Listed] = field(default_factory=list)
    total: int = 0


def find_groups(session: Session, municipality: str, wanted: Wanted, now: datetime) -> Found:
    """A page of groups, most people first."""
    conditions = [col(QuestionGroupRow.state).in_(wanted.states), *_narrowing(wanted, now)]
    return _listed(session, municipality, conditions, PAGE, PAGE * (max(wanted.page, 1) - 1))


def find_listed(session: Session, municipality: str, number: int) -> Listed | None:
    """One group as the queue shows it; None when nothing of it is left."""
    return next(iter(_listed(session, municipality, [col(QuestionGroupRow.id) == number], 1, 0).rows), None)


def _narrowing(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    g, u = QuestionGroupRow, UtteranceRow
    exact = {
        func.coalesce(g.cause, g.proposed): wanted.cause,
        col(u.channel): wanted.channel,
        col(g.language): wanted.language,
        col(g.section): wanted.section,
        col(g.assignee): wanted.assignee,
    }
    since = [col(u.at) >= now - timedelta(days=wanted.days)] if wanted.days else []
    return [*(column == value for column, value in exact.items() if value), *since]


def _listed(
    session: Session, municipality: str, conditions: Sequence[ColumnElement[bool]], limit: int, offset: int
) -> Found:
    g, m, u = QuestionGroupRow, QuestionMemberRow, UtteranceRow
    people = func.count(col(u.person).distinct())
    unknown = func.sum(case((col(u.person).is_(None), 1), else_=0))
    times, last = func.count(), func.max(col(u.at))
    query = (
        columns(col(g.id), people, unknown, times, func.min(col(u.at)), last, func.count().over())
        .join(m, col(m.group_id) == col(g.id))
        .join(u, col(u.id) == col(m.utterance_id))
        .where(col(g.municipality) == municipality, *conditions)
        .group_by(col(g.id))
        .order_by(people.desc(), times.desc(), last.desc(), col(g.id))
        .limit(limit)
        .offset(offset)
    )
    found = session.connection().execute(query).all()
    return Found(_complete(session, [row[:6] for row in found]), found[0][6] if found else 0)


def _complete(session: Session, found: Sequence[Sequence[Any]]) -> list[Listed]:
    numbers: list[int] = [row[0] for row in found]
    rows = {r.id: r for r in session.exec(select(QuestionGroupRow).where(col(QuestionGroupRow.id).in_(numbers))).all()}
    wordings, ways = wordings_of(session, numbers), _ways(session, numbers)
    ids = [wordings[number][0].sample for number in numbers]
    shown = {u.id: u for u in session.exec(select(UtteranceRow).where(col(UtteranceRow.id).in_(ids))).all()}
    return [_row(rows[row[0]], row, shown, wordings[row[0]], ways[row[0]]) for row in found]


def _row(
    group: QuestionGroupRow,
    counts: Sequence[Any],
    shown: Mapping[str, UtteranceRow],
    wordings: tuple[Wording, ...],
    ways: tuple[tuple[str, ...], tuple[str, ...]],
) -> Listed:
    _, people, unknown, times, first, last = counts
    return Listed(group, people, unknown, times, first, last, shown[wordings[0].sample], wordings, *ways)


def wordings_of(session: Session, groups: Sequence[int]) -> Mapping[int, tuple[Wording, ...]]:
    """The wordings of each group, those of most people first."""
    m, u = QuestionMemberRow, UtteranceRow
    last = func.max(col(u.at))
    query = (
        columns(
            col(m.group_id), col(u.key), func.count(col(u.person).distinct()), func.count(), last, func.max(col(u.id))
        )
        .join(u, col(u.id) == col(m.utterance_id))
        .where(col(m.group_id).in_(groups))
        .group_by(col(m.group_id), col(u.key))
    )
    found: dict[int, list[Wording]] = defaultdict(list)
    for group, *wording in session.connection().execute(query):
        found[group].append(_wording(wording))
    return {g: tuple(sorted(of, key=lambda w: (-w.people, -w.times, w.key))) for g, of in found.items()}


def _wording(columns_of_it: Sequence[Any]) -> Wording:
    return Wording(*columns_of_it)


def _ways(session: Session, groups: Sequence[int]) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Through which channels and feeds each group's questions came."""
    m, u = QuestionMemberRow, UtteranceRow
    query = columns(col(m.group_id), col(u.channel), col(m.feed)).join(u, col(u.id) == col(m.utterance_id))
    found: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for group, channel, feed in session.connection().execute(query.where(col(m.group_id).in_(groups)).distinct()):
        found[group][0].add(channel)
        found[group][1].add(feed)
    return {group: (_ordered(channels), tuple(sorted(feeds))) for group, (channels, feeds) in found.items()}


def _ordered(channels: set[str]) -> tuple[str, ...]:
    known = list(CHANNELS)
    return tuple(sorted(channels, key=lambda c: (known.index(c) if c in known else len(known), c)))


def count_tabs(session: Session, municipality: str) -> dict[str, int]:
    """How many groups each tab has."""
    g, m = QuestionGroupRow, QuestionMemberRow
    query = (
        columns(col(g.state), func.count())
        .where(col(g.municipality) == municipality, exists().where(col(m.group_id) == col(g.id)))
        .group_by(col(g.state))
    )
    counts: dict[str, int] = {state: count for state, count in session.connection().execute(query)}  # noqa: C416
    return {tab: sum(counts.get(state, 0) for state in states) for tab, (_, states) in TABS.items()}


def choices(session: Session, municipality: str) -> Mapping[str, list[str]]:
    """The languages and sections that groups have: what can be chosen to narrow the queue."""
    g = QuestionGroupRow
    return {
        name: [value for value in session.exec(_distinct(column, municipality)).all() if value]
        for name, column in (("language", g.language), ("section", g.section))
    }


def _distinct(column: str, municipality: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - an SQL expression
    return select(column).where(QuestionGroupRow.municipality == municipality).distinct().order_by(col(column))
