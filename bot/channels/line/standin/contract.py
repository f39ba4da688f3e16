"""Message objects and requests as LINE takes them: types, properties, limits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.channels.line.standin.actions import IN_QUICK_REPLIES, actions
from bot.channels.line.standin.flex import CONTAINER
from bot.channels.line.standin.rules import (
    BOOLEAN,
    Rule,
    Violation,
    address,
    both,
    by_type,
    listing,
    number,
    one_of,
    record,
    text,
)
from bot.channels.line.standin.templates import IMAGEMAP_OPTIONAL, IMAGEMAP_REQUIRED, TEMPLATE

ALT_TEXT = 400
"""1,500 today; older clients took 400, and we hold ourselves to that."""
USER_ID = r"U[0-9a-f]{32}"
_HTTPS = address("https", limit=2000)
_QUICK_ACTION = actions(20, label_required=True, allowed=IN_QUICK_REPLIES)
_QUICK_ITEM = record({"type": one_of("action"), "action": _QUICK_ACTION}, {"imageUrl": _HTTPS})
_COMMON: dict[str, Rule] = {
    "quickReply": record({"items": listing(_QUICK_ITEM, 1, 13)}),
    "sender": record({}, {"name": text(20), "iconUrl": _HTTPS}),
}
_QUOTE = {"quoteToken": text(300)}
_EMOJI = record({"index": number(0, 5000), "productId": text(100), "emojiId": text(100)})
_MENTIONEE = by_type(
    {
        "user": record({"type": one_of("user"), "userId": text(33, pattern=USER_ID)}),
        "all": record({"type": one_of("all")}),
    }
)
_SUBSTITUTE = by_type(
    {
        "mention": record({"type": one_of("mention"), "mentionee": _MENTIONEE}),
        "emoji": record({"type": one_of("emoji"), "productId": text(100), "emojiId": text(100)}),
    }
)


def _message(kind: str, required: dict[str, Rule], optional: dict[str, Rule] | None = None) -> Rule:
    return record({"type": one_of(kind), **required}, {**_COMMON, **(optional or {})})


def _emoji_places(value: object, place: str) -> Iterator[Violation]:
    """An emoji replaces a `$` of the text; its index counts UTF-16 units."""
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        return
    emojis = value.get("emojis")
    units = value["text"].encode("utf-16-le", "surrogatepass")
    for number_, emoji in enumerate(emojis if isinstance(emojis, list) else []):
        index = emoji.get("index") if isinstance(emoji, dict) else None
        if isinstance(index, int) and units[2 * index : 2 * index + 2] != "$".encode("utf-16-le"):
            yield Violation("must point to a $ in the text", f"{place}.emojis[{number_}].index")


def _substitution(value: object, place: str) -> Iterator[Violation]:
    if not isinstance(value, dict) or len(value) > 100:
        yield Violation("must be an object of at most 100", place)
        return
    for name, item in value.items():
        if not re.fullmatch(r"\w{1,20}", name, re.ASCII):
            yield Violation("invalid key", f"{place}.{name}")
        yield from _SUBSTITUTE(item, f"{place}.{name}")


def _placeholders(value: object, place: str) -> Iterator[Violation]:
    """Text v2: each `{name}` has its substitute; braces that are meant as such are doubled."""
    words = value.get("text") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(words, str):
        return
    rest = words.replace("{{", "").replace("}}", "")
    known = value.get("substitution")
    for name in re.findall(r"{(\w+)}", rest, re.ASCII):
        if not isinstance(known, dict) or name not in known:
            yield Violation(f"no substitution for {name}", f"{place}.text")
    if set("{}") & set(re.sub(r"{\w+}", "", rest, flags=re.ASCII)):
        yield Violation("braces must be doubled", f"{place}.text")


_LOCATION: dict[str, Rule] = {
    "title": text(100),
    "address": text(100),
    "latitude": number(-90, 90, whole=False),
    "longitude": number(-180, 180, whole=False),
}
_ALT: dict[str, Rule] = {"altText": text(ALT_TEXT)}
_PICTURE: dict[str, Rule] = {"originalContentUrl": _HTTPS, "previewImageUrl": _HTTPS}
MESSAGE = by_type(
    {
        "text": both(
            _message("text", {"text": text(5000)}, {"emojis": listing(_EMOJI, 0, 20), **_QUOTE}), _emoji_places
        ),
        "textV2": both(
            _message("textV2", {"text": text(5000)}, {"substitution": _substitution, **_QUOTE}), _placeholders
        ),
        "sticker": _message("sticker", {"packageId": text(20), "stickerId": text(20)}, _QUOTE),
        "image": _message("image", _PICTURE),
        "video": _message("video", _PICTURE, {"trackingId": text(100)}),
        "audio": _message("audio", {"originalContentUrl": _HTTPS, "duration": number(1, 86_400_000)}),
        "location": _message("location", _LOCATION),
        "coupon": _message("coupon", {"couponId": text(100)}, {"deliveryTag": text(30)}),
        "imagemap": _message("imagemap", {**_ALT, **IMAGEMAP_REQUIRED}, IMAGEMAP_OPTIONAL),
        "template": _message("template", {**_ALT, "template": TEMPLATE}),
        "flex": _message("flex", {**_ALT, "contents": CONTAINER}),
    }
)
_MESSAGES = listing(MESSAGE, 1, 5)
REPLY = record({"replyToken": text(200), "messages": _MESSAGES}, {"notificationDisabled": BOOLEAN})
PUSH = record(
    {"to": text(33, pattern=r"[UCR][0-9a-f]{32}"), "messages": _MESSAGES},
    {"notificationDisabled": BOOLEAN, "customAggregationUnits": listing(text(30, pattern=r"[a-zA-Z0-9_]+"), 0, 1)},
)
VALIDATE = record({"messages": _MESSAGES})
LOADING = record({"chatId": text(33, pattern=USER_ID)}, {"loadingSeconds": one_of(*range(5, 65, 5))})
MARK_AS_READ = record({"markAsReadToken": text(500)})
ENDPOINT = record({"endpoint": address("https", limit=500)})
WEBHOOK_TEST = record({}, {"endpoint": address("https", limit=500)})


def validate_messages(messages: object) -> list[Violation]:
    """What LINE would refuse in these message objects; empty when nothing."""
    return list(_MESSAGES(messages, "messages"))
