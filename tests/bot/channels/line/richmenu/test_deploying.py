"""Deploying through LINE's own SDK to the stand-in: twice is once, and nothing of others is touched."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from bot.channels.line.richmenu.client import LINE_IMAGES, RichMenuClient
from bot.channels.line.richmenu.deploying import Done, Wanted, deploy, plan, remove, wanted_menus
from bot.channels.line.richmenu.errors import (
    LineFault,
    LineUnreachable,
    LineUnwell,
    MenuRefused,
    TokenRefused,
    TooManyRequests,
)
from bot.channels.line.richmenu.layout import WIDTH, Size, layout_of
from bot.channels.line.richmenu.menus import Tab, menus_of
from bot.channels.line.richmenu.state import AtLine, Existing
from bot.channels.line.standin import StandIn

CITY = "kokubunji"
FOREIGN = {
    "size": {"width": WIDTH, "height": 843},
    "selected": True,
    "name": "市の広報のメニュー",
    "chatBarText": "広報",
    "areas": [
        {"bounds": {"x": 0, "y": 0, "width": 10, "height": 10}, "action": {"type": "message", "text": "広報"}},
    ],
}


@cache
def plain(size: Size, shade: int = 255) -> bytes:
    """A picture without words: no font is needed."""
    out = BytesIO()
    Image.new("L", (WIDTH, layout_of(size).height), shade).save(out, "PNG")
    return out.getvalue()


def wanted(size: Size = Size.LARGE, shade: int = 255) -> tuple[Wanted, ...]:
    return wanted_menus(menus_of(CITY, "国分寺市", size), lambda menu: plain(menu.size, shade))


@pytest.fixture
def channel(line_url: str) -> Iterator[RichMenuClient]:
    with RichMenuClient("t", line_url) as channel:
        yield channel


def foreign(channel: RichMenuClient) -> str:
    """Somebody else's menu, with an alias, as the default."""
    menu = channel.create(FOREIGN)
    channel.upload(menu, plain(Size.COMPACT))
    channel.add_alias("card", menu)
    channel.set_default(menu)
    return menu


def changes(standin: StandIn) -> list[str]:
    return [f"{r.method} {r.path}" for r in standin.requests if r.method != "GET"]


@pytest.mark.parametrize("size", list(Size))
def test_menus_images_aliases_and_default_are_there(standin: StandIn, channel: RichMenuClient, size: Size) -> None:
    assert deploy(channel, wanted(size)) == Done(created=4, uploaded=4, aliases=4, default=True)
    aliases = {tab: standin.rich_menu_aliases[f"{CITY}/{tab.alias}"] for tab in Tab}
    assert len(set(aliases.values())) == 4
    assert set(standin.rich_menu_images) == set(aliases.values()) == set(standin.rich_menus)
    assert standin.default_rich_menu == {CITY: aliases[Tab.CARD]}
    assert {r.status for r in standin.requests} <= {200, 404}


def test_a_second_run_changes_nothing(standin: StandIn, channel: RichMenuClient) -> None:
    deploy(channel, wanted())
    standin.requests.clear()
    assert deploy(channel, wanted()).nothing
    assert changes(standin) == []


@pytest.mark.parametrize("other", [wanted(shade=0), wanted(Size.COMPACT)], ids=["other picture", "other size"])
def test_old_menus_go_after_the_aliases_point_to_the_new_ones(
    standin: StandIn, channel: RichMenuClient, other: tuple[Wanted, ...]
) -> None:
    deploy(channel, wanted())
    old = set(standin.rich_menus)
    standin.requests.clear()
    assert deploy(channel, other) == Done(created=4, uploaded=4, aliases=4, default=True, removed=4)
    assert not old & set(standin.rich_menus)
    assert set(standin.rich_menu_aliases.values()) == set(standin.rich_menus)
    order = [change.split("/")[-2] if change.startswith("POST") else "DELETE" for change in changes(standin)]
    assert order.index("DELETE") > max(i for i, step in enumerate(order) if step != "DELETE")


def test_one_changed_picture_changes_one_menu(channel: RichMenuClient) -> None:
    deploy(channel, wanted())
    new = (*wanted()[:3], wanted(shade=0)[3])
    assert deploy(channel, new) == Done(created=1, uploaded=1, aliases=1, default=False, removed=1)


