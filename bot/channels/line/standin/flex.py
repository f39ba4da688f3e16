"""Flex messages: bubbles, carousels and their components."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bot.channels.line.standin.actions import actions
from bot.channels.line.standin.rules import (
    BOOLEAN,
    Rule,
    Violation,
    address,
    both,
    by_type,
    later,
    listing,
    number,
    one_of,
    record,
    text,
)

BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
BORDER = r"none|light|normal|medium|semi-bold|bold|\d+(?:\.\d+)?px"
COLOR = text(9, pattern=r"#[0-9a-fA-F]{6}(?:[0-9a-fA-F]{2})?")
SPACE = text(10, pattern=r"none|xs|sm|md|lg|xl|xxl|\d+(?:\.\d+)?px|\d+(?:\.\d+)?%")
PIXELS = text(10, pattern=r"\d+(?:\.\d+)?(?:px|%)")
TEXT_SIZE = text(10, pattern=r"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|\d+(?:\.\d+)?px")
FLEX = number(0, 1000)
ALIGN = one_of("start", "end", "center")
GRAVITY = one_of("top", "bottom", "center")
RATIO = text(20, pattern=r"\d+(?:\.\d+)?:\d+(?:\.\d+)?")
IMAGE_URL = address("https", limit=2000)
ACTION = actions(40, label_required=False)
BUTTON_ACTION = actions(40, label_required=True)

_PLACE: dict[str, Rule] = {
    "position": one_of("relative", "absolute"),
    "offsetTop": SPACE,
    "offsetBottom": SPACE,
    "offsetStart": SPACE,
    "offsetEnd": SPACE,
}
_BASE: dict[str, Rule] = {**_PLACE, "flex": FLEX, "margin": SPACE}
_PADDING: dict[str, Rule] = {f"padding{side}": SPACE for side in ("All", "Top", "Bottom", "Start", "End")}
_FONT: dict[str, Rule] = {
    "size": TEXT_SIZE,
    "weight": one_of("regular", "bold"),
    "color": COLOR,
    "style": one_of("normal", "italic"),
    "decoration": one_of("none", "underline", "line-through"),
}
_SPAN = record({"type": one_of("span"), "text": text(2000)}, _FONT)
_GRADIENT = record(
    {
        "type": one_of("linearGradient"),
        "angle": text(10, pattern=r"\d+(?:\.\d+)?deg"),
        "startColor": COLOR,
        "endColor": COLOR,
    },
    {"centerColor": COLOR, "centerPosition": text(10, pattern=r"\d+(?:\.\d+)?%")},
)
_ITEM = one_of("flex-start", "center", "flex-end")
_JUSTIFY = one_of("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly")
_BOX_OPTIONS: dict[str, Rule] = {
    **_BASE,
    **_PADDING,
    "spacing": SPACE,
    "width": PIXELS,
    "maxWidth": PIXELS,
    "height": PIXELS,
    "maxHeight": PIXELS,
    "backgroundColor": COLOR,
    "borderColor": COLOR,
    "borderWidth": text(10, pattern=BORDER),
    "cornerRadius": SPACE,
    "background": _GRADIENT,
    "action": ACTION,
    "justifyContent": _JUSTIFY,
    "alignItems": _ITEM,
}


def _box(layout: str, contents: Rule) -> Rule:
    shape: dict[str, Rule] = {"type": one_of("box"), "layout": one_of(layout), "contents": listing(contents, 0, 100)}
    return record(shape, _BOX_OPTIONS)


_BOX = by_type(
    {
        "horizontal": _box("horizontal", later(lambda: _IN_BOX)),
        "vertical": _box("vertical", later(lambda: _IN_BOX)),
        "baseline": _box("baseline", later(lambda: _IN_BASELINE)),
    },
    "layout",
)
_TEXT_OPTIONS: dict[str, Rule] = {
    **_BASE,
    **_FONT,
    "align": ALIGN,
    "gravity": GRAVITY,
    "wrap": BOOLEAN,
    "lineSpacing": text(10, pattern=r"\d+(?:\.\d+)?px"),
    "maxLines": number(0, 1000),
    "action": ACTION,
    "adjustMode": one_of("shrink-to-fit"),
    "scaling": BOOLEAN,
}


def _text_component(value: object, place: str) -> Iterator[Violation]:
    """A text has words, or spans."""
    has_spans = isinstance(value, dict) and "contents" in value
    words: dict[str, Rule] = {} if has_spans else {"text": text(2000)}
    spans: dict[str, Rule] = {"contents": listing(_SPAN, 1, 100), "text": text(2000)} if has_spans else {}
    yield from record({"type": one_of("text"), **words}, {**_TEXT_OPTIONS, **spans})(value, place)


_SIZE = text(10, pattern=r"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|full|\d+(?:\.\d+)?(?:px|%)")
_IMAGE = record(
    {"type": one_of("image"), "url": IMAGE_URL},
    {
        **_BASE,
        "align": ALIGN,
        "gravity": GRAVITY,
        "size": _SIZE,
        "aspectRatio": RATIO,
        "aspectMode": one_of("cover", "fit"),
        "backgroundColor": COLOR,
        "action": ACTION,
        "animated": BOOLEAN,
    },
)
_ICON = record(
    {"type": one_of("icon"), "url": IMAGE_URL},
    {**_PLACE, "margin": SPACE, "size": TEXT_SIZE, "aspectRatio": RATIO, "scaling": BOOLEAN},
)
_BUTTON = record(
    {"type": one_of("button"), "action": BUTTON_ACTION},
    {
        **_BASE,
        "height": one_of("sm", "md"),
        "style": one_of("primary", "secondary", "link"),
        "color": COLOR,
        "gravity": GRAVITY,
        "adjustMode": one_of("shrink-to-fit"),
        "scaling": BOOLEAN,
    },
)
_VIDEO = record(
    {
        "type": one_of("video"),
        "url": IMAGE_URL,
        "previewUrl": IMAGE_URL,
        "altContent": by_type({"box": _BOX, "image": _IMAGE}),
    },
    {"aspectRatio": RATIO, "action": ACTION},
)
_FILLER = record({"type": one_of("filler")}, {"flex": FLEX})


def _on_the_baseline(value: object, place: str) -> Iterator[Violation]:
    """What stands on a line of text can't be moved up or down otherwise."""
    for name in ("gravity", "offsetBottom"):
        if isinstance(value, dict) and name in value:
            yield Violation("not available in a baseline box", f"{place}.{name}")


