"""All that answering for one municipality needs, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.intents import Document, Index, Lexicon, Thresholds, build_index
from knowledge.published import Published, VisibleEntry
from knowledge.schema import COMMON, Counter, Entry, Pack
from knowledge.sources import SourceRegister


@dataclass(frozen=True, slots=True)
class CityKnowledge:
    """A release as one municipality sees it on one day."""

    municipality: str
    pack: Pack
    entries: Mapping[str, VisibleEntry]
    """By topic."""
    index: Index
    register: SourceRegister
    hotline: Counter
    """The national line, for cities whose own number nobody has filled in."""
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def name(self) -> str:
        """The city's name, e.g. 国分寺市."""
        return self.pack.name

    @property
    def counter(self) -> Counter:
        """Where people are sent when there is no answer: the city's counter, with a telephone if one is known."""
        return self.pack.counter if self.pack.counter.tel else self.hotline


def city_knowledge(published: Published, municipality: str, on: date, lexicon: Lexicon) -> CityKnowledge:
    """Builds the value for one municipality. Raises KeyError when there is no such pack."""
    visible = published.visible_in(municipality, on)
    return CityKnowledge(
        municipality=municipality,
        pack=published.packs[municipality],
        entries={e.entry.topic: e for e in visible},
        index=build_index([_document(e) for e in visible], lexicon, published.release),
        register=published.register,
        hotline=published.packs[COMMON].counter,
    )


def _document(visible: VisibleEntry) -> Document:
    entry = visible.entry
    ways = (entry.question, *entry.phrasings, *visible.inherited, *_foreign_ways(entry))
    return Document(visible.id, entry.topic, tuple(dict.fromkeys(ways)), "\n".join((entry.answer, *entry.steps)))


def _foreign_ways(entry: Entry) -> tuple[str, ...]:
    return tuple(way for v in entry.variants.values() for way in (v.question, *v.phrasings))
