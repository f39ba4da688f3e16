"""The register of sources: what each answer rests on, and how a citizen sees it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.reading import Document, Problem, parse_at, read_document
from knowledge.schema import NationalFact, Plan, PlanFact

DIRECTORY = Path(__file__).parent / "sources"
"""Where the register is kept; file names are pack ids, `national-*` or `service`."""


@dataclass(frozen=True, slots=True)
class SourceRegister:
    """All facts by id, and the plan of each pack."""

    facts: Mapping[str, PlanFact | NationalFact] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)

    def cite(self, source_ids: Iterable[str]) -> str:
        """The line under an answer, e.g. 「国分寺市行政デジタル化推進計画（令和4年6月）、デジタル庁」.

        Unknown ids are left out; the empty string means that nothing can be named.
        """
        names = dict.fromkeys(name for i in source_ids if (name := self._name(i)))
        return "、".join(names)

    def _name(self, source_id: str) -> str:
        fact = self.facts.get(source_id)
        if isinstance(fact, NationalFact):
            return fact.publisher
        if fact is None or fact.pack not in self.plans:
            return ""
        plan = self.plans[fact.pack]
        return f"{plan.title}（{plan.date}）"

    def figures(self, source_ids: Iterable[str]) -> str:
        """Everything the cited facts say, as one text: the place to look a number up in."""
        parts: list[str] = []
        for fact in (self.facts[i] for i in source_ids if i in self.facts):
            parts.append(fact.summary)
            parts.extend(fact.terms if isinstance(fact, PlanFact) else (fact.as_of,))
        return "\n".join(parts)


def read_facts(directory: Path = DIRECTORY) -> tuple[dict[str, PlanFact | NationalFact], list[Problem]]:
    """Reads the register. Returns facts by id and every fault found on the way."""
    facts: dict[str, PlanFact | NationalFact] = {}
    problems: list[Problem] = []
    for path in sorted(directory.glob("*.yaml")):
        document, faults = read_document(path, f"sources/{path.name}")
        problems += faults
        if document is None:
            continue
        for number, content in enumerate(document.content or []):
            fact, faults = _read_fact(document, path.stem, number, content)
            problems += faults
            if fact is not None and fact.id in facts:
                problems.append(Problem(document.file, document.line_of((number,)), fact.id, "id が二度あります"))
            elif fact is not None:
                facts[fact.id] = fact
    return facts, problems


def _read_fact(
    document: Document, stem: str, number: int, content: dict[str, object]
) -> tuple[PlanFact | NationalFact | None, list[Problem]]:
    name = str(content.get("id"))
    if stem == "service" or stem.startswith("national"):
        return parse_at(NationalFact, document, content, (number,), name)
    return parse_at(PlanFact, document, {"pack": stem, **content}, (number,), name)
