"""The colours of a city's menus. Pure. Contrast as WCAG 2.2 defines it; letters have at least 4.5, lines at least 3."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Colour = tuple[int, int, int]
"""Red, green, blue, 0–255."""

INK: Colour = (26, 26, 28)
PAPER: Colour = (255, 255, 255)
LETTERS = 4.5
"""Least contrast of letters (WCAG 2.2, 1.4.3 level AA)."""
LINES = 3.0
"""Least contrast of lines that carry a meaning (WCAG 2.2, 1.4.11 level AA)."""
_MAIN: Mapping[str, str] = {
    "fuchu": "#14532d",
    "kadoma": "#7a2357",
    "musashino": "#1b4b8a",
    "oyama": "#7a3a0c",
    "kokubunji": "#0f5560",
}
_OTHERS = "#243b5a"
"""A quiet blue for every other city."""


@dataclass(frozen=True, slots=True)
class Colours:
    """The colours of one city. Letters are `INK`, or `PAPER` on `main`."""

    main: Colour
    """Head, tabs behind, icons."""
    tint: Colour
    """The tab in front and the ground of its tiles."""
    line: Colour
    """Outlines of tiles on the tint."""


def colours_of(city: str) -> Colours:
    """The colours of a municipality by its id."""
    return colours_from(colour(_MAIN.get(city, _OTHERS)))


def colours_from(main: Colour) -> Colours:
    """Colours around `main`, which is darkened until white letters can be read on it."""
    while contrast(main, PAPER) < LETTERS:
        main = mixed(main, (0, 0, 0), 0.1)
    tint = mixed(main, PAPER, 0.9)
    line = mixed(main, PAPER, 0.45)
    while contrast(line, tint) < LINES:
        line = mixed(line, main, 0.1)
    return Colours(main, tint, line)


def colour(text: str) -> Colour:
    """The colour that `#rrggbb` says."""
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    """`one` with a share of `other`, 0–1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio, 1–21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(of: Colour) -> float:
    """Relative luminance, 0–1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = (_linear(value / 255) for value in of)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
