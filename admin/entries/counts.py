"""How often each answer was given and what people said of it: one query each for a whole city."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func
from sqlalchemy import select as columns
from sqlmodel import Session, col

from bot.tables import UtteranceRow

SINCE = timedelta(days=90)
FEW = 5
"""Verdicts below which a share says nothing."""
TOO_MANY = 0.3
"""The share of 「しなかった」 above which an answer needs a look."""


@dataclass(frozen=True, slots=True)
class Use:
    """How often an answer was given in the last 90 days, and the verdicts of people on it."""

    given: int = 0
    solved: int = 0
    unsolved: int = 0

    @property
    def low_rated(self) -> bool:
        """Whether too many said that it did not help."""
        verdicts = self.solved + self.unsolved
        return verdicts >= FEW and self.unsolved / verdicts > TOO_MANY


def uses(session: Session, municipality: str, now: datetime) -> Mapping[str, Use]:
    """Entry id -> how it was used in the last 90 days; what nobody was shown is not in it."""
    query = (
        columns(col(UtteranceRow.entry), func.count(), _verdicts("solved"), _verdicts("not solved"))
        .where(
            col(UtteranceRow.municipality) == municipality,
            col(UtteranceRow.entry).is_not(None),
            col(UtteranceRow.at) > now - SINCE,
        )
        .group_by(col(UtteranceRow.entry))
    )
    return {str(entry): Use(*counts) for entry, *counts in session.connection().execute(query)}


def _verdicts(verdict: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - an SQL expression
    return func.coalesce(func.sum(case((col(UtteranceRow.verdict) == verdict, 1), else_=0)), 0)
