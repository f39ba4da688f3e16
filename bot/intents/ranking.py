"""Which entries may be meant: every visible document is weighed by a few features, best first.

The weights are data (`calibration.json`), learned from asking the packs' own phrasings while they are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate

import numpy as np

from bot.intents.acting import asks_to_act
from bot.intents.calibration import Ranker
from bot.intents.field import Field, Floats, Weights
from bot.intents.foreign import analyse_foreign
from bot.intents.index import JAPANESE, Index, Layer
from bot.intents.meaning import Vectors
from bot.intents.model import Context, Document, Repair, group_of
from bot.intents.owners import names_foreign_owner
from bot.intents.repairing import repaired
from bot.intents.segment import Segment
from bot.intents.situations import NOWHERE, Situation, situations_in

FEATURES = (
    "phrasing",
    "title",
    "coverage",
    "typical",
    "sound",
    "sound_coverage",
    "sound_typical",
    "text",
    "reach",
    "situation",
)
"""What is known of a question and a document, each about 0–1.

phrasing, title: how much of the words the nearest phrasing, and the question in the title, share with it (Dice).
coverage, typical: how much of it the document's phrasings have together, and how many of them.
sound…: the same of pairs of kana. text: BM25F of question and answer. reach: how much of it question and answer have
at all, where a word counts by the square of its rarity and its synonyms not at all. situation: 1 when the document is
written for a situation with the card that the question names, −1 when for others only. Without `reach`, documents with
their question alone: of 303 real municipal queries .442 instead of .485 right at first, of 2,633 of the packs'
phrasings .275 instead of .294.
"""
MEANING = "meaning"
"""One more, where the meaning of texts is known: the cosine of the question and the document."""
CANDIDATES = 12
SHORT = 3
"""Content words up to which a question may be a follow-up."""
SAME_GROUP = 2.0
"""What it then adds to a score that a document is of the same group: e² times as likely."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question prepared for searching: its words (repaired), their weights, its sound."""

    language: str
    words: tuple[str, ...]
    weights: Mapping[str, float]
    sounds: Mapping[str, float]
    repairs: tuple[Repair, ...] = ()
    situations: Situation = NOWHERE
    """The situations with the card that it names."""
    acts: bool = False
    """Whether it asks to have something done instead of how it is done."""
    owner: bool = False
    """Whether it names, in another language than Japanese, whose thing it speaks of that is not the city's."""
    follows: str | None = None
    """The group of what was just spoken of, when the question is so short that it may mean that."""
    meaning: Vectors | None = field(default=None, compare=False)
    """The vector of the whole question, where something knows its language."""

    @property
    def features(self) -> tuple[str, ...]:
        """The names of what can be known of this question and a document."""
        return FEATURES if self.meaning is None else (*FEATURES, MEANING)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document by its number in its segment, what is known of it, and its share of all probability."""

    segment: Segment
    number: int
    features: Mapping[str, float]
    share: float

    @property
    def document(self) -> Document:
        """The document."""
        return self.segment.documents[self.number]


def prepare(text: str, index: Index, language: str = JAPANESE, context: Context | None = None) -> Query:
    """Takes a question apart, as the index's texts were."""
    query = _foreign(text, language) if language != JAPANESE else _japanese(text, index)
    query = replace(query, acts=asks_to_act(text))
    if (sense := index.lexicon.sense_of(language)) is not None:
        query = replace(query, meaning=sense.of(text))
    if context is not None and context.last_topic and len(query.words) <= SHORT:
        return replace(query, follows=group_of(context.last_topic))
    return query


def _foreign(text: str, language: str) -> Query:
    analysis = analyse_foreign(text, language)
    words, weights = analysis.words, dict.fromkeys(analysis.words, 1.0)
    return Query(language, words, weights, dict.fromkeys(analysis.sounds, 1.0), owner=names_foreign_owner(text))


def _japanese(text: str, index: Index) -> Query:
    analysis = index.lexicon.analyse_once(text)
    segments = [layer.segment for layer in index.layers[JAPANESE]]
    typed = [w for w in zip(analysis.words, analysis.readings, strict=True) if w[0] not in index.lexicon.stopwords]
    words, repairs = repaired([w for w, _ in typed], [reading for _, reading in typed], segments, index.lexicon)
    sounds = dict.fromkeys(analysis.sounds, 1.0)
    return Query(JAPANESE, words, index.lexicon.expanded(words), sounds, repairs, situations_in(text))


