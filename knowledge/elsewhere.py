"""What people ask that is not answered here, and whom to ask instead: garbage, libraries, credit cards.

Such a question is recognised as such, so that nobody is given an entry that only sounds alike.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import StringConstraints

from knowledge.schema import Phrasing, Strict

DIRECTORY = Path(__file__).parent / "elsewhere"

_Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=25)]


class Matter(Strict):
    """Something that is not answered here. `counter` is whom to ask; None where nobody fits (jokes, the weather)."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,50}$")]
    name: _Short
    counter: _Short | None = None
    phrasings: Annotated[tuple[Phrasing, ...], "at least one"]


@cache
def matters() -> tuple[Matter, ...]:
    """All of them, in the order of files and rows. Raises ValueError for two with one id."""
    rows = [
        row for path in sorted(DIRECTORY.glob("*.yaml")) for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    found = tuple(Matter.model_validate(row) for row in rows)
    if len({matter.id for matter in found}) != len(found):
        raise ValueError("knowledge/elsewhere: an id stands twice")
    return found
