"""The pictures: size, weight, contrast, nothing cut off, the tab in front known by more than its colour."""

from __future__ import annotations

from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.channels.line.richmenu.colours import (
    INK,
    LETTERS,
    LINES,
    PAPER,
    Colours,
    colour,
    colours_from,
    colours_of,
    contrast,
)
from bot.channels.line.richmenu.drawing import IMAGE_BYTES, draw_menu, fitting_size
from bot.channels.line.richmenu.errors import FontMissing
from bot.channels.line.richmenu.fonts import WANTED, find_font
from bot.channels.line.richmenu.icons import ICONS, icon
from bot.channels.line.richmenu.layout import WIDTH, Box, Size, layout_of
from bot.channels.line.richmenu.menus import Menu, Tab

CITIES = ("fuchu", "kadoma", "musashino", "oyama", "kokubunji", "another-city")
CHANNEL = st.integers(0, 255)
MENUS = [Menu("musashino", "武蔵野市", tab, size) for tab, size in product(Tab, Size)]


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def crop(image: Image.Image, box: Box) -> Image.Image:
    return image.crop((box.x, box.y, box.right, box.bottom))


def colours_in(image: Image.Image) -> set[object]:
    return {found for _, found in image.getcolors(4096) or []}


@pytest.fixture(scope="module", params=MENUS, ids=lambda m: f"{m.size}-{m.tab}")
def drawn(request: pytest.FixtureRequest, font: Path) -> tuple[Menu, bytes]:
    """Each menu once."""
    return request.param, draw_menu(request.param, font)


def test_size_and_weight(drawn: tuple[Menu, bytes]) -> None:
    menu, png = drawn
    assert opened(png).size == (WIDTH, layout_of(menu.size).height)
    assert len(png) < min(IMAGE_BYTES, 150_000)


def test_the_same_menu_is_the_same_picture(drawn: tuple[Menu, bytes], font: Path) -> None:
    menu, png = drawn
    assert draw_menu(menu, font) == png


def test_letters_are_drawn_in_colours_that_can_be_read(drawn: tuple[Menu, bytes]) -> None:
    menu, png = drawn
    image, colours, layout = opened(png), colours_of(menu.city), layout_of(menu.size)
    assert {PAPER, colours.main} <= colours_in(crop(image, layout.header))
    for box in layout.tiles:
        assert {PAPER, INK, colours.main, colours.line} <= colours_in(crop(image, box))
    for box, tab in zip(layout.tabs, Tab, strict=True):
        pair = {INK, colours.tint} if tab is menu.tab else {PAPER, colours.main}
        assert pair <= colours_in(crop(image, box))


def test_the_tab_in_front_is_known_by_its_shape(drawn: tuple[Menu, bytes]) -> None:
    """It is open towards its tiles and has a bar; the others are closed by the dark ground."""
    menu, png = drawn
    image, colours, layout = opened(png), colours_of(menu.city), layout_of(menu.size)
    for box, tab in zip(layout.tabs, Tab, strict=True):
        middle = box.x + box.width // 2
        edge, bar, under_bar = (image.getpixel((middle, box.bottom - up)) for up in (2, 24, 8))
        if tab is menu.tab:
            assert (edge, bar, under_bar) == (colours.tint, colours.main, colours.tint)
        else:
            assert (edge, under_bar) == (colours.main, colours.main)


def test_nothing_touches_the_edge_of_its_tile(drawn: tuple[Menu, bytes]) -> None:
    menu, png = drawn
    image = opened(png)
    for box in layout_of(menu.size).tiles:
        inside = box.shrunk(21)
        for ring in (
            Box(inside.x + 40, inside.y, inside.width - 80, 3),
            Box(inside.x + 40, inside.bottom - 3, inside.width - 80, 3),
            Box(inside.x, inside.y + 40, 3, inside.height - 80),
            Box(inside.right - 3, inside.y + 40, 3, inside.height - 80),
        ):
            assert colours_in(crop(image, ring)) == {PAPER}


@pytest.mark.parametrize("city", CITIES)
def test_the_colours_of_cities_have_contrast(city: str) -> None:
    assert_readable(colours_of(city))


@given(st.tuples(CHANNEL, CHANNEL, CHANNEL))
def test_any_colour_is_made_readable(main: tuple[int, int, int]) -> None:
    assert_readable(colours_from(main))


def assert_readable(colours: Colours) -> None:
    assert contrast(PAPER, colours.main) >= LETTERS
    assert contrast(INK, colours.tint) >= LETTERS
    assert contrast(INK, PAPER) >= LETTERS
    assert min(contrast(colours.line, PAPER), contrast(colours.line, colours.tint)) >= LINES
    assert contrast(colours.main, colours.tint) >= LINES


def test_contrast_is_wcags() -> None:
    assert contrast((0, 0, 0), PAPER) == pytest.approx(21)
    assert contrast(colour("#777777"), PAPER) == pytest.approx(4.48, abs=0.01)
    assert contrast(PAPER, PAPER) == 1


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icons_are_inside_their_square(name: str, font: Path) -> None:
    left, top, right, bottom = icon(name, 210, font).getbbox() or (0, 0, 210, 210)
    assert min(left, top) > 0
    assert max(right, bottom) < 210


def test_a_long_name_is_made_smaller(font: Path) -> None:
    assert fitting_size(("府中市",), 116, 2400, font) == 116
    assert fitting_size(("とてもとても長い名前の市町村",), 112, 452, font) < 112


def test_the_best_font_of_the_folders_is_taken(tmp_path: Path) -> None:
    for name in (WANTED[-1], WANTED[3], "Other.ttf"):
        (tmp_path / name).touch()
    assert find_font(folders=[tmp_path / "none", tmp_path]) == tmp_path / WANTED[3]


def test_without_a_font_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(FontMissing, match="fonts-noto-cjk"):
        find_font(folders=[tmp_path])


def test_a_chosen_font_must_be_one(tmp_path: Path) -> None:
    (tmp_path / "no.ttf").write_text("no font", encoding="utf-8")
    for name in ("no.ttf", "missing.ttf"):
        with pytest.raises(FontMissing, match=name):
            find_font(str(tmp_path / name))


def test_a_chosen_font_is_taken(font: Path) -> None:
    assert find_font(str(font)) == font
