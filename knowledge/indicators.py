"""The catalogue of indicators: 活動指標 and 成果指標 that plans name, and the service's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints, TypeAdapter

from knowledge.own_files import read_own
from knowledge.schema import PackId, SourceId, Strict

FILE = Path(__file__).parent / "indicators.yaml"
Counting = Literal[
    "class-sessions", "class-participants", "class-understanding", "class-satisfaction", "places-terminal",
    "places-wifi", "questions-answered", "procedures-guided",
]  # fmt: skip
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Indicator(Strict):
    """One indicator. `total` is how months make a year: summed up, the latest, or a share of all answers.

    `plans` are the facts of the plans that name it; `counted` is how the program counts it, None where staff enter it.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,59}$")]
    name: Name
    kind: Literal["activity", "outcome"]
    unit: Annotated[str, StringConstraints(min_length=1, max_length=5)]
    total: Literal["sum", "latest", "share"]
    counted: Counting | None = None
    plans: Mapping[PackId, SourceId] = {}
    note: str = ""

    @property
    def kind_name(self) -> str:
        """What plans call its kind."""
        return "活動指標" if self.kind == "activity" else "成果指標"


@cache
def indicators() -> tuple[Indicator, ...]:
    """All of them, in order. Raises pydantic's ValidationError, or ValueError for two with one id."""
    found = TypeAdapter(tuple[Indicator, ...]).validate_python(read_own(FILE))
    if len({indicator.id for indicator in found}) != len(found):
        raise ValueError("knowledge/indicators.yaml: an id stands twice")
    return found


def find_indicator(name: str) -> Indicator | None:
    """The indicator of an id; None for what is none."""
    return next((indicator for indicator in indicators() if indicator.id == name), None)
