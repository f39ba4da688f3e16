"""What the menus say, against LINE's rules, the catalogue of topics, and the conversation."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from bot.channels.line.richmenu.icons import ICONS
from bot.channels.line.richmenu.layout import WIDTH, Box, Size, layout_of
from bot.channels.line.richmenu.menus import (
    CHAT_BAR,
    TAB_LABELS,
    TILES_OF,
    Menu,
    Tab,
    chat_bar_text,
    line_object,
    menus_of,
)
from bot.channels.line.standin.rich_menu import validate_rich_menu
from bot.conversation.wishes import wished_style
from bot.responses.compose import Style
from bot.responses.signals import Signal, Tap, decode
from knowledge.packs import read_packs
from knowledge.schema import COMMON

CITIES = {"fuchu": "府中市", "kadoma": "門真市", "musashino": "武蔵野市", "oyama": "小山市", "kokubunji": "国分寺市"}
MENUS = [menu for (city, name), size in product(CITIES.items(), Size) for menu in menus_of(city, name, size)]
TILES = [tile for tab in Tab for tile in TILES_OF[tab]]


@pytest.mark.parametrize("menu", MENUS, ids=lambda m: f"{m.city}-{m.size}-{m.tab}")
def test_line_takes_every_menu(menu: Menu) -> None:
    assert validate_rich_menu(line_object(menu, "n")) == []


@pytest.mark.parametrize("size", list(Size))
def test_areas_are_inside_and_do_not_overlap(size: Size) -> None:
    layout = layout_of(size)
    boxes = (*layout.tabs, *layout.tiles)
    assert len(layout.tabs) == len(Tab)
    assert len(layout.tiles) == 6
    assert all(b.x >= 0 and b.y >= 0 and b.right <= WIDTH and b.bottom <= layout.height for b in boxes)
    assert not [pair for pair in combinations(boxes, 2) if _overlap(*pair)]
    assert not any(_overlap(layout.header, box) for box in boxes)


def _overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("size", list(Size))
def test_letters_and_areas_are_large_enough_for_eyes_and_fingers_at_390_points(size: Size) -> None:
    layout, point = layout_of(size), WIDTH / 390
    assert min(layout.name_size, layout.tab_size, layout.tile_size) >= 110
    assert min(box.width for box in (*layout.tabs, *layout.tiles)) >= 44 * point
    assert min(box.height for box in (*layout.tabs, *layout.tiles)) >= 43.8 * point


@pytest.mark.parametrize("menu", MENUS[:4], ids=lambda m: m.tab)
def test_the_tabs_switch_by_alias_and_say_which_is_in_front(menu: Menu) -> None:
    switches = [area["action"] for area in line_object(menu, "n")["areas"][:4]]
    assert [s["type"] for s in switches] == ["richmenuswitch"] * 4
    assert [s["richMenuAliasId"] for s in switches] == [tab.alias for tab in Tab]
    assert [TAB_LABELS[tab] in s["label"] for tab, s in zip(Tab, switches, strict=True)] == [True] * 4
    assert ["いまのページ" in s["label"] for s in switches] == [tab is menu.tab for tab in Tab]


def test_every_tile_has_words_an_icon_and_something_to_do() -> None:
    common = {item.entry.topic for item in read_packs().entries if item.pack == COMMON}
    for tile in TILES:
        assert 0 < len(tile.label) <= 20
        assert tile.icon in ICONS
        if isinstance(tile.sends, str):
            assert wished_style(tile.sends, Style()) is not None
        elif tile.sends.signal is Signal.TOPIC:
            assert tile.sends.subject in common
        else:
            assert tile.sends.signal in (Signal.MENU, Signal.HUMAN)


def test_postbacks_are_read_as_the_taps_they_were_made_from() -> None:
    for tab in Tab:
        actions = [area["action"] for area in line_object(Menu("x", "市", tab, Size.LARGE), "n")["areas"][4:]]
        for tile, action in zip(TILES_OF[tab], actions, strict=True):
            if isinstance(tile.sends, Tap):
                assert decode(action["data"]) == tile.sends
                assert action["displayText"] == action["label"] == tile.label
            else:
                assert action["text"] == tile.sends


@pytest.mark.parametrize("tab", [Tab.CARD, Tab.PROCEDURES, Tab.CLASSES])
def test_a_person_is_always_at_the_same_place(tab: Tab) -> None:
    assert TILES_OF[tab][-1].sends == Tap(Signal.HUMAN)


def test_each_wish_can_be_undone_on_the_same_tab() -> None:
    wishes = [tile.sends for tile in TILES_OF[Tab.LARGE] if isinstance(tile.sends, str)]
    for wish in wishes:
        style = wished_style(wish, Style())
        assert style is not None
        assert Style() in [wished_style(back, style) for back in wishes], wish


@pytest.mark.parametrize("name", [*CITIES.values(), "かすみがうら市", "とてもとても長い名前の市町村"])
def test_the_bar_has_the_citys_name_where_it_fits(name: str) -> None:
    assert len(chat_bar_text(name)) <= CHAT_BAR
    assert chat_bar_text(name) in (f"{name}のメニュー", "メニュー")
