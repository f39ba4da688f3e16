"""Rates that always carry what they are made of: a numerator, a denominator, and for samples an interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z_95 = 1.959964
"""The 97.5 % point of the standard normal distribution: an interval that holds in 95 of 100 samples."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The rate (0–1); None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> str:
        """The rate as people read it, one decimal; – of nothing."""
        return "–" if self.value is None else f"{self.value * 100:.1f}%"

    @property
    def interval(self) -> tuple[float, float] | None:
        """The rate's 95 % interval when `whole` is a random sample (0–1); None of nothing.

        Wilson's score interval: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
        JASA 22 (1927). It holds for small samples and rates near 0 and 1 too.
        """
        if not self.whole:
            return None
        n, rate, square = self.whole, self.part / self.whole, Z_95**2
        middle = (rate + square / (2 * n)) / (1 + square / n)
        half = Z_95 / (1 + square / n) * sqrt(rate * (1 - rate) / n + square / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def interval_percent(self) -> str:
        """The interval as people read it."""
        found = self.interval
        return "" if found is None else f"{found[0] * 100:.1f}〜{found[1] * 100:.1f}%"


def points(now: Share, then: Share) -> float | None:
    """By how many percentage points a rate changed; None where there is nothing to compare."""
    if now.value is None or then.value is None:
        return None
    return (now.value - then.value) * 100
