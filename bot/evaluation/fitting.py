"""Fitting recognition: how features weigh, and how sure a ranking is.

The ranker learns from the packs' own phrasings: they are dealt into folds, and each fold is asked of an index that
lacks it. The calibration learns from questions that were written for it, without looking at the phrasings: with a
topic, and without (`training.tsv`, `training-none.tsv`). No test set is looked at. Everything is deterministic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bot.conversation.city import CityKnowledge
from bot.evaluation.questions import Question, expected_calibration_error
from bot.intents import Document, Index, PreparedLexicon, build_index
from bot.intents.calibration import Logistic, Ranker
from bot.intents.certainty import SIGNS, signs
from bot.intents.language import language_of
from bot.intents.normalising import compact
from bot.intents.ranking import FEATURES, MEANING, prepare, rank

FOLDS = 8
SHOWN = 3
STEPS = 60
RIDGE = 1.0
LITTLE = 0.3
"""Ridge of the calibration. By cross-validation on 1,182 questions, 1.0 left an error of .022, this one .018."""
EVERY = 4
UNTAUGHT_ONLY = frozenset({"reach", "situation"})
"""What is known but not used of documents with many phrasings. With reach, of 971 questions two more were right at
first but three fewer of 178 sure enough to be answered; the situation gets a weight of −.25 there (phrasings name it
already) and .80 for documents with their question only."""
_GUESSED = {**dict.fromkeys(FEATURES, 2.0), MEANING: 3.0}
FIRST_GUESS = Ranker(_GUESSED, _GUESSED)
"""Weights with which the candidates are found that the ranker then learns from."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Choice:
    """A phrasing's candidates: their features, and which of them are right."""

    features: Floats
    right: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Example:
    """The signs of a ranking, whether the first was right, and whether the right one was among three."""

    signs: Mapping[str, float]
    first: bool
    among: bool


def kept(lexicon: PreparedLexicon) -> PreparedLexicon:
    """The lexicon, with the meanings of questions kept: cities and folds share most of them."""
    return replace(lexicon, sense=lexicon.sense.keeping()) if lexicon.sense is not None else lexicon


def choices(city: CityKnowledge, lexicon: PreparedLexicon) -> Iterator[Choice]:
    """Each phrasing of a city, asked while its fold is left out."""
    documents = list(city.index.documents())
    for fold in range(FOLDS):
        kept, asked = _dealt(documents, fold)
        yield from _choices(asked, build_index(kept, lexicon))


def untaught_choices(city: CityKnowledge, lexicon: PreparedLexicon) -> Iterator[Choice]:
    """Some phrasings of a city, asked of an index that knows the questions only."""
    documents = list(city.index.documents())
    index = build_index([replace(d, phrasings=d.phrasings[:1]) for d in documents], lexicon)
    asked = [(text, d.topic) for d in documents for text in d.phrasings[1:]]
    yield from _choices(asked[::EVERY], index)


def _choices(asked: Sequence[tuple[str, str]], index: Index) -> Iterator[Choice]:
    for text, topic in asked:
        query = prepare(text, index)
        ranked = rank(query, index, FIRST_GUESS)
        right = np.array([r.document.topic == topic for r in ranked], dtype=bool)
        if right.any():
            yield Choice(np.array([[r.features[name] for name in query.features] for r in ranked]), right)


def _dealt(documents: Sequence[Document], fold: int) -> tuple[list[Document], list[tuple[str, str]]]:
    """The documents without a fold of their phrasings (the question itself always stays), and that fold."""
    kept, asked = [], []
    for number, document in enumerate(documents):
        question, *others = document.phrasings
        out = {text for place, text in enumerate(others) if (place + number) % FOLDS == fold}
        asked += [(text, document.topic) for text in others if text in out]
        kept.append(replace(document, phrasings=(question, *(t for t in others if t not in out))))
    return kept, asked


