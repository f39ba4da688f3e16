"""Message objects as LINE takes them: types, properties, limits."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.line.standin.actions import actions
from bot.channels.line.standin.flex import CONTAINER
from bot.channels.line.standin.rules import (
    BOOLEAN,
    Rule,
    Violation,
    address,
    by_type,
    listing,
    number,
    one_of,
    record,
    text,
)

ALT_TEXT = 400
"""1,500 today; older clients took 400, and we hold ourselves to that."""
HTTPS = address("https", limit=2000)
QUICK_REPLY = record(
    {
        "items": listing(
            record({"type": one_of("action"), "action": actions(20, label_required=True)}, {"imageUrl": HTTPS}), 1, 13
        )
    }
)
SENDER = record({}, {"name": text(20), "iconUrl": HTTPS})
TEMPLATE_ACTION = actions(20, label_required=True)


def _message(kind: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    common: dict[str, Rule] = {"quickReply": QUICK_REPLY, "sender": SENDER}
    return record({"type": one_of(kind), **required}, {**common, **(optional or {})})


_LOOKS: dict[str, Rule] = {
    "imageAspectRatio": one_of("rectangle", "square"),
    "imageSize": one_of("cover", "contain"),
    "imageBackgroundColor": text(7, pattern=r"#[0-9a-fA-F]{6}"),
}


def _shorter_with_image(value: object, place: str, limits: tuple[int, int]) -> Iterator[Violation]:
    """Text beside a title or an image is shorter."""
    if isinstance(value, dict):
        limit = limits[1] if "title" in value or "thumbnailImageUrl" in value else limits[0]
        yield from text(limit)(value.get("text", ""), f"{place}.text")


def _buttons(value: object, place: str) -> Iterator[Violation]:
    yield from _shorter_with_image(value, place, (160, 60))
    yield from record(
        {"type": one_of("buttons"), "text": text(160), "actions": listing(TEMPLATE_ACTION, 1, 4)},
        {"thumbnailImageUrl": HTTPS, "title": text(40), "defaultAction": TEMPLATE_ACTION, **_LOOKS},
    )(value, place)


def _column(value: object, place: str) -> Iterator[Violation]:
    yield from _shorter_with_image(value, place, (120, 60))
    yield from record(
        {"text": text(120), "actions": listing(TEMPLATE_ACTION, 1, 3)},
        {
            "thumbnailImageUrl": HTTPS,
            "title": text(40),
            "defaultAction": TEMPLATE_ACTION,
            "imageBackgroundColor": _LOOKS["imageBackgroundColor"],
        },
    )(value, place)


_CAROUSEL_LOOKS = {name: _LOOKS[name] for name in ("imageAspectRatio", "imageSize")}
TEMPLATE = by_type(
    {
        "buttons": _buttons,
        "confirm": record({"type": one_of("confirm"), "text": text(240), "actions": listing(TEMPLATE_ACTION, 2, 2)}),
        "carousel": record({"type": one_of("carousel"), "columns": listing(_column, 1, 10)}, _CAROUSEL_LOOKS),
        "image_carousel": record(
            {
                "type": one_of("image_carousel"),
                "columns": listing(record({"imageUrl": HTTPS, "action": actions(12, label_required=False)}), 1, 10),
            }
        ),
    }
)
_EMOJI = record({"index": number(0, 5000), "productId": text(100), "emojiId": text(100)})
_AREA = record({name: number(0, 2500) for name in ("x", "y", "width", "height")})
_MAP_ACTION = by_type(
    {
        "uri": record(
            {"type": one_of("uri"), "linkUri": address("http", "https", "line", "tel", limit=1000), "area": _AREA},
            {"label": text(100)},
        ),
        "message": record({"type": one_of("message"), "text": text(400), "area": _AREA}, {"label": text(100)}),
        "clipboard": record(
            {"type": one_of("clipboard"), "clipboardText": text(1000), "area": _AREA}, {"label": text(100)}
        ),
    }
)
_MENTIONEE = record({"type": one_of("user", "all")}, {"userId": text(33)})
_SUBSTITUTE = by_type(
    {
        "mention": record(
            {"type": one_of("mention"), "mentionee": record({"type": one_of("user", "all")}, {"userId": text(33)})}
        ),
        "emoji": record({"type": one_of("emoji"), "productId": text(100), "emojiId": text(100)}),
    }
)


def _substitution(value: object, place: str) -> Iterator[Violation]:
    if not isinstance(value, dict) or len(value) > 100:
        yield Violation("must be an object of at most 100", place)
        return
    for name, item in value.items():
        yield from _SUBSTITUTE(item, f"{place}.{name}")


MESSAGE = by_type(
    {
        "text": _message("text", {"text": text(5000)}, {"emojis": listing(_EMOJI, 0, 20), "quoteToken": text(300)}),
        "textV2": _message("textV2", {"text": text(5000)}, {"substitution": _substitution, "quoteToken": text(300)}),
        "sticker": _message("sticker", {"packageId": text(20), "stickerId": text(20)}, {"quoteToken": text(300)}),
        "image": _message("image", {"originalContentUrl": HTTPS, "previewImageUrl": HTTPS}),
        "video": _message("video", {"originalContentUrl": HTTPS, "previewImageUrl": HTTPS}, {"trackingId": text(100)}),
        "audio": _message("audio", {"originalContentUrl": HTTPS, "duration": number(1, 86_400_000)}),
        "location": _message(
            "location",
            {
                "title": text(100),
                "address": text(100),
                "latitude": number(-90, 90, whole=False),
                "longitude": number(-180, 180, whole=False),
            },
        ),
        "imagemap": _message(
            "imagemap",
            {
                "baseUrl": HTTPS,
                "altText": text(ALT_TEXT),
                "baseSize": record({"width": one_of(1040), "height": number(1, 2080)}),
                "actions": listing(_MAP_ACTION, 1, 50),
            },
        ),
        "template": _message("template", {"altText": text(ALT_TEXT), "template": TEMPLATE}),
        "flex": _message("flex", {"altText": text(ALT_TEXT), "contents": CONTAINER}),
    }
)
_MESSAGES = listing(MESSAGE, 1, 5)
REPLY = record({"replyToken": text(200), "messages": _MESSAGES}, {"notificationDisabled": BOOLEAN})
PUSH = record(
    {"to": text(33), "messages": _MESSAGES},
    {"notificationDisabled": BOOLEAN, "customAggregationUnits": listing(text(30), 0, 1)},
)
VALIDATE = record({"messages": _MESSAGES})
LOADING = record(
    {"chatId": text(33, pattern=r"U[0-9a-f]{32}")},
    {"loadingSeconds": one_of(*range(5, 65, 5))},
)
MARK_AS_READ = record({"markAsReadToken": text(500)})
_MENU_SIZE = record({"width": number(800, 2500), "height": number(250, 1724)})
_MENU_AREA = record(
    {"bounds": _AREA, "action": actions(20, label_required=False)},
)
RICH_MENU_SHAPE = record(
    {
        "size": _MENU_SIZE,
        "selected": BOOLEAN,
        "name": text(300),
        "chatBarText": text(14),
        "areas": listing(_MENU_AREA, 1, 20),
    }
)
ALIAS = record({"richMenuAliasId": text(32, pattern=r"[a-z0-9_-]{1,32}"), "richMenuId": text(100)})


def validate_messages(messages: object) -> list[Violation]:
    """What LINE would refuse in these message objects; empty when nothing."""
    return list(_MESSAGES(messages, "messages"))


def validate_rich_menu(menu: object) -> list[Violation]:
    """What LINE would refuse in a rich menu: its shape, its proportions, and areas outside the image."""
    found = list(RICH_MENU_SHAPE(menu, ""))
    if found or not isinstance(menu, dict):
        return found
    width, height = menu["size"]["width"], menu["size"]["height"]
    if width / height < 1.45:
        found.append(Violation("width divided by height must be at least 1.45", "size"))
    for number_, area in enumerate(menu["areas"]):
        bounds = area["bounds"]
        if bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            found.append(Violation("must be inside the image", f"areas[{number_}].bounds"))
    return found
