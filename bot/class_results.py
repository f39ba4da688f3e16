"""How smartphone classes went: written by the page after class, read by reports. Counts only, nobody's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session, col, select

from bot.tables import ClassResultRow

GRADES = 4
UNDERSTANDING = ("よく分かった", "だいたい分かった", "あまり分からなかった", "分からなかった")
SATISFACTION = ("とても満足", "満足", "やや不満", "不満")
"""The grades, best first; counts stand in this order."""
MOST_PARTICIPANTS = 1_000
NAME_LENGTH = 60
Source = Literal["helper", "survey"]


@dataclass(frozen=True, slots=True)
class Class:
    """A class that was held. `key` is the id of a listed session."""

    held_on: date
    title: str
    place: str = ""
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many took part, and how many gave which grade; fewer may answer than took part."""

    participants: int
    understanding: tuple[int, ...] = (0, 0, 0, 0)
    satisfaction: tuple[int, ...] = (0, 0, 0, 0)


def record(session: Session, municipality: str, held: Class, counts: Counts, source: Source, at: datetime) -> bool:
    """Writes down how a class went. False when the same was written before (a form that was sent twice).

    Raises ValueError with a Japanese sentence for what can't be.
    """
    _check(held, counts)
    same = [row for row in _of_class(session, municipality, held) if row.source == source and _counts(row) == counts]
    if same:
        return False
    session.add(_row(municipality, held, counts, source, at))
    session.flush()
    return True


def add_answer(
    session: Session, municipality: str, held: Class, understanding: int, satisfaction: int, at: datetime
) -> None:
    """Adds one participant's two grades (0 is the best) to the survey of a class. Raises ValueError, as `record`."""
    one = Counts(1, _only(understanding), _only(satisfaction))
    _check(held, one)
    query = _class_query(municipality, held).where(col(ClassResultRow.source) == "survey").with_for_update()
    row = session.exec(query).first()
    if row is None:
        session.add(_row(municipality, held, one, "survey", at))
        session.flush()
        return
    if row.participants >= MOST_PARTICIPANTS:
        raise ValueError("この教室のアンケートは、もう締め切りました。")
    row.participants += 1
    row.understanding = [a + b for a, b in zip(row.understanding, one.understanding, strict=True)]
    row.satisfaction = [a + b for a, b in zip(row.satisfaction, one.satisfaction, strict=True)]


def listed(session: Session, municipality: str, first: date, last: date) -> list[ClassResultRow]:
    """What was written down of classes held from `first` to `last` (both included), oldest first."""
    query = (
        select(ClassResultRow)
        .where(
            col(ClassResultRow.municipality) == municipality,
            col(ClassResultRow.held_on) >= first,
            col(ClassResultRow.held_on) <= last,
        )
        .order_by(col(ClassResultRow.held_on), col(ClassResultRow.id))
    )
    return list(session.exec(query).all())


def _check(held: Class, counts: Counts) -> None:
    if not 0 < len(held.title) <= NAME_LENGTH or len(held.place) > NAME_LENGTH:
        raise ValueError(f"教室の名前を、{NAME_LENGTH}文字までで書いてください（場所も{NAME_LENGTH}文字まで）。")
    if not 1 <= counts.participants <= MOST_PARTICIPANTS:
        raise ValueError(f"参加した人数を、1〜{MOST_PARTICIPANTS:,}の数で書いてください。")
    for name, grades in (("理解度", counts.understanding), ("満足度", counts.satisfaction)):
        if len(grades) != GRADES or min(grades) < 0:
            raise ValueError(f"{name}の人数を、0 以上の数で書いてください。")
        if sum(grades) > counts.participants:
            raise ValueError(
                f"{name}の合計（{sum(grades)}人）が、参加した人数（{counts.participants}人）より多いです。"
            )


def _class_query(municipality: str, held: Class):  # type: ignore[no-untyped-def]  # noqa: ANN202 - SQLModel's generic select
    return (
        select(ClassResultRow)
        .where(
            col(ClassResultRow.municipality) == municipality,
            col(ClassResultRow.held_on) == held.held_on,
            col(ClassResultRow.title) == held.title,
            col(ClassResultRow.place) == held.place,
        )
        .order_by(col(ClassResultRow.id))
    )


def _of_class(session: Session, municipality: str, held: Class) -> Sequence[ClassResultRow]:
    return list(session.exec(_class_query(municipality, held)).all())


def _counts(row: ClassResultRow) -> Counts:
    return Counts(row.participants, tuple(row.understanding), tuple(row.satisfaction))


def _row(municipality: str, held: Class, counts: Counts, source: Source, at: datetime) -> ClassResultRow:
    return ClassResultRow(
        municipality=municipality,
        held_on=held.held_on,
        title=held.title,
        place=held.place,
        participants=counts.participants,
        understanding=list(counts.understanding),
        satisfaction=list(counts.satisfaction),
        source=source,
        class_key=held.key,
        created_at=at,
    )


def _only(grade: int) -> tuple[int, ...]:
    if not 0 <= grade < GRADES:
        raise ValueError("四つの中から、一つずつ選んでください。")
    return tuple(int(number == grade) for number in range(GRADES))
