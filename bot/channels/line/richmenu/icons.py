"""Icons made of a few lines and circles. Each is drawn by a pen on a square of 24 × 24 units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from bot.channels.line.richmenu.colours import Colour
from bot.channels.line.richmenu.fonts import load_font

UNITS = 24
_FINER = 3
"""Drawn this many times larger and made small again: smooth edges."""
_STROKE = 1.7
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in units."""

    draw: ImageDraw.ImageDraw
    unit: float
    """Pixels of one unit."""
    font: Path

    def line(self, *points: Point, width: float = _STROKE) -> None:
        """A line through the points, with round ends."""
        scaled = [(x * self.unit, y * self.unit) for x, y in points]
        self.draw.line(scaled, fill=255, width=round(width * self.unit), joint="curve")
        for x, y in points:
            self.dot(x, y, width / 2)

    def box(self, left: float, top: float, right: float, bottom: float, *, round_by: float = 1.5) -> None:
        """The outline of a rectangle with round corners."""
        half = _STROKE / 2
        corners = (self._at(left - half, top - half), self._at(right + half, bottom + half))
        radius = (round_by + half) * self.unit
        self.draw.rounded_rectangle(corners, radius, outline=255, width=round(_STROKE * self.unit))

    def circle(self, x: float, y: float, radius: float) -> None:
        """The outline of a circle."""
        self.arc(x, y, radius, 0, 360)

    def arc(self, x: float, y: float, radius: float, start: float, end: float) -> None:
        """A piece of a circle, clockwise from `start` to `end` degrees; 0 is at three o'clock."""
        outer = radius + _STROKE / 2
        corners = (self._at(x - outer, y - outer), self._at(x + outer, y + outer))
        self.draw.arc(corners, start, end, fill=255, width=round(_STROKE * self.unit))

    def dot(self, x: float, y: float, radius: float) -> None:
        """A filled circle."""
        self.draw.ellipse((self._at(x - radius, y - radius), self._at(x + radius, y + radius)), fill=255)

    def glyph(self, text: str, height: float, x: float = 12, y: float = 12) -> None:
        """A letter, the middle of its ink at a point."""
        font = load_font(self.font, round(height * self.unit))
        left, top, right, bottom = font.getbbox(text, anchor="ls")
        place = (x * self.unit - (left + right) / 2, y * self.unit - (top + bottom) / 2)
        self.draw.text(place, text, fill=255, font=font, anchor="ls")

    def _at(self, x: float, y: float) -> Point:
        return x * self.unit, y * self.unit


def icon(name: str, size: int, font: Path) -> Image.Image:
    """The icon as a mask of `size` × `size` pixels: 255 where its colour goes. Raises KeyError for no such icon."""
    fine = Image.new("L", (size * _FINER, size * _FINER), 0)
    ICONS[name](Pen(ImageDraw.Draw(fine), size * _FINER / UNITS, font))
    return fine.reduce(_FINER)


def paste_icon(image: Image.Image, name: str, place: tuple[int, int], size: int, colour: Colour, font: Path) -> None:
    """Draws an icon in a colour, its upper left corner at `place`."""
    image.paste(colour, (*place, place[0] + size, place[1] + size), icon(name, size, font))


def _card(pen: Pen) -> None:
    pen.box(2.5, 5.5, 21.5, 18.5)
    pen.circle(7.6, 10.6, 1.7)
    pen.arc(7.6, 16.2, 3, 190, 350)
    for y, end in ((10, 18.5), (13.8, 16.5)):
        pen.line((13.5, y), (end, y))


def _bag(pen: Pen) -> None:
    pen.box(3.5, 8.5, 20.5, 20.5)
    pen.arc(12, 7.5, 4, 180, 360)
    pen.line((8, 7.5), (8, 11.5))
    pen.line((16, 7.5), (16, 11.5))


def _calendar(pen: Pen) -> None:
    pen.box(3.5, 5, 20.5, 20.5)
    pen.line((3.5, 10), (20.5, 10))
    pen.line((8, 3), (8, 6.5))
    pen.line((16, 3), (16, 6.5))
    pen.line((8.5, 15.2), (11, 17.5), (15.8, 13))


def _lost(pen: Pen) -> None:
    pen.circle(10.5, 10.5, 7.5)
    pen.line((16.2, 16.2), (21, 21), width=2.4)
    pen.glyph("？", 10, 10.5, 10.5)


def _lock(pen: Pen) -> None:
    pen.box(4.5, 11, 19.5, 20.5)
    pen.arc(12, 8.2, 4.4, 180, 360)
    pen.line((7.6, 8.2), (7.6, 11))
    pen.line((16.4, 8.2), (16.4, 11))
    for x in (8.3, 12, 15.7):
        pen.dot(x, 15.8, 1.15)


