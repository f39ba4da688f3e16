"""From features to probabilities: two small logistic models whose coefficients are data (`calibration.json`).

The recipe stands beside the coefficients; `madoguchi eval fit` makes them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

FILE = Path(__file__).parent / "calibration.json"


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
    """`first`: that a candidate is the right one; `among`: that the right one is among the first three."""

    first: Logistic
    among: Logistic


@cache
def calibration() -> Calibration:
    """The coefficients that ship with the program."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    return Calibration(*(Logistic(content[n]["bias"], content[n]["weights"]) for n in ("first", "among")))
