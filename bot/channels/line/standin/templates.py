"""Template messages and imagemaps."""

from __future__ import annotations

from collections.abc import Iterator

from bot.channels.line.standin.actions import LINK_SCHEMES, actions
from bot.channels.line.standin.rules import (
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

_HTTPS = address("https", limit=2000)
_ACTION = actions(20, label_required=True)
_DEFAULT_ACTION = actions(20, label_required=False)
_LOOKS: dict[str, Rule] = {
    "imageAspectRatio": one_of("rectangle", "square"),
    "imageSize": one_of("cover", "contain"),
}
_CARD: dict[str, Rule] = {
    "thumbnailImageUrl": _HTTPS,
    "title": text(40),
    "defaultAction": _DEFAULT_ACTION,
    "imageBackgroundColor": text(7, pattern=r"#[0-9a-fA-F]{6}"),
}


def _shorter_beside_image(limit: int) -> Rule:
    """The text of a card with a title or an image is shorter."""

    def check(value: object, place: str) -> Iterator[Violation]:
        if isinstance(value, dict) and ("title" in value or "thumbnailImageUrl" in value) and "text" in value:
            yield from text(limit)(value["text"], f"{place}.text")

    return check


def _alike(value: object, place: str) -> Iterator[Violation]:
    """All columns have as many actions as the first, and a title and an image if it has them."""
    columns = value.get("columns") if isinstance(value, dict) else None
    if not isinstance(columns, list) or not all(isinstance(column, dict) for column in columns):
        return
    for number_, column in enumerate(columns):
        if _outline(column) != _outline(columns[0]):
            yield Violation("must have the same parts as the first column", f"{place}.columns[{number_}]")


def _outline(column: dict[str, object]) -> tuple[int, bool, bool]:
    given = column.get("actions")
    return len(given) if isinstance(given, list) else 0, "title" in column, "thumbnailImageUrl" in column


_BUTTONS = record(
    {"type": one_of("buttons"), "text": text(160), "actions": listing(_ACTION, 1, 4)}, {**_CARD, **_LOOKS}
)
_COLUMN = record({"text": text(120), "actions": listing(_ACTION, 1, 3)}, _CARD)
_IMAGE_COLUMN = record({"imageUrl": _HTTPS, "action": actions(12, label_required=False)})
_CAROUSEL = record(
    {"type": one_of("carousel"), "columns": listing(both(_COLUMN, _shorter_beside_image(60)), 1, 10)}, _LOOKS
)
TEMPLATE = by_type(
    {
        "buttons": both(_BUTTONS, _shorter_beside_image(60)),
        "confirm": record({"type": one_of("confirm"), "text": text(240), "actions": listing(_ACTION, 2, 2)}),
        "carousel": both(_CAROUSEL, _alike),
        "image_carousel": record({"type": one_of("image_carousel"), "columns": listing(_IMAGE_COLUMN, 1, 10)}),
    }
)

_AREA = record(
    {"x": number(0, 1040), "y": number(0, 2080), "width": number(1, 1040), "height": number(1, 2080)},
)
_LINK = address(*LINK_SCHEMES, limit=1000)
_LABEL = {"label": text(50)}
_MAP_ACTION = by_type(
    {
        "uri": record({"type": one_of("uri"), "linkUri": _LINK, "area": _AREA}, _LABEL),
        "message": record({"type": one_of("message"), "text": text(400), "area": _AREA}, _LABEL),
        "clipboard": record({"type": one_of("clipboard"), "clipboardText": text(1000), "area": _AREA}, _LABEL),
    }
)
_MAP_VIDEO = record(
    {"originalContentUrl": _HTTPS, "previewImageUrl": _HTTPS, "area": _AREA},
    {"externalLink": record({"linkUri": _LINK, "label": text(30)})},
)
IMAGEMAP_REQUIRED: dict[str, Rule] = {
    "baseUrl": _HTTPS,
    "baseSize": record({"width": one_of(1040), "height": number(1, 2080)}),
    "actions": listing(_MAP_ACTION, 1, 50),
}
IMAGEMAP_OPTIONAL: dict[str, Rule] = {"video": _MAP_VIDEO}
