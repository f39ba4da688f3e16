"""How smartphone classes went, each held class counted once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.statistics.shares import Share
from bot.tables import ClassResultRow

GOOD = 2
"""The first so many of the four grades are good ones."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes that were held, who came, and what they said."""

    sessions: int
    participants: int
    understanding: Share
    satisfaction: Share


def classes_of(rows: Iterable[ClassResultRow]) -> Classes:
    """Counts each class once: by what the helper wrote last, else by the survey; grades from where more people gave
    them, as the two may be the same people."""
    held: dict[tuple[object, ...], list[ClassResultRow]] = {}
    for row in rows:
        held.setdefault((row.held_on, row.title, row.place), []).append(row)
    return Classes(
        sessions=len(held),
        participants=sum(map(_came, held.values())),
        understanding=_good([_most_said([row.understanding for row in found]) for found in held.values()]),
        satisfaction=_good([_most_said([row.satisfaction for row in found]) for found in held.values()]),
    )


def _came(rows: Sequence[ClassResultRow]) -> int:
    written = [row for row in rows if row.source == "helper"]
    return written[-1].participants if written else max(row.participants for row in rows)


def _most_said(grades: Sequence[Sequence[int]]) -> Sequence[int]:
    return max(grades, key=sum)


def _good(grades: Sequence[Sequence[int]]) -> Share:
    return Share(sum(sum(g[:GOOD]) for g in grades), sum(map(sum, grades)))