def fit_ranker(found: Sequence[Choice], without: Set[str] = frozenset()) -> dict[str, float]:
    """Weights of a conditional logit (McFadden 1974), by Newton's method with a small ridge; 0 for those `without`."""
    names = (*FEATURES, MEANING)[: found[0].features.shape[1]]
    used = np.array([name not in without for name in names], dtype=np.float64)
    theta = np.zeros(len(names))
    for _ in range(STEPS):
        gradient, hessian = -RIDGE * theta, RIDGE * np.eye(len(theta))
        for choice in found:
            features = choice.features * used
            likely = np.exp(features @ theta - (features @ theta).max())
            likely /= likely.sum()
            told = likely * choice.right / (likely @ choice.right)
            mean = likely @ features
            gradient = gradient + told @ features - mean
            hessian = hessian + (features * likely[:, None]).T @ features - np.outer(mean, mean)
        theta = theta + np.linalg.solve(hessian, gradient)
    return dict(zip(names, np.round(theta, 4).tolist(), strict=True))


def examples(
    questions: Sequence[Question], city_of: Callable[[str], CityKnowledge], lexicon: PreparedLexicon, ranker: Ranker
) -> list[Example]:
    """One example per question that has candidates. Where meanings are known: whose language has one.

    Questions that the packs have among their phrasings by now are asked of an index that lacks their fold.
    """
    found = []
    for fold in range(FOLDS):
        asked = questions[fold::FOLDS]
        out = {compact(question.utterance) for question in asked}
        for city in sorted({question.city for question in asked}):
            index = _lacking(city_of(city).index, out, lexicon)
            found += [e for q in asked if q.city == city for e in _example(q, index, ranker)]
    return found


def _lacking(index: Index, out: Set[str], lexicon: PreparedLexicon) -> Index:
    documents = list(index.documents())
    if not any(compact(text) in out for document in documents for text in document.phrasings):
        return index
    return build_index(
        [replace(d, phrasings=tuple(t for t in d.phrasings if compact(t) not in out)) for d in documents], lexicon
    )


def _example(question: Question, index: Index, ranker: Ranker) -> Iterator[Example]:
    query = prepare(question.utterance, index, language_of(question.utterance))
    if index.lexicon.sense is not None and query.meaning is None:
        return
    ranked = rank(query, index, ranker)
    shown = [r.document.topic in question.expected for r in ranked if not r.document.outside][:SHOWN]
    if shown:
        yield Example(signs(query, ranked, index), shown[0], any(shown))


def fit_calibration(found: Sequence[Example], weight_of_strangers: float) -> dict[str, Logistic]:
    """Coefficients of both models. `weight_of_strangers` multiplies the examples without a right candidate."""
    names = [name for name in (*SIGNS, MEANING) if name in found[0].signs]
    given = np.array([[e.signs[name] for name in names] for e in found])
    weights = np.array([1.0 if e.among else weight_of_strangers for e in found])
    return {
        name: _logistic(names, given, np.array([getattr(e, name) for e in found], dtype=float), weights)
        for name in ("first", "among")
    }


def _logistic(names: Sequence[str], features: Floats, right: Floats, weights: Floats) -> Logistic:
    """Logistic regression by Newton's method with a small ridge."""
    design = np.column_stack([np.ones(len(features)), features])
    theta = np.zeros(design.shape[1])
    ridge = np.diag([0.0, *([LITTLE] * features.shape[1])])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-design @ theta))
        gradient = design.T @ (weights * (right - p)) - ridge @ theta
        hessian = (design * (weights * p * (1 - p))[:, None]).T @ design + ridge
        theta += np.linalg.solve(hessian, gradient)
    return Logistic(round(float(theta[0]), 4), dict(zip(names, np.round(theta[1:], 4).tolist(), strict=True)))


def calibration_error(model: Logistic, found: Sequence[Example]) -> float:
    """How far P(first right) is from how often it was right."""
    told = [model(e.signs) for e in found]
    return expected_calibration_error(told, [e.first for e in found])