def rank(query: Query, index: Index, ranker: Ranker) -> list[Ranked]:
    """Candidates, best first."""
    layers = index.layers.get(query.language, ())
    if not layers or not (query.words or query.sounds):
        return []
    features = _all_features(query, layers)
    order, share = _best(_scores(features, layers, ranker, query))
    known = features[:, order].T.tolist()
    return [
        Ranked(*_place(number, layers), dict(zip(query.features, row, strict=True)), float(share[number]))
        for number, row in zip(order, known, strict=True)
    ]


def _scores(features: Floats, layers: Sequence[Layer], ranker: Ranker, query: Query) -> Floats:
    """The score of every document of all layers; −∞ for those that aren't shown or of which nothing fits."""
    weights = np.array([[of[name] for name in query.features] for of in (ranker.taught, ranker.untaught)])
    taught, untaught = weights @ features
    scores = untaught + np.concatenate([layer.segment.taught for layer in layers]) * (taught - untaught)
    if query.follows is not None:
        scores += SAME_GROUP * (np.concatenate([layer.segment.groups for layer in layers]) == query.follows)
    visible = np.concatenate([layer.visible for layer in layers])
    return np.where(visible & features.any(axis=0), scores, -np.inf)


def _best(scores: Floats) -> tuple[list[int], Floats]:
    """Numbers of the best documents, best first, and every document's share of the probability (softmax)."""
    count = min(CANDIDATES, len(scores))
    most = scores.max() if count else -np.inf
    if most == -np.inf:
        return [], scores
    first = np.argpartition(-scores, count - 1)[:count]
    order = first[np.lexsort((first, -scores[first]))]
    likely = np.exp(scores - most)
    return [n for n in order.tolist() if likely[n] > 0], likely / likely.sum()


def _place(number: int, layers: Sequence[Layer]) -> tuple[Segment, int]:
    """The segment of a document that is counted over all layers, and its number there."""
    for layer in layers:
        if number < len(layer.segment.documents):
            return layer.segment, number
        number -= len(layer.segment.documents)
    raise IndexError(number)


def _all_features(query: Query, layers: Sequence[Layer]) -> Floats:
    """One row a feature, one column a document, layer after layer."""
    ends = [0, *accumulate(len(layer.segment.documents) for layer in layers)]
    rows = np.zeros((len(query.features), ends[-1]))
    for layer, start, end in zip(layers, ends, ends[1:], strict=False):
        if end > start:
            _features(query, layer.segment, rows[:, start:end])
    return rows


def _features(query: Query, segment: Segment, rows: Floats) -> None:
    """Writes the features of a segment's documents."""
    (asked, asked_of_all, _, asked_of_texts, asked_of_reach), by_word = segment.by_word.search(query.weights)
    (heard, heard_of_all, _), by_sound = segment.by_sound.search(query.sounds)
    alike = _alike(by_word[0], segment.phrasings, asked)
    np.maximum.reduceat(alike, segment.starts, out=rows[0])
    rows[1] = alike[segment.starts]
    # A word and another that means the same are one word of the question: no document has more than all of it.
    np.minimum(by_word[1] / asked_of_all, 1, out=rows[2])
    np.minimum(by_word[2] / asked_of_all, 1, out=rows[3])
    np.maximum.reduceat(_alike(by_sound[0], segment.sounds, heard), segment.starts, out=rows[4])
    rows[5:7] = by_sound[1] / heard_of_all, by_sound[2] / heard_of_all
    rows[7:9] = by_word[3] / asked_of_texts, by_word[4] / asked_of_reach
    rows[9] = _agreement(query.situations, segment)
    if query.meaning is not None:
        # Not `@`: BLAS would split this little work among threads, with other last digits for another number of them.
        rows[10] = np.einsum("ij,j->i", segment.meanings, query.meaning)


def _agreement(named: Situation, segment: Segment) -> Floats | float:
    """1 for documents written for a situation that the question names, −1 for those written for others only."""
    if not named:
        return 0.0
    here = np.asarray(segment.situations & named.value, dtype=np.bool_)
    return np.where(here, 1.0, np.where(segment.situations != 0, -1.0, 0.0))


def _alike(common: Weights, field: Field, asked: float) -> Weights:
    """Dice of the question and each text, in place of what they have in common: at most all of the question."""
    np.minimum(common, np.float32(asked), out=common)
    common *= 2
    np.divide(common, field.mass + np.float32(asked), out=common)
    return common
