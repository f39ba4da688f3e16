"""Which entries may be meant: every visible document is weighed by a few features, best first.

The weights are data (`calibration.json`), learned from asking the packs' own phrasings while they are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bot.intents.calibration import Ranker
from bot.intents.field import Field, Floats
from bot.intents.foreign import analyse_foreign
from bot.intents.index import JAPANESE, Index, Layer
from bot.intents.meaning import Vectors
from bot.intents.model import Context, Document, Repair, group_of
from bot.intents.repairing import repaired
from bot.intents.segment import Segment

FEATURES = ("phrasing", "title", "coverage", "typical", "sound", "sound_coverage", "sound_typical", "text", "reach")
"""What is known of a question and a document, each about 0–1.

phrasing, title: how much of the words the nearest phrasing, and the question in the title, share with it (Dice).
coverage, typical: how much of it the document's phrasings have together, and how many of them.
sound…: the same of pairs of kana. text: BM25F of question and answer. reach: how much of it question and answer have
at all, where a word counts by the square of its rarity and its synonyms not at all. Without `reach`, documents with
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
    if (sense := index.lexicon.sense_of(language)) is not None:
        query = replace(query, meaning=sense.of(text))
    if context is not None and context.last_topic and len(query.words) <= SHORT:
        return replace(query, follows=group_of(context.last_topic))
    return query


def _foreign(text: str, language: str) -> Query:
    analysis = analyse_foreign(text, language)
    words, weights = analysis.words, dict.fromkeys(analysis.words, 1.0)
    return Query(language, words, weights, dict.fromkeys(analysis.sounds, 1.0))


def _japanese(text: str, index: Index) -> Query:
    analysis = index.lexicon.analyse_once(text)
    segments = [layer.segment for layer in index.layers[JAPANESE]]
    words, repairs = repaired([w for w in analysis.words if w not in index.lexicon.stopwords], segments, index.lexicon)
    sounds = dict.fromkeys(analysis.sounds, 1.0)
    return Query(JAPANESE, words, index.lexicon.expanded(words), sounds, repairs)


def rank(query: Query, index: Index, ranker: Ranker) -> list[Ranked]:
    """Candidates, best first."""
    layers = index.layers.get(query.language, ())
    if not layers or not (query.words or query.sounds):
        return []
    weights = np.array([[of[name] for name in query.features] for of in (ranker.taught, ranker.untaught)])
    features = [_features(query, layer.segment) for layer in layers]
    scores = np.concatenate([_score(f, layer, weights, query) for f, layer in zip(features, layers, strict=True)])
    order, share = _best(scores)
    return [Ranked(*_pick(n, query, layers, features), float(share[n])) for n in order]


def _score(features: Floats, layer: Layer, weights: Floats, query: Query) -> Floats:
    taught, untaught = (features @ weights.T).T
    scores = layer.segment.taught * taught + (1 - layer.segment.taught) * untaught
    if query.follows is not None:
        scores += SAME_GROUP * (layer.segment.groups == query.follows)
    scores[~layer.visible | ~features.any(axis=1)] = -np.inf
    return np.asarray(scores, dtype=np.float64)


def _best(scores: Floats) -> tuple[list[int], Floats]:
    """Numbers of the best documents, best first, and every document's share of the probability (softmax)."""
    count = min(CANDIDATES, len(scores))
    if not count or not np.isfinite(scores.max()):
        return [], scores
    first = np.argpartition(-scores, count - 1)[:count]
    order = first[np.lexsort((first, -scores[first]))]
    likely = np.exp(scores - scores.max())
    return [int(n) for n in order if np.isfinite(scores[n])], likely / likely.sum()


def _pick(
    number: int, query: Query, layers: Sequence[Layer], features: Sequence[Floats]
) -> tuple[Segment, int, Mapping[str, float]]:
    """The document with this number, counted over all layers: its segment, its place there, its features."""
    for layer, rows in zip(layers, features, strict=True):
        if number < len(rows):
            return layer.segment, number, dict(zip(query.features, rows[number].tolist(), strict=True))
        number -= len(rows)
    raise IndexError(number)


def _features(query: Query, segment: Segment) -> Floats:
    """One row a document, one column a feature."""
    if not segment.documents:
        return np.zeros((0, len(query.features)))
    asked, asked_of_all, _, asked_of_texts = segment.by_word.weight_of(dict.fromkeys(query.words))
    heard, heard_of_all, _ = segment.by_sound.weight_of(query.sounds)
    phrasings, coverage, typical, texts = segment.by_word.scores(query.weights)
    sounds, sound_coverage, sound_typical = segment.by_sound.scores(query.sounds)
    alike = 2 * phrasings / (asked + segment.phrasings.mass)
    alike_in_sound = 2 * sounds / (heard + segment.sounds.mass)
    rows = np.empty((len(query.features), len(segment.documents)))
    rows[0] = np.maximum.reduceat(alike, segment.starts)
    rows[1] = alike[segment.starts]
    rows[2], rows[3] = coverage / asked_of_all, typical / asked_of_all
    rows[4] = np.maximum.reduceat(alike_in_sound, segment.starts)
    rows[5], rows[6] = sound_coverage / heard_of_all, sound_typical / heard_of_all
    rows[7] = texts / asked_of_texts
    rows[8] = _reach(query, segment)
    if query.meaning is not None:
        # Not `@`: BLAS would split this little work among threads, with other last digits for another number of them.
        rows[9] = np.einsum("ij,j->i", segment.meanings, query.meaning)
    return rows.T


def _reach(query: Query, segment: Segment) -> Floats:
    words = dict.fromkeys(query.words, 1.0)
    (found,) = segment.by_reach.scores(words)
    return found / segment.by_reach.weight_of(words)[0]


def rarest_missing(query: Query, ranked: Ranked) -> float:
    """How rare the rarest word of the question is that the document has in none of its phrasings nor in its answer.

    0–1; one telling word that is missing (電子レンジ) says more than many that fit.
    """
    fields = (ranked.segment.all_words, ranked.segment.texts)
    missing = [w for w in query.words if not any(_has(field, w, ranked.number) for field in fields)]
    phrasings = ranked.segment.phrasings
    return max((phrasings.weight_of([w]) for w in missing), default=0.0) / phrasings.rarest


def _has(field: Field, word: str, number: int) -> bool:
    numbers = field.numbers.get(word)
    return numbers is not None and bool((numbers == number).any())


def unknown_share(query: Query, index: Index) -> float:
    """How much of the question's words no phrasing has, 0–1 by weight."""
    fields = [layer.segment.phrasings for layer in index.layers.get(query.language, ())]
    words = dict.fromkeys(query.words)
    if not words or not fields:
        return 0.0
    unknown = [w for w in words if not any(w in field.numbers for field in fields)]
    return fields[0].weight_of(unknown) / (fields[0].weight_of(words) or 1.0)
