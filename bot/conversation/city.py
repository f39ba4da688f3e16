"""All that answering for one municipality needs, as one immutable value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.intents import Document, Index, PreparedLexicon, Shelf, Thresholds, assemble, build_shelf
from knowledge.catalogue import most_asked
from knowledge.elsewhere import Matter, is_elsewhere, matter_of, matters, matters_with
from knowledge.listings import PackListings, Place, Procedure, SmartphoneClass, visible_procedures
from knowledge.plain_japanese import without_readings
from knowledge.published import Published, VisibleEntry
from knowledge.schema import COMMON, Counter, Entry, Language, Pack
from knowledge.sources import SourceRegister

EASY: Language = "easy"


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
    matters: Mapping[str, Matter] = field(default_factory=lambda: {matter.id: matter for matter in matters()})
    """What is not answered here, by id."""
    frequent: tuple[str, ...] = field(default_factory=most_asked)
    """Topics that are asked most, in order: by the city's own counts, then as everywhere."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    classes: tuple[SmartphoneClass, ...] = ()
    """Sessions of smartphone classes, past ones too; made-up ones only with `with_samples`."""
    places: tuple[Place, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    with_samples: bool = False
    """Whether this is for trying: then made-up classes are shown, marked as such."""
    refusals: Mapping[str, VisibleEntry] = field(default_factory=dict)
    """What staff decided not to answer here, by topic: entries that say whom to ask. They stand in `matters` too."""

    @property
    def name(self) -> str:
        """The city's name, e.g. 国分寺市."""
        return self.pack.name

    def published(self, topic: str) -> VisibleEntry | None:
        """What is published on a topic: its answer, or whom to ask instead."""
        return self.entries.get(topic) or self.refusals.get(topic)

    @property
    def counter(self) -> Counter:
        """Where people are sent when there is no answer: the city's counter, with a telephone if one is known."""
        return self.pack.counter if self.pack.counter.tel else self.hotline


def common_shelf(published: Published, on: date, lexicon: PreparedLexicon) -> Shelf:
    """The common pack's part of every city's index: built once, shared by all."""
    visible = [e for e in published.visible_in(COMMON, on) if e.pack == COMMON]
    known = matters_with(e for e in visible if is_elsewhere(e.entry))
    answered = [_document(e) for e in visible if not is_elsewhere(e.entry)]
    return build_shelf([*answered, *map(_outside, known.values())], lexicon)


def city_knowledge(
    published: Published,
    municipality: str,
    on: date,
    lexicon: PreparedLexicon,
    common: Shelf,
    asked: Sequence[str] = (),
    with_samples: bool = False,
) -> CityKnowledge:
    """Builds the value for one municipality. `asked` are its most asked topics. Raises KeyError for an unknown pack."""
    visible = published.visible_in(municipality, on)
    refusals = {e.entry.topic: e for e in visible if is_elsewhere(e.entry)}
    known = matters_with(refusals.values())
    documents = [
        _outside(known[matter_of(e).id]) if e.entry.topic in refusals else _document(e)
        for e in visible
        if e.pack == municipality
    ]
    own = build_shelf(documents, lexicon, common)
    listings = published.listings.get(municipality, PackListings())
    return CityKnowledge(
        municipality=municipality,
        pack=published.packs[municipality],
        entries={e.entry.topic: e for e in visible if e.entry.topic not in refusals},
        index=assemble([own, common], lexicon, published.release_of(municipality)),
        register=published.register,
        hotline=published.packs[COMMON].counter,
        matters=known,
        thresholds=_thresholds(published.packs[municipality]),
        frequent=tuple(dict.fromkeys((*asked, *most_asked()))),
        classes=tuple(c for c in listings.classes if with_samples or not c.sample),
        places=listings.places,
        procedures=visible_procedures(published.listings.get(COMMON, PackListings()), listings),
        with_samples=with_samples,
        refusals=refusals,
    )


def _thresholds(pack: Pack) -> Thresholds:
    return Thresholds(pack.sureness.answer, pack.sureness.ask) if pack.sureness else Thresholds()


def _document(visible: VisibleEntry) -> Document:
    entry = visible.entry
    ways = (entry.question, *entry.phrasings, *visible.inherited, *_easy_question(entry))
    foreign: dict[str, tuple[str, ...]] = {
        language: (variant.question, *variant.phrasings)
        for language, variant in entry.variants.items()
        if language != EASY
    }
    return Document(
        visible.id, entry.topic, tuple(dict.fromkeys(ways)), "\n".join((entry.answer, *entry.steps)), foreign
    )


def _outside(matter: Matter) -> Document:
    return Document(matter.id, matter.topic, matter.phrasings, foreign=matter.foreign, outside=True)


def _easy_question(entry: Entry) -> tuple[str, ...]:
    """The question in easy Japanese, as somebody would type it: without readings in brackets."""
    variant = entry.variants.get(EASY)
    return (without_readings(variant.question),) if variant else ()
