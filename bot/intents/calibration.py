"""From features to probabilities. The coefficients are data (`calibration.json`); the recipe stands beside them and
`madoguchi eval fit` makes them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

FILE = Path(__file__).parent / "calibration.json"
SEMANTIC_FILE = Path(__file__).parent / "calibration-semantic.json"
"""The same for questions whose meaning is known."""


@dataclass(frozen=True, slots=True)
class Ranker:
    """Score of a document = Σ weight · feature; the softmax of all scores is each document's share.

    The weights lie between those for documents with many phrasings and those for documents with their question only.
    """

    taught: Mapping[str, float]
    untaught: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Logistic:
    """P = 1 / (1 + e^−(bias + Σ weight·feature))."""

    bias: float
    weights: Mapping[str, float]

    def __call__(self, features: Mapping[str, float]) -> float:
        """The probability (0–1) for these features."""
        z = self.bias + sum(weight * features[name] for name, weight in self.weights.items())
        return 1 / (1 + exp(-max(-30.0, min(30.0, z))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """`first`: that the first candidate is the right one; `among`: that the right one is among the first three."""

    ranker: Ranker
    first: Logistic
    among: Logistic


@cache
def calibration(semantic: bool = False) -> Calibration:
    """The coefficients that ship with the program; `semantic` for questions whose meaning is known."""
    content = json.loads((SEMANTIC_FILE if semantic else FILE).read_text(encoding="utf-8"))
    logistic = [Logistic(content[name]["bias"], content[name]["weights"]) for name in ("first", "among")]
    return Calibration(Ranker(**content["ranker"]), *logistic)
