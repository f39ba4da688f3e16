"""What has to change at LINE so that a city's menus are there, and doing it in an order that never shows a gap.

A menu's name carries the hash of all it is made of, `madoguchi/<city>/<size>/<tab>/<hash>`: a menu that is there
already is kept, so a second run changes nothing. New menus come first, then the aliases point to them, then the
default, and only then the old ones go. A run that was interrupted is finished by the next one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.line.richmenu.client import RichMenuClient
from bot.channels.line.richmenu.menus import OURS, Menu, line_object
from bot.channels.line.richmenu.state import AtLine

_HASH = 16
"""Hexadecimal digits in a name."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A menu that is to be there, complete."""

    alias: str
    body: dict[str, Any]
    png: bytes

    @property
    def name(self) -> str:
        """Its name with the hash of its content."""
        return str(self.body["name"])


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. Of `wanted`, `kept` are there already, by name with their ids."""

    kept: Mapping[str, str]
    created: tuple[Wanted, ...]
    removed: tuple[str, ...]
    removed_aliases: tuple[str, ...]
    """Aliases of tabs that are no more."""


@dataclass(frozen=True, slots=True)
class Done:
    """How much was changed."""

    created: int = 0
    uploaded: int = 0
    aliases: int = 0
    default: bool = False
    removed: int = 0

    @property
    def nothing(self) -> bool:
        """Whether everything was right before."""
        return self == Done()


def wanted_menus(menus: Iterable[Menu], draw: Callable[[Menu], bytes]) -> tuple[Wanted, ...]:
    """The menus with their images, each named after its content."""
    return tuple(_wanted(menu, draw(menu)) for menu in menus)


def _wanted(menu: Menu, png: bytes) -> Wanted:
    stem = f"{OURS}/{menu.city}/{menu.size}/{menu.tab}"
    content = json.dumps(line_object(menu, stem), sort_keys=True, ensure_ascii=False).encode()
    digest = hashlib.sha256(content + b"\0" + png).hexdigest()[:_HASH]
    return Wanted(menu.tab.alias, line_object(menu, f"{stem}/{digest}"), png)


def plan(wanted: Sequence[Wanted], now: AtLine) -> Plan:
    """What has to be created and removed. Pure. Of two of the same name one is kept."""
    ids = {menu.name: menu.id for menu in reversed(now.ours)}
    kept = {menu.name: ids[menu.name] for menu in wanted if menu.name in ids}
    return Plan(
        kept=kept,
        created=tuple(menu for menu in wanted if menu.name not in kept),
        removed=tuple(menu.id for menu in now.ours if menu.id not in kept.values()),
        removed_aliases=tuple(alias for alias in now.our_aliases if alias not in {menu.alias for menu in wanted}),
    )


def deploy(channel: RichMenuClient, wanted: Sequence[Wanted]) -> Done:
    """Brings the menus to LINE; the first of `wanted` becomes the default. Raises LineFault; run it again then."""
    now = channel.state()
    steps = plan(wanted, now)
    unfinished = {
        menu.name for menu in wanted if menu.name in steps.kept and not channel.has_image(steps.kept[menu.name])
    }
    ids = {**steps.kept, **{menu.name: channel.create(menu.body) for menu in steps.created}}
    to_upload = [menu for menu in wanted if menu in steps.created or menu.name in unfinished]
    for menu in to_upload:
        channel.upload(ids[menu.name], menu.png)
    moved = sum(_point(channel, menu.alias, ids[menu.name], now) for menu in wanted)
    first = ids[wanted[0].name]
    if now.default != first:
        channel.set_default(first)
    _take_away(channel, steps.removed_aliases, steps.removed)
    changed = moved + len(steps.removed_aliases)
    return Done(len(steps.created), len(to_upload), changed, now.default != first, len(steps.removed))


def _point(channel: RichMenuClient, alias: str, menu_id: str, now: AtLine) -> bool:
    if now.aliases.get(alias) == menu_id:
        return False
    if alias in now.aliases:
        channel.move_alias(alias, menu_id)
    else:
        channel.add_alias(alias, menu_id)
    return True


def remove(channel: RichMenuClient) -> Done:
    """Takes all our menus and aliases away; the default only if it is ours. Raises LineFault; run it again then."""
    now = channel.state()
    ours = tuple(menu.id for menu in now.ours)
    if now.default in ours:
        channel.clear_default()
    _take_away(channel, now.our_aliases, ours)
    return Done(aliases=len(now.our_aliases), default=now.default in ours, removed=len(ours))


def _take_away(channel: RichMenuClient, aliases: Iterable[str], menu_ids: Iterable[str]) -> None:
    """Aliases first: none is ever left that leads nowhere."""
    for alias in aliases:
        channel.remove_alias(alias)
    for menu_id in menu_ids:
        channel.remove(menu_id)
