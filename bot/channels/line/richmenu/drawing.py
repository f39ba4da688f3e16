"""Drawing a menu: large words, one icon a tile, the city's name and colours, as a small PNG."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import chain
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.channels.line.richmenu.colours import INK, PAPER, Colour, Colours, colours_of, mixed
from bot.channels.line.richmenu.fonts import load_font
from bot.channels.line.richmenu.icons import paste_icon
from bot.channels.line.richmenu.layout import WIDTH, Box, Layout, layout_of
from bot.channels.line.richmenu.menus import TAB_LABELS, Menu, Tab, Tile

IMAGE_BYTES = 1_000_000
"""LINE takes 1 MB."""
_GAP = 13
"""Half of what is between two tiles."""
_RADIUS = 36
_SHADES = 9
"""Steps between two colours: what smooth edges need."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What a menu is drawn on, and with."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    layout: Layout
    colours: Colours
    font: Path


def draw_menu(menu: Menu, font: Path) -> bytes:
    """The PNG of a menu. Same menu and font, same bytes."""
    layout, colours = layout_of(menu.size), colours_of(menu.city)
    image = Image.new("RGB", (WIDTH, layout.height), colours.tint)
    sheet = _Sheet(image, ImageDraw.Draw(image), layout, colours, font)
    _draw_head(sheet, menu.city_name)
    for box, tab in zip(layout.tabs, Tab, strict=True):
        _draw_tab(sheet, box, tab, chosen=tab is menu.tab)
    for box, tile in zip(layout.tiles, menu.tiles, strict=True):
        _draw_tile(sheet, box, tile)
    return _png(image, colours)


def fitting_size(lines: tuple[str, ...], size: int, width: int, font: Path) -> int:
    """`size`, or less where a line would be wider than `width` pixels: long names of cities."""
    widest = max(load_font(font, size).getlength(line) for line in lines)
    return size if widest <= width else int(size * width / widest)


def _draw_head(sheet: _Sheet, city_name: str) -> None:
    layout, main = sheet.layout, sheet.colours.main
    sheet.draw.rectangle((0, 0, WIDTH, layout.tabs[0].bottom - 1), fill=main)
    words = f"{city_name} まどぐち" if layout.icon_above else city_name
    _write(sheet, (words,), layout.header.shrunk(24), layout.name_size, PAPER)


def _draw_tab(sheet: _Sheet, box: Box, tab: Tab, *, chosen: bool) -> None:
    """The tab in front is joined to its tiles and carries a thick bar: it is known by its shape, too."""
    colours = sheet.colours
    if chosen:
        shape = Box(box.x + _GAP, box.y, box.width - 2 * _GAP, box.height)
        sheet.draw.rounded_rectangle(_corners(shape), _RADIUS, fill=colours.tint, corners=(True, True, False, False))
        bar = Box(box.x + 60, box.bottom - 34, box.width - 120, 20)
        sheet.draw.rounded_rectangle(_corners(bar), 10, fill=colours.main)
    else:
        shape = Box(box.x + _GAP, box.y + 30, box.width - 2 * _GAP, box.height - 52)
        sheet.draw.rounded_rectangle(_corners(shape), _RADIUS, outline=colours.line, width=6)
    words = Box(shape.x, box.y + 20, shape.width, box.height - 32)
    _write(sheet, (TAB_LABELS[tab],), words, sheet.layout.tab_size, INK if chosen else PAPER)


def _draw_tile(sheet: _Sheet, box: Box, tile: Tile) -> None:
    inner = box.shrunk(_GAP)
    sheet.draw.rounded_rectangle(_corners(inner), _RADIUS, fill=PAPER, outline=sheet.colours.line, width=6)
    if sheet.layout.icon_above:
        _fill_high(sheet, inner, tile)
    else:
        _fill_flat(sheet, inner, tile)


def _fill_high(sheet: _Sheet, inner: Box, tile: Tile) -> None:
    """Icon above, words below, both in the middle. Two lines are reserved: icons stand in one row."""
    size, words = sheet.layout.icon_size, round(2 * sheet.layout.tile_size * sheet.layout.leading)
    top = inner.y + (inner.height - size - words - 20) // 2
    place = (inner.x + (inner.width - size) // 2, top)
    paste_icon(sheet.image, tile.icon, place, size, sheet.colours.main, sheet.font)
    below = Box(inner.x + 20, top + size + 20, inner.width - 40, words)
    _write(sheet, tile.lines, below, sheet.layout.tile_size, INK)


def _fill_flat(sheet: _Sheet, inner: Box, tile: Tile) -> None:
    """Icon at the left, words beside it."""
    size = sheet.layout.icon_size
    place = (inner.x + 26, inner.y + (inner.height - size) // 2)
    paste_icon(sheet.image, tile.icon, place, size, sheet.colours.main, sheet.font)
    left = inner.x + 26 + size + 22
    _write(sheet, tile.lines, Box(left, inner.y, inner.right - left - 8, inner.height), sheet.layout.tile_size, INK)


def _write(sheet: _Sheet, lines: tuple[str, ...], box: Box, size: int, ink: Colour) -> None:
    """Lines in the middle of a box."""
    size = fitting_size(lines, size, box.width, sheet.font)
    font, leading = load_font(sheet.font, size), size * sheet.layout.leading
    first = box.y + box.height / 2 - leading * (len(lines) - 1) / 2 + _rise(font)
    for number, line in enumerate(lines):
        sheet.draw.text((box.x + box.width / 2, first + number * leading), line, fill=ink, font=font, anchor="ms")


def _rise(font: ImageFont.FreeTypeFont) -> float:
    """From the base line up to the middle of a kanji: fonts say different things of their own height."""
    _, top, _, bottom = font.getbbox("国", anchor="ls")
    return -(top + bottom) / 2


def _corners(box: Box) -> tuple[int, int, int, int]:
    """Pillow's rectangles include their last column and row."""
    return box.x, box.y, box.right - 1, box.bottom - 1


def _png(image: Image.Image, colours: Colours) -> bytes:
    """The image with a palette of the colours that were used and the steps between them."""
    small = image.quantize(palette=_palette(colours), dither=Image.Dither.NONE)
    out = BytesIO()
    small.save(out, "PNG", compress_level=6)  # 9 takes seven times as long for a fifth less
    return out.getvalue()


@cache
def _palette(colours: Colours) -> Image.Image:
    main, tint, line = colours.main, colours.tint, colours.line
    pairs = ((PAPER, INK), (PAPER, main), (PAPER, line), (tint, INK), (tint, line), (tint, main), (main, line))
    steps = chain.from_iterable(_ramp(*pair) for pair in pairs)
    palette = Image.new("P", (1, 1))
    palette.putpalette(list(chain.from_iterable(dict.fromkeys(steps))))
    return palette


def _ramp(one: Colour, other: Colour) -> Iterator[Colour]:
    return (mixed(one, other, step / (_SHADES - 1)) for step in range(_SHADES))
