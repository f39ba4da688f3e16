"""Facts of the register that an entry may rest on: found by their id or by words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from knowledge.schema import COMMON, NationalFact, PlanFact
from knowledge.sources import SourceRegister

MOST = 12

Fact = PlanFact | NationalFact


def find_facts(register: SourceRegister, pack: str, words: str, known: Iterable[str] = ()) -> list[Fact]:
    """Facts of this pack's plan and of national programmes whose id or text has all these words, the plan's first.

    Those that are `known` already, and those that can't be shown by name, are left out.
    """
    wanted = _folded(words).split()
    if not wanted:
        return []
    taken = set(known)
    facts = (fact for fact in register.facts.values() if fact.summary and fact.id not in taken and _usable(fact, pack))
    found = [fact for fact in facts if all(word in _text(fact) for word in wanted)]
    return sorted(found, key=lambda fact: (isinstance(fact, NationalFact), fact.id))[:MOST]


def cited(register: SourceRegister, ids: Iterable[str]) -> list[tuple[str, Fact | None, str]]:
    """Each id with its fact (none: not in the register) and how citizens see it named."""
    return [(name, register.facts.get(name), register.cite([name])) for name in ids]


def _usable(fact: Fact, pack: str) -> bool:
    return isinstance(fact, NationalFact) or (pack != COMMON and fact.pack == pack)


def _text(fact: Fact) -> str:
    more = (fact.publisher,) if isinstance(fact, NationalFact) else (fact.section, *fact.terms)
    return _folded(" ".join((fact.id, fact.summary, *more)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
