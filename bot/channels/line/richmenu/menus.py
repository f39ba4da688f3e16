"""What the menus say: four tabs with six tiles each, as values and as LINE's rich menu objects. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.channels.line.richmenu.layout import WIDTH, Box, Size, layout_of
from bot.responses.signals import Signal, Tap

OURS = "madoguchi"
"""Names and aliases that begin with this are ours; all others belong to somebody else."""
CHAT_BAR = 14
"""Characters that LINE shows in the bar under the menu."""


class Tab(StrEnum):
    """The tabs, in the order in which they stand."""

    CARD = "card"
    PROCEDURES = "procedures"
    CLASSES = "classes"
    LARGE = "large"

    @property
    def alias(self) -> str:
        """The alias by which LINE switches to it. With our name in front: a channel may have aliases of its own."""
        return f"{OURS}-{self}"


@dataclass(frozen=True, slots=True)
class Tile:
    """A large button. `sends` is a tap, or for a wish the words that somebody would type."""

    lines: tuple[str, ...]
    """As drawn, at most five characters a line."""
    icon: str
    sends: Tap | str

    @property
    def label(self) -> str:
        """What a screen reader says, and what stands in the talk room when it is tapped."""
        return "".join(self.lines)


@dataclass(frozen=True, slots=True)
class Menu:
    """One tab of a city's menu in one size."""

    city: str
    """The municipality's id."""
    city_name: str
    tab: Tab
    size: Size

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """The six tiles, row by row."""
        return TILES_OF[self.tab]


def menus_of(city: str, city_name: str, size: Size) -> tuple[Menu, ...]:
    """A city's menus, one for each tab; the first is the one that people see at first."""
    return tuple(Menu(city, city_name, tab, size) for tab in Tab)


def line_object(menu: Menu, name: str) -> dict[str, Any]:
    """The rich menu object that LINE takes. `name` is seen by operators only."""
    layout = layout_of(menu.size)
    tabs = [_area(box, _switch(menu, tab)) for box, tab in zip(layout.tabs, Tab, strict=True)]
    tiles = [_area(box, _action(tile)) for box, tile in zip(layout.tiles, menu.tiles, strict=True)]
    return {
        "size": {"width": WIDTH, "height": layout.height},
        "selected": True,
        "name": name,
        "chatBarText": chat_bar_text(menu.city_name),
        "areas": [*tabs, *tiles],
    }


def chat_bar_text(city_name: str) -> str:
    """The words of the bar that opens and closes the menu."""
    text = f"{city_name}のメニュー"
    return text if len(text) <= CHAT_BAR else "メニュー"


def _area(box: Box, action: dict[str, str]) -> dict[str, Any]:
    return {"bounds": {"x": box.x, "y": box.y, "width": box.width, "height": box.height}, "action": action}


def _switch(menu: Menu, tab: Tab) -> dict[str, str]:
    said = f"{TAB_LABELS[tab]}（いまのページ）" if tab is menu.tab else f"{TAB_LABELS[tab]}のページへ"
    return {"type": "richmenuswitch", "label": said, "richMenuAliasId": tab.alias, "data": f"tab={tab}"}


def _action(tile: Tile) -> dict[str, str]:
    if isinstance(tile.sends, Tap):
        data = tile.sends.encode()
        return {"type": "postback", "label": tile.label, "data": data, "displayText": tile.label}
    return {"type": "message", "label": tile.label, "text": tile.sends}


def _topic(topic: str, icon: str, *lines: str) -> Tile:
    return Tile(lines, icon, Tap(Signal.TOPIC, topic))


_STAFF = Tile(("職員に", "相談"), "staff", Tap(Signal.HUMAN))
"""At the same place on each tab with subjects: whoever finds nothing finds a person."""

TAB_LABELS: Mapping[Tab, str] = {
    Tab.CARD: "カード",
    Tab.PROCEDURES: "手続",
    Tab.CLASSES: "スマホ教室",
    Tab.LARGE: "大きい字",
}
TILES_OF: Mapping[Tab, tuple[Tile, ...]] = {
    Tab.CARD: (
        _topic("mynumber-card/apply-online", "card", "カードを", "つくる"),
        _topic("mynumber-card/receive-what-to-bring", "bag", "受け取りの", "もちもの"),
        _topic("mynumber-card/card-expiry", "calendar", "期限と", "更新"),
        _topic("mynumber-card/lost-card", "lost", "カードを", "なくした"),
        _topic("mynumber-card/pin-forgotten-or-locked", "lock", "暗証番号を", "忘れた"),
        _STAFF,
    ),
    Tab.PROCEDURES: (
        _topic("online-procedures/which-procedures-online", "house", "家で", "できる手続"),
        _topic("mynumber-card/convenience-store-certificates", "paper", "コンビニで", "証明書"),
        _topic("online-procedures/move-out-online", "moving", "引っ越しの", "届け"),
        _topic("online-procedures/childcare-procedures", "child", "子育ての", "手続"),
        _topic("counters/counter-hours", "clock", "窓口の", "時間"),
        _STAFF,
    ),
    Tab.CLASSES: (
        _topic("smartphone-class/find-a-class", "board", "教室を", "さがす"),
        _topic("smartphone-class/what-to-bring", "bag", "教室の", "もちもの"),
        _topic("smartphone-class/cost", "coin", "教室の", "お金"),
        _topic("smartphone-class/no-own-smartphone", "phone", "スマホが", "なくても"),
        _topic("security/phishing-sms", "warning", "あやしい", "メール"),
        _STAFF,
    ),
    Tab.LARGE: (
        Tile(("大きい", "字で"), "large", "大きい字で"),
        Tile(("ふつうの", "字で"), "normal", "ふつうの字で"),
        Tile(("ひらがなで",), "easy", "ひらがなで"),
        Tile(("English",), "english", "English"),
        Tile(("日本語に", "もどす"), "japanese", "日本語"),
        Tile(("使い方",), "question", Tap(Signal.MENU)),
    ),
}
