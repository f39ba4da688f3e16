"""The stand-in is as strict as LINE: each limit at its edge, and one over."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.line.standin import validate_messages
from bot.channels.line.standin.rich_menu import validate_rich_menu


def _text(value: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": value, **more}


def _action(label: str = "はい", **more: Any) -> dict[str, Any]:
    return {"type": "message", "label": label, "text": "はい", **more}


def _quick(count: int, label: str = "はい") -> dict[str, Any]:
    return _text("x", quickReply={"items": [{"type": "action", "action": _action(label)}] * count})


def _flex(contents: object, alt: str = "x") -> dict[str, Any]:
    return {"type": "flex", "altText": alt, "contents": contents}


def _bubble(*components: object) -> dict[str, Any]:
    return {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(components)}}


def _uri(value: str) -> dict[str, Any]:
    return _flex(_bubble({"type": "button", "action": {"type": "uri", "label": "x", "uri": value}}))


def _buttons(**more: Any) -> dict[str, Any]:
    template = {"type": "buttons", "text": "x", "actions": [_action()], **more}
    return {"type": "template", "altText": "x", "template": template}


def _columns(count: int) -> dict[str, Any]:
    column = {"text": "x", "actions": [_action()]}
    return {"type": "template", "altText": "x", "template": {"type": "carousel", "columns": [column] * count}}


GOOD = {
    "text of 5,000": _text("あ" * 5000),
    "emoji count two": _text("😀" * 2500),
    "13 quick replies": _quick(13),
    "label of 20": _quick(1, "あ" * 20),
    "alt text of 400": _flex(_bubble(), "あ" * 400),
    "12 bubbles": _flex({"type": "carousel", "contents": [_bubble()] * 12}),
    "telephone": _uri("tel:0120950178"),
    "uri of 1,000": _uri("https://e.jp/" + "a" * 987),
    "buttons": _buttons(),
    "text of 60 with title": _buttons(title="t", text="x" * 60),
    "10 columns": _columns(10),
    "postback of 300": _text(
        "x", quickReply={"items": [{"type": "action", "action": {"type": "postback", "label": "x", "data": "d" * 300}}]}
    ),
    "sticker": {"type": "sticker", "packageId": "1", "stickerId": "2"},
    "location": {"type": "location", "title": "a", "address": "b", "latitude": 35.7, "longitude": 139.4},
    "spans": _flex(_bubble({"type": "text", "contents": [{"type": "span", "text": "x"}]})),
}
BAD = {
    "text of 5,001": _text("あ" * 5001),
    "emoji count two": _text("😀" * 2500 + "x"),
    "empty text": _text(""),
    "lone surrogate": _text("a\ud800"),
    "14 quick replies": _quick(14),
    "no quick reply": _quick(0),
    "label of 21": _quick(1, "あ" * 21),
    "alt text of 401": _flex(_bubble(), "あ" * 401),
    "no alt text": {"type": "flex", "contents": _bubble()},
    "13 bubbles": _flex({"type": "carousel", "contents": [_bubble()] * 13}),
    "bubble over 30 KB": _flex(_bubble(*[{"type": "text", "text": "あ" * 1000}] * 11)),
    "carousel over 50 KB": _flex(
        {"type": "carousel", "contents": [_bubble(*[{"type": "text", "text": "あ" * 1000}] * 6)] * 3}
    ),
    "scheme": _uri("javascript:alert(1)"),
    "uri of 1,001": _uri("https://e.jp/" + "a" * 988),
    "five actions": _buttons(actions=[_action()] * 5),
    "text of 61 with title": _buttons(title="t", text="x" * 61),
    "11 columns": _columns(11),
    "one confirm action": {
        "type": "template",
        "altText": "x",
        "template": {"type": "confirm", "text": "x", "actions": [_action()]},
    },
    "postback of 301": _text(
        "x", quickReply={"items": [{"type": "action", "action": {"type": "postback", "label": "x", "data": "d" * 301}}]}
    ),
    "unknown type": {"type": "hologram"},
    "no type": {"text": "x"},
    "unknown property": _text("x", colour="red"),
    "unknown property inside": _flex(_bubble({"type": "text", "text": "x", "colour": "#000000"})),
    "unknown component": _flex(_bubble({"type": "table"})),
    "colour by name": _flex(_bubble({"type": "text", "text": "x", "color": "red"})),
    "size": _flex(_bubble({"type": "text", "text": "x", "size": "huge"})),
    "http image": {"type": "image", "originalContentUrl": "http://e.jp/a.png", "previewImageUrl": "http://e.jp/a.png"},
    "button without label": _flex(_bubble({"type": "button", "action": {"type": "uri", "uri": "https://e.jp"}})),
    "number as text": _text(5),  # type: ignore[arg-type]
    "not an object": "text",
}


@pytest.mark.parametrize("name", GOOD)
def test_what_line_takes(name: str) -> None:
    assert validate_messages([GOOD[name]]) == []


@pytest.mark.parametrize("name", BAD)
def test_what_line_refuses(name: str) -> None:
    assert validate_messages([BAD[name]])


@pytest.mark.parametrize(("count", "good"), [(0, False), (1, True), (5, True), (6, False)])
def test_one_to_five_messages(count: int, good: bool) -> None:
    assert (validate_messages([_text("x")] * count) == []) is good


def _menu(**more: Any) -> dict[str, Any]:
    area = {"bounds": {"x": 0, "y": 0, "width": 2500, "height": 1686}, "action": _action()}
    size = {"width": 2500, "height": 1686}
    return {"size": size, "selected": True, "name": "n", "chatBarText": "メニュー", "areas": [area], **more}


def test_rich_menus() -> None:
    assert validate_rich_menu(_menu()) == []
    for bad in (
        _menu(chatBarText="あ" * 15),
        _menu(name="あ" * 301),
        _menu(size={"width": 799, "height": 300}),
        _menu(size={"width": 1000, "height": 900}),
        _menu(areas=[]),
        _menu(areas=_menu()["areas"] * 21),
        _menu(size={"width": 2500, "height": 843}),
        _menu(color="red"),
    ):
        assert validate_rich_menu(bad)
