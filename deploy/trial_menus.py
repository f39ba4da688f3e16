"""The rich menus of a trial run: drawn and brought to the stand-in in the background, so that nobody waits for them."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bot.channels.line.channel import LineChannel
from bot.channels.line.richmenu.client import RichMenuClient
from bot.channels.line.richmenu.deploying import deploy, wanted_menus
from bot.channels.line.richmenu.drawing import draw_menu
from bot.channels.line.richmenu.errors import FontMissing, LineFault
from bot.channels.line.richmenu.fonts import find_font
from bot.channels.line.richmenu.layout import Size
from bot.channels.line.richmenu.menus import Menu, menus_of
from deploy.settings import Settings

log = logging.getLogger("madoguchi.line")

PATIENCE = 60.0
"""Seconds to wait for the server to listen."""
PAUSE = 0.2
"""Seconds between two pictures: answering comes first."""


def deploy_in_background(settings: Settings, cities: Mapping[str, str], channels: Mapping[str, LineChannel]) -> None:
    """Starts a thread that deploys the menus of all `cities` (names by id) to `settings.line_api`."""
    threading.Thread(target=_deploy_all, args=(settings, cities, channels), name="menus", daemon=True).start()


def _deploy_all(settings: Settings, cities: Mapping[str, str], channels: Mapping[str, LineChannel]) -> None:
    """A trial run works without menus too: it is said why they are missing, and that is all."""
    try:
        draw = partial(_draw_unhurried, find_font(settings.font))
        if not _listens(settings.host, settings.port):
            return
        for city, name in cities.items():
            with RichMenuClient(channels[city].access_token, settings.line_api) as channel:
                deploy(channel, wanted_menus(menus_of(city, name, Size.LARGE), draw))
    except FontMissing as error:
        print(f"（シミュレーターのメニューは出ません。{error}）", flush=True)
    except LineFault as error:
        log.warning("menus of the trial run: %s", error)


def _draw_unhurried(font: Path, menu: Menu) -> bytes:
    time.sleep(PAUSE)
    return draw_menu(menu, font)


def _listens(host: str, port: int) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False
