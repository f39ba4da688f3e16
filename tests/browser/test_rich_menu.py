"""The rich menu in the simulator: tabs by keyboard and by touch, tiles, the bar, and what a screen reader gets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Page, expect
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.channels.line.richmenu.client import RichMenuClient
from bot.channels.line.richmenu.deploying import deploy, wanted_menus
from bot.channels.line.richmenu.layout import WIDTH, Size, layout_of
from bot.channels.line.richmenu.menus import Menu, menus_of
from bot.channels.line.standin import StandIn, create_standin_app
from bot.simulator import SimulatedChannel, create_simulator
from bot.web.static import static_files


@dataclass
class Talk:
    """A simulator whose webhooks end here."""

    url: str = ""
    standin: StandIn = field(default_factory=StandIn)
    events: list[dict[str, Any]] = field(default_factory=list)

    def deliver(self, _: str, body: bytes, __: str) -> int:
        self.events += json.loads(body)["events"]
        return 200

    def postbacks(self, page: Page, count: int) -> list[dict[str, Any]]:
        """As many as that, once they have come: the page shows what was tapped before it tells the service."""
        for _ in range(600):
            found = [event["postback"] for event in self.events if event["type"] == "postback"]
            if len(found) >= count:
                break
            page.wait_for_timeout(100)
        return found

    def deploy_menus(self) -> None:
        with RichMenuClient("t", f"{self.url}/simulator/line") as channel:
            deploy(channel, wanted_menus(menus_of("fuchu", "府中市", Size.LARGE), blank))


def blank(menu: Menu) -> bytes:
    out = BytesIO()
    Image.new("L", (WIDTH, layout_of(menu.size).height), 255).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def talk() -> Iterator[Talk]:
    talk = Talk()
    talk.standin.add_channel("fuchu", access_token="t")
    channels = {"fuchu": SimulatedChannel("府中市", "0" * 32)}
    simulator = create_simulator(standin=talk.standin, channels=channels, deliver=talk.deliver)
    routes = [
        Mount("/simulator/line", create_standin_app(talk.standin)),
        Mount("/simulator", simulator),
        Mount("/static", static_files()),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    talk.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield talk
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def page(page: Page, talk: Talk) -> Page:
    page.goto(f"{talk.url}/simulator/")
    return page


def chosen(page: Page, name: str) -> None:
    expect(page.get_by_role("tab", selected=True)).to_have_accessible_name(f"{name}（いまのページ）")


def test_menus_that_come_later_are_shown(talk: Talk, page: Page) -> None:
    expect(page.locator("#menu")).to_be_hidden()
    talk.deploy_menus()
    expect(page.locator("#menu")).to_be_visible()
    expect(page.locator("#menu-bar")).to_have_text("府中市のメニュー")
    chosen(page, "カード")


def test_tabs_by_keyboard(talk: Talk, page: Page) -> None:
    talk.deploy_menus()
    page.get_by_role("tab", selected=True).focus()
    for key, name in (("ArrowRight", "手続"), ("End", "大きい字"), ("ArrowRight", "カード"), ("ArrowLeft", "大きい字")):
        page.keyboard.press(key)
        chosen(page, name)
        expect(page.get_by_role("tab", selected=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="大きい字で")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".own")).to_have_text("大きい字で")


def test_a_tab_and_a_tile_by_touch(talk: Talk, page: Page) -> None:
    talk.deploy_menus()
    page.get_by_role("tab", name="手続のページへ").click()
    chosen(page, "手続")
    page.get_by_role("button", name="窓口の時間").click()
    expect(page.locator(".own")).to_have_text("窓口の時間")
    switched, tapped = talk.postbacks(page, 2)
    assert switched["params"]["newRichMenuAliasId"] == "madoguchi-procedures"
    assert tapped == {"data": "do=topic&of=counters%2Fcounter-hours&at="}


def test_the_bar_folds_the_menu_away(talk: Talk, page: Page) -> None:
    talk.deploy_menus()
    bar = page.locator("#menu-bar")
    expect(bar).to_have_attribute("aria-expanded", "true")
    bar.click()
    expect(page.locator("#menu")).to_be_hidden()
    expect(bar).to_have_attribute("aria-expanded", "false")
    bar.click()
    chosen(page, "カード")


def test_it_is_accessible_and_large_enough_for_fingers(
    talk: Talk, page: Page, faults_of: Callable[[Page], list[str]]
) -> None:
    talk.deploy_menus()
    chosen(page, "カード")
    assert faults_of(page) == []
    boxes = [area.bounding_box() for area in page.locator("#menu button").all()]
    assert len(boxes) == 10
    assert all(box and box["width"] >= 44 and box["height"] >= 44 for box in boxes)
