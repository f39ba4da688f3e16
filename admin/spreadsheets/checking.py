"""The rules that need more than one entry, for the rows of an Excel file: sources, links, phrasings of others. Pure.

The rules are the packs' own (`knowledge.validation`); only what the file brings anew counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from admin.spreadsheets.columns import BY_FIELD, ID
from admin.spreadsheets.comparing import Kind, Verdict
from admin.spreadsheets.reading import Layout
from knowledge.catalogue import catalogue
from knowledge.listings import ReadListings
from knowledge.packs import ReadEntry
from knowledge.published import Published
from knowledge.reading import Document, Location, Problem
from knowledge.schema import Entry
from knowledge.validation import Checked, Rule, allowed_links, known_sources, one_owner_of_a_phrasing

_RULES: tuple[Rule, ...] = (known_sources, allowed_links, one_owner_of_a_phrasing)


@dataclass(frozen=True, slots=True)
class _Sheet(Document):
    """Stands for the file that an entry was read from; its lines are the positions of columns, from 0."""

    layout: Layout | None = field(default=None, repr=False)

    def line_of(self, location: Location) -> int:
        """The position of the column."""
        return 0 if self.layout is None else self.layout.positions[self.layout.field_at(location)]


def with_rules(
    verdicts: Sequence[Verdict], published: Published, packs: Sequence[str], layout: Layout
) -> list[Verdict]:
    """The verdicts; a row whose text breaks a rule that it did not break before is invalid."""
    before = {item.id: (item.pack, item.entry) for item in published.entries if item.pack in packs}
    coming = {v.entry: (v.entry.split("/", 1)[0], Entry.model_validate(v.content)) for v in verdicts if v.content}
    old = {(p.entry, p.message) for p in _problems(before.items(), published, layout)}
    found: dict[str, list[Problem]] = {}
    # What comes anew stands last: a rule about two entries names the later one.
    others = {name: item for name, item in before.items() if name not in coming}
    for problem in _problems({**others, **coming}.items(), published, layout):
        if problem.entry in coming and (problem.entry, problem.message) not in old:
            found.setdefault(problem.entry, []).append(problem)
    return [_judged(verdict, found, layout) for verdict in verdicts]


def _problems(entries: Iterable[tuple[str, tuple[str, Entry]]], published: Published, layout: Layout) -> list[Problem]:
    reads = tuple(ReadEntry(pack, entry, _Sheet("", None, None, layout)) for _, (pack, entry) in entries)
    checked = Checked(published.packs, reads, catalogue(), published.register, ReadListings())
    found = (problem for rule in _RULES for problem in rule(checked) if problem.level == "error")
    sites = {urlsplit(pack.website).hostname for pack in published.packs.values() if pack.website}
    return [problem for problem in found if not _is_own_site(problem, sites)]


def _is_own_site(problem: Problem, sites: Collection[str | None]) -> bool:
    """A city's own website is official too, whatever city it is."""
    link = re.match(r"リンク先 (https://\S+) ", problem.message)
    return link is not None and urlsplit(link[1]).hostname in sites


def _judged(verdict: Verdict, found: Mapping[str, Sequence[Problem]], layout: Layout) -> Verdict:
    if verdict.entry not in found or verdict.content is None:
        return verdict
    names = {position: name for name, position in layout.positions.items()}
    faults = []
    for problem in found[verdict.entry]:
        name = names.get(problem.line, ID)
        header = BY_FIELD[name].header if name in BY_FIELD else ID
        faults.append(f"{layout.cell(name, verdict.row)}: {header}は、{problem.message}")
    return replace(verdict, kind=Kind.INVALID, content=None, theirs=None, conflicts=(), faults=tuple(faults))
