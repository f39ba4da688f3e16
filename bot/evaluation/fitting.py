"""Fitting the calibration: each phrasing is asked while it is left out of the index, and questions that nobody
here answers are asked as they are. Nothing of any test set is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.conversation.city import CityKnowledge
from bot.intents.index import Index
from bot.intents.ranking import prepare, rank

FEATURES = ("share", "sound", "body", "total", "lead", "likeness", "words", "known")
SHOWN = 3
STEPS = 60
RIDGE = 1.0


@dataclass(frozen=True, slots=True)
class Example:
    """The features of a first candidate, whether it was right, and whether the right one was among three."""

    features: tuple[float, ...]
    first: bool
    among: bool


def examples(cities: Sequence[CityKnowledge], strangers: Sequence[str]) -> list[Example]:
    """One example per phrasing of a city (left out while asked), and per question that has no answer."""
    found = []
    for city in cities:
        found += _left_out(city.index)
        for text in strangers:
            ranked = rank(prepare(text, city.index), city.index)
            if ranked:
                found.append(Example(_vector(ranked[0].features), first=False, among=False))
    return found


def _left_out(index: Index) -> list[Example]:
    found = []
    for number, document in enumerate(index.documents):
        start = int(index.starts[number])
        for place, text in enumerate(document.phrasings):
            ranked = rank(prepare(text, index), index, without=[start + place])
            if not ranked:
                continue
            shown = [r.number for r in ranked[:SHOWN]]
            found.append(Example(_vector(ranked[0].features), first=shown[0] == number, among=number in shown))
    return found


def _vector(features: Mapping[str, float]) -> tuple[float, ...]:
    return tuple(features[name] for name in FEATURES)


def fit(found: Sequence[Example], weight_of_strangers: float) -> dict[str, object]:
    """Coefficients for both models, by Newton's method with a small ridge. Deterministic.

    `weight_of_strangers` multiplies the examples without a right answer: real questions hold more of them.
    """
    features = np.array([e.features for e in found])
    weights = np.array([1.0 if e.among else weight_of_strangers for e in found])
    return {
        name: _logistic(features, np.array([getattr(e, name) for e in found], dtype=float), weights)
        for name in ("first", "among")
    }


def _logistic(
    features: NDArray[np.float64], right: NDArray[np.float64], weights: NDArray[np.float64]
) -> dict[str, object]:
    design = np.column_stack([np.ones(len(features)), features])
    theta = np.zeros(design.shape[1])
    ridge = np.diag([0.0, *([RIDGE] * features.shape[1])])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-design @ theta))
        gradient = design.T @ (weights * (right - p)) - ridge @ theta
        hessian = (design * (weights * p * (1 - p))[:, None]).T @ design + ridge
        theta += np.linalg.solve(hessian, gradient)
    names = dict(zip(FEATURES, np.round(theta[1:], 4).tolist(), strict=True))
    return {"bias": round(float(theta[0]), 4), "weights": names}