_IN_BASELINE: Rule = both(
    by_type({"icon": _ICON, "text": _text_component, "filler": _FILLER}),
    _on_the_baseline,
)
_IN_BOX: Rule = by_type(
    {
        "box": _BOX,
        "text": _text_component,
        "image": _IMAGE,
        "button": _BUTTON,
        "separator": record({"type": one_of("separator")}, {"margin": SPACE, "color": COLOR}),
        "filler": _FILLER,
    }
)
_BLOCK_STYLE = record({}, {"backgroundColor": COLOR, "separator": BOOLEAN, "separatorColor": COLOR})
_BUBBLE_SHAPE = record(
    {"type": one_of("bubble")},
    {
        "direction": one_of("ltr", "rtl"),
        "size": one_of("nano", "micro", "deca", "hecto", "kilo", "mega", "giga"),
        "header": _BOX,
        "hero": by_type({"box": _BOX, "image": _IMAGE, "video": _VIDEO}),
        "body": _BOX,
        "footer": _BOX,
        "styles": record({}, dict.fromkeys(("header", "hero", "body", "footer"), _BLOCK_STYLE)),
        "action": ACTION,
    },
)


def _bubble_parts(value: object, place: str) -> Iterator[Violation]:
    """A bubble has at least one block; a film needs a bubble that is wide enough."""
    if not isinstance(value, dict):
        return
    if not {"header", "hero", "body", "footer"} & value.keys():
        yield Violation("at least one block must be specified", place)
    hero = value.get("hero")
    film = isinstance(hero, dict) and hero.get("type") == "video"
    if film and value.get("size", "mega") not in ("kilo", "mega", "giga"):
        yield Violation("must be kilo, mega or giga with a video", f"{place}.size")


def _one_size(value: object, place: str) -> Iterator[Violation]:
    """The bubbles of a carousel are equally wide."""
    bubbles = value.get("contents") if isinstance(value, dict) else None
    if not isinstance(bubbles, list):
        return
    sizes = {str(bubble.get("size", "mega")) for bubble in bubbles if isinstance(bubble, dict)}
    if len(sizes) > 1:
        yield Violation("bubbles must have the same size", f"{place}.contents")


def _at_most(limit: int) -> Rule:
    def check(value: object, place: str) -> Iterator[Violation]:
        if len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")) > limit:
            yield Violation(f"JSON must be at most {limit} bytes", place)

    return check


BUBBLE = both(_BUBBLE_SHAPE, _bubble_parts, _at_most(BUBBLE_BYTES))
_CAROUSEL = record({"type": one_of("carousel"), "contents": listing(BUBBLE, 1, 12)})
CONTAINER = by_type({"bubble": BUBBLE, "carousel": both(_CAROUSEL, _one_size, _at_most(CAROUSEL_BYTES))})
