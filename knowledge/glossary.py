"""Words of the smartphone, explained in a sentence or two: for classes, and under answers that contain them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter

from knowledge.own_files import read_own
from knowledge.schema import Strict

FILE = Path(__file__).parent / "glossary.yaml"

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]


class Term(Strict):
    """A word with its meaning in plain Japanese; `also` are other spellings and near words it explains as well."""

    word: Name
    category: Name
    also: tuple[Name, ...] = ()
    meaning: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


@cache
def glossary() -> tuple[Term, ...]:
    """All words, category by category. Raises pydantic's ValidationError for a faulty file."""
    return TypeAdapter(tuple[Term, ...]).validate_python(read_own(FILE))