def _staff(pen: Pen) -> None:
    pen.circle(8, 10, 3.2)
    pen.arc(8, 21.2, 5.8, 180, 360)
    pen.line((2.2, 21.2), (13.8, 21.2))
    pen.box(13.5, 3, 22, 9.5)
    pen.line((15.2, 10.2), (14.4, 12.8), (18, 10.2), width=1.3)
    pen.line((16, 6.25), (19.5, 6.25))


def _house(pen: Pen) -> None:
    pen.line((2.5, 12), (12, 3.5), (21.5, 12))
    pen.line((5, 10.5), (5, 20.5), (19, 20.5), (19, 10.5))
    pen.line((10, 20.5), (10, 14.5), (14, 14.5), (14, 20.5))


def _paper(pen: Pen) -> None:
    pen.line((5, 2.8), (15, 2.8), (19, 6.8), (19, 21.2), (5, 21.2), (5, 2.8))
    pen.line((8.5, 9.5), (15.5, 9.5))
    pen.line((8.5, 13.2), (15.5, 13.2))
    pen.circle(14, 17.4, 1.3)


def _moving(pen: Pen) -> None:
    pen.line((5.8, 17.5), (2.5, 17.5), (2.5, 6), (14, 6), (14, 17.5), (9.2, 17.5))
    pen.line((14, 9.5), (18.5, 9.5), (21.5, 13), (21.5, 17.5), (19.7, 17.5))
    pen.line((14, 17.5), (16.2, 17.5))
    pen.circle(7.5, 18.2, 1.9)
    pen.circle(18, 18.2, 1.9)


def _child(pen: Pen) -> None:
    pen.circle(8, 6, 3)
    pen.line((2.8, 20.8), (2.8, 16.5), (5.5, 12.5), (10.5, 12.5), (12.5, 15.5))
    pen.circle(16.8, 12, 2.4)
    pen.arc(16.8, 21, 4.4, 180, 360)
    pen.line((2.8, 21), (21.2, 21))


def _clock(pen: Pen) -> None:
    pen.circle(12, 12, 9)
    pen.line((12, 6.5), (12, 12), (16, 14.5))


def _board(pen: Pen) -> None:
    pen.box(3, 3.5, 21, 13.5)
    pen.line((7, 8.5), (13, 8.5))
    for x in (6, 12, 18):
        pen.dot(x, 17.3, 1.5)
        pen.arc(x, 22, 2.2, 180, 360)


def _coin(pen: Pen) -> None:
    pen.circle(12, 12, 9)
    pen.line((8.2, 6.8), (12, 12), (15.8, 6.8))
    pen.line((12, 12), (12, 18))
    pen.line((8.8, 12.4), (15.2, 12.4), width=1.4)
    pen.line((8.8, 15.2), (15.2, 15.2), width=1.4)


def _phone(pen: Pen) -> None:
    pen.box(7, 2.8, 17, 21.2)
    pen.line((10.8, 18), (13.2, 18))
    pen.line((2.8, 20), (21.2, 4), width=2.2)


def _warning(pen: Pen) -> None:
    pen.line((12, 3), (22, 20.5), (2, 20.5), (12, 3))
    pen.line((12, 9.5), (12, 14), width=2.2)
    pen.dot(12, 17.4, 1.3)


def _large(pen: Pen) -> None:
    pen.glyph("あ", 22)


def _normal(pen: Pen) -> None:
    pen.glyph("あ", 12)


def _easy(pen: Pen) -> None:
    pen.line((12, 5.5), (12, 20))
    pen.line((12, 5.5), (8.5, 4), (2.5, 4), (2.5, 18.5), (8.5, 18.5), (12, 20))
    pen.line((12, 5.5), (15.5, 4), (21.5, 4), (21.5, 18.5), (15.5, 18.5), (12, 20))
    pen.glyph("あ", 6.5, 7.2, 11)
    pen.glyph("い", 6.5, 16.8, 11)


def _english(pen: Pen) -> None:
    pen.circle(12, 12, 9.5)
    pen.glyph("A", 13)


def _japanese(pen: Pen) -> None:
    pen.circle(12, 12, 9.5)
    pen.glyph("日", 11.5)


def _question(pen: Pen) -> None:
    pen.circle(12, 12, 9.5)
    pen.glyph("？", 15)


ICONS: Mapping[str, Callable[[Pen], None]] = {
    "bag": _bag,
    "board": _board,
    "calendar": _calendar,
    "card": _card,
    "child": _child,
    "clock": _clock,
    "coin": _coin,
    "easy": _easy,
    "english": _english,
    "house": _house,
    "japanese": _japanese,
    "large": _large,
    "lock": _lock,
    "lost": _lost,
    "moving": _moving,
    "normal": _normal,
    "paper": _paper,
    "phone": _phone,
    "question": _question,
    "staff": _staff,
    "warning": _warning,
}