def test_menus_of_others_are_kept(standin: StandIn, channel: RichMenuClient) -> None:
    theirs = foreign(channel)
    deploy(channel, wanted())
    deploy(channel, wanted(shade=0))
    assert remove(channel).removed == 4
    assert set(standin.rich_menus) == {theirs}
    assert theirs in standin.rich_menu_images
    assert standin.rich_menu_aliases == {f"{CITY}/card": theirs}


def test_remove_leaves_somebody_elses_default(standin: StandIn, channel: RichMenuClient) -> None:
    deploy(channel, wanted())
    theirs = foreign(channel)
    assert remove(channel) == Done(aliases=4, default=False, removed=4)
    assert standin.default_rich_menu == {CITY: theirs}


def test_remove_takes_everything_of_ours_and_twice_is_once(standin: StandIn, channel: RichMenuClient) -> None:
    deploy(channel, wanted())
    assert remove(channel) == Done(aliases=4, default=True, removed=4)
    assert (standin.rich_menus, standin.rich_menu_aliases, standin.default_rich_menu) == ({}, {}, {})
    assert remove(channel).nothing


@pytest.mark.parametrize("steps", range(20))
def test_an_interrupted_run_is_finished_by_the_next_one(standin: StandIn, channel: RichMenuClient, steps: int) -> None:
    """Wherever it stops: the next run brings the same end, and a third has nothing to do."""
    deploy(channel, wanted(shade=0))
    standin.delay_next(0, times=steps)
    standin.fail_next(500)
    with pytest.raises(LineUnwell):
        deploy(channel, wanted())
    deploy(channel, wanted())
    assert deploy(channel, wanted()).nothing
    assert len(standin.rich_menus) == 4
    assert set(standin.rich_menu_images) == set(standin.rich_menus)


def test_an_alias_of_a_tab_that_is_no_more_goes(standin: StandIn, channel: RichMenuClient) -> None:
    deploy(channel, wanted())
    channel.add_alias("madoguchi-gone", next(iter(standin.rich_menus)))
    assert deploy(channel, wanted()) == Done(aliases=1)
    assert f"{CITY}/madoguchi-gone" not in standin.rich_menu_aliases


def test_another_channel_is_another_world(standin: StandIn, channel: RichMenuClient, line_url: str) -> None:
    standin.add_channel("fuchu", access_token="f")
    deploy(channel, wanted())
    with RichMenuClient("f", line_url) as other:
        assert other.state() == AtLine()
        assert remove(other).nothing
    assert len(standin.rich_menus) == 4


def test_of_two_of_the_same_name_one_is_kept() -> None:
    (menu, *_) = wanted()
    twins = tuple(Existing(id_, menu.name, WIDTH, 1686) for id_ in ("a", "b"))
    steps = plan([menu], AtLine(menus=twins))
    assert (steps.kept, steps.created, steps.removed) == ({menu.name: "a"}, (), ("b",))


def test_names_carry_the_content() -> None:
    names = {menu.name for menus in (wanted(), wanted(shade=0), wanted(Size.COMPACT)) for menu in menus}
    assert len(names) == 12
    assert all(name.startswith(f"madoguchi/{CITY}/") for name in names)


@pytest.mark.parametrize(
    ("status", "fault"),
    [(401, TokenRefused), (403, TokenRefused), (429, TooManyRequests), (500, LineUnwell), (400, MenuRefused)],
)
def test_faults_are_sentences(standin: StandIn, channel: RichMenuClient, status: int, fault: type[LineFault]) -> None:
    standin.fail_next(status)
    with pytest.raises(fault, match=f"HTTP {status}.*。"):
        deploy(channel, wanted())


def test_nobody_there_is_a_sentence() -> None:
    with RichMenuClient("t", "http://127.0.0.1:9") as channel, pytest.raises(LineUnreachable, match="つながりません"):
        channel.state()


def test_a_wrong_token_is_a_sentence(line_url: str) -> None:
    with RichMenuClient("wrong", line_url) as channel, pytest.raises(TokenRefused):
        channel.state()


def test_a_refused_menu_says_where(channel: RichMenuClient) -> None:
    with pytest.raises(MenuRefused, match="chatBarText"):
        channel.create({**FOREIGN, "chatBarText": ""})


def test_images_go_to_lines_address_for_images() -> None:
    """The SDK sends everything to a configured host; LINE takes images elsewhere."""
    with RichMenuClient("t") as real, RichMenuClient("t", "http://127.0.0.1:9") as local:
        hosts = [[c.configuration.host for c in (r._client, r._image_client)] for r in (real, local)]
    assert hosts == [["https://api.line.me", LINE_IMAGES], ["http://127.0.0.1:9"] * 2]
