"""Where things stand on a menu: the city's name, four tabs, six tiles. Pure; lengths are pixels of a 2500 wide image.

A phone shows the image about 390 points wide: 6.4 pixels become one point, so a 110 pixel letter is 17 points high and
a 282 pixel area is 44 points, a comfortable finger.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise

WIDTH = 2500
_TAB_SHARES = (42, 32, 62, 52)
"""How wide the tabs are, as their words are long: カード, 手続, スマホ教室, 大きい字."""
_COLUMNS = (1, 1, 1)


class Size(StrEnum):
    """LINE's two usual sizes."""

    LARGE = "large"
    COMPACT = "compact"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column beyond it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row beyond it."""
        return self.y + self.height

    def shrunk(self, by: int) -> Box:
        """The same box with a margin of `by` pixels inside."""
        return Box(self.x + by, self.y + by, self.width - 2 * by, self.height - 2 * by)


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one size, and how large letters and icons are."""

    height: int
    header: Box
    tabs: tuple[Box, ...]
    tiles: tuple[Box, ...]
    name_size: int
    tab_size: int
    tile_size: int
    icon_size: int
    leading: float
    """Height of a line, in letters."""
    icon_above: bool
    """Icons stand above the words; in the compact size beside them."""


def layout_of(size: Size) -> Layout:
    """The layout of a size."""
    return _LARGE if size is Size.LARGE else _COMPACT


def _row(box: Box, shares: tuple[int, ...]) -> tuple[Box, ...]:
    """`box` cut into columns without gaps, as wide as their shares."""
    edges = [box.x + round(box.width * part / sum(shares)) for part in accumulate(shares, initial=0)]
    return tuple(Box(left, box.y, right - left, box.height) for left, right in pairwise(edges))


def _grid(box: Box) -> tuple[Box, ...]:
    half = box.height // 2
    upper, lower = Box(box.x, box.y, box.width, half), Box(box.x, box.y + half, box.width, box.height - half)
    return (*_row(upper, _COLUMNS), *_row(lower, _COLUMNS))


_LARGE = Layout(
    height=1686,
    header=Box(0, 0, WIDTH, 168),
    tabs=_row(Box(0, 168, WIDTH, 290), _TAB_SHARES),
    tiles=_grid(Box(0, 458, WIDTH, 1228)),
    name_size=116,
    tab_size=128,
    tile_size=136,
    icon_size=210,
    leading=1.16,
    icon_above=True,
)
_COMPACT = Layout(
    height=843,
    header=Box(0, 0, 500, 281),
    tabs=_row(Box(500, 0, WIDTH - 500, 281), _TAB_SHARES),
    tiles=_grid(Box(0, 281, WIDTH, 562)),
    name_size=112,
    tab_size=112,
    tile_size=112,
    icon_size=150,
    leading=1.07,
    icon_above=False,
)
