"""What people ask that is not answered here, and whom to ask instead: garbage, libraries, credit cards.

Such a question is recognised as such, so that nobody is given an entry that only sounds alike. A catalogue of such
matters comes with the program; a pack's own are entries of the group `elsewhere`, published and undone like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from knowledge.own_files import read_own
from knowledge.published import VisibleEntry
from knowledge.schema import ELSEWHERE, Action, Entry, Phrasing, Strict

DIRECTORY = Path(__file__).parent / "elsewhere"

_Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class Matter(Strict):
    """Something that is not answered here. `counter` is whom to ask; None where nobody fits (jokes, the weather).

    Of a pack's own matter there is more: `actions` to that counter, what is said (`says`, by language, as far as
    somebody wrote it), and how it is asked for in other languages (`foreign`).
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,69}$")]
    name: _Short
    counter: _Short | None = None
    phrasings: Annotated[tuple[Phrasing, ...], "at least one"]
    actions: tuple[Action, ...] = ()
    says: dict[str, str] = Field(default_factory=dict)
    foreign: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def topic(self) -> str:
        """The topic under which a pack may have an entry for it."""
        return f"{ELSEWHERE}/{self.id}"

    @property
    def tel(self) -> str | None:
        """The counter's telephone, if one is known."""
        return next((action.value for action in self.actions if action.kind == "tel"), None)


@cache
def matters() -> tuple[Matter, ...]:
    """All of them, in the order of files and rows. Raises ValueError for two with one id."""
    rows = [row for path in sorted(DIRECTORY.glob("*.yaml")) for row in read_own(path)]
    found = tuple(Matter.model_validate(row) for row in rows)
    if len({matter.id for matter in found}) != len(found):
        raise ValueError("knowledge/elsewhere: an id stands twice")
    return found


def is_elsewhere(entry: Entry) -> bool:
    """Whether an entry answers nothing, but says whom to ask."""
    return entry.group == ELSEWHERE


def matters_with(visible: Iterable[VisibleEntry]) -> Mapping[str, Matter]:
    """The catalogue with a pack's own matters, by id. One of its own in place of the catalogue's is known by the
    catalogue's phrasings too."""
    found = {matter.id: matter for matter in matters()}
    for own in map(matter_of, visible):
        known = found[own.id].phrasings if own.id in found else ()
        found[own.id] = own.model_copy(update={"phrasings": tuple(dict.fromkeys((*own.phrasings, *known)))})
    return found


def matter_of(visible: VisibleEntry) -> Matter:
    """The matter that an entry of the group stands for: its section is the counter, its answer what is said."""
    entry = visible.entry
    stale = entry.stale_variants()
    fresh = {language: variant for language, variant in entry.variants.items() if language not in stale}
    foreign: dict[str, tuple[str, ...]] = {
        lang: (v.question, *v.phrasings) for lang, v in entry.variants.items() if lang != "easy"
    }
    return Matter(
        id=entry.topic.split("/", 1)[1],
        name=entry.question,
        counter=entry.section,
        phrasings=tuple(dict.fromkeys((entry.question, *entry.phrasings, *visible.inherited))),
        actions=tuple(action for action in entry.actions if action.kind != "ask"),
        says={"ja": entry.answer, **{language: variant.answer for language, variant in fresh.items()}},
        foreign=foreign,
    )
