"""The index of one municipality: an immutable value made of shared segments, the city's own before the common one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bot.intents.foreign import analyse_foreign
from bot.intents.lexicon import PreparedLexicon
from bot.intents.model import Document
from bot.intents.segment import Segment, build_segment

JAPANESE = "ja"
Shelf = Mapping[str, Segment]
"""One pack's segments, by language."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A segment, and which of its documents this municipality shows."""

    segment: Segment
    visible: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Index:
    """Everything recognition needs of a published state. `release` tells which one."""

    release: int
    lexicon: PreparedLexicon
    layers: Mapping[str, tuple[Layer, ...]]

    def documents(self, language: str = JAPANESE) -> Iterator[Document]:
        """The documents that can be found in a language."""
        for layer in self.layers.get(language, ()):
            yield from (d for d, shown in zip(layer.segment.documents, layer.visible, strict=True) if shown)

    def by_topic(self, topic: str) -> Document | None:
        """The document of a topic, or None."""
        return next((d for d in self.documents() if d.topic == topic), None)

    def exactly(self, text: str, language: str) -> Document | None:
        """The one document that has just this (compact) phrasing; None when none or several have it."""
        found = [
            layer.segment.documents[number]
            for layer in self.layers.get(language, ())
            for number in layer.segment.exact.get(text, ())
            if layer.visible[number]
        ]
        return found[0] if len(found) == 1 else None

    def exactly_in_any(self, text: str, language: str) -> tuple[Document | None, str]:
        """The document with just this phrasing, and the language it is in: the one that was detected, or else another.

        A few words are too short to tell their language, but not to be known. Chinese is left out: what is written in
        characters that Japanese has too was told from Japanese by the rules already.
        """
        for tried in (language, *(other for other in self.layers if other not in (language, "zh"))):
            if (document := self.exactly(text, tried)) is not None:
                return document, tried
        return None, language


def build_shelf(documents: Sequence[Document], lexicon: PreparedLexicon, base: Shelf | None = None) -> Shelf:
    """The segments of one pack. `base` is the pack that stands beside it in every index (the common one)."""
    below = base or {}
    base_ja, sense = below.get(JAPANESE), lexicon.sense_of(JAPANESE)
    shelf = {JAPANESE: build_segment(documents, lexicon.analyse, lexicon.stopwords, base_ja, sense)}
    for language in sorted({language for d in documents for language in d.foreign}):
        written = [
            Document(d.entry, d.topic, d.foreign[language], outside=d.outside)
            for d in documents
            if language in d.foreign
        ]
        analyse = partial(analyse_foreign, language=language)
        shelf[language] = build_segment(written, analyse, frozenset(), below.get(language), lexicon.sense_of(language))
    return shelf


def assemble(shelves: Iterable[Shelf], lexicon: PreparedLexicon, release: int = 0) -> Index:
    """An index of packs, the nearest first: a topic of an earlier shelf hides the same topic of a later one."""
    layers: dict[str, list[Layer]] = defaultdict(list)
    taken: set[str] = set()
    for shelf in shelves:
        for language, segment in shelf.items():
            visible = np.array([d.topic not in taken for d in segment.documents], dtype=bool)
            layers[language].append(Layer(segment, visible))
        taken |= {d.topic for d in shelf[JAPANESE].documents}
    return Index(release, lexicon, {language: tuple(found) for language, found in layers.items()})


def build_index(documents: Sequence[Document], lexicon: PreparedLexicon, release: int = 0) -> Index:
    """An index of documents that all stand in one pack."""
    return assemble([build_shelf(documents, lexicon)], lexicon, release)
