"""Rich menus as LINE takes them: the object, its image, its alias."""

from __future__ import annotations

import struct

from bot.channels.line.standin.actions import IN_RICH_MENUS, actions
from bot.channels.line.standin.rules import BOOLEAN, Violation, listing, number, record, text

IMAGE_BYTES = 1024 * 1024
LEAST_RATIO = 1.45
_ALIAS_ID = text(32, pattern=r"[a-z0-9_-]{1,32}")
_MENU_ID = text(100)
_BOUNDS = record({"x": number(0, 2500), "y": number(0, 2500), "width": number(1, 2500), "height": number(1, 2500)})
_AREA = record({"bounds": _BOUNDS, "action": actions(20, label_required=False, allowed=IN_RICH_MENUS)})
_SHAPE = record(
    {
        "size": record({"width": number(800, 2500), "height": number(250, 2500)}),
        "selected": BOOLEAN,
        "name": text(300),
        "chatBarText": text(14),
        "areas": listing(_AREA, 1, 20),
    }
)
ALIAS = record({"richMenuAliasId": _ALIAS_ID, "richMenuId": _MENU_ID})
ALIAS_CHANGE = record({"richMenuId": _MENU_ID})


def validate_rich_menu(menu: object) -> list[Violation]:
    """What LINE would refuse in a rich menu: its shape, its proportions, and areas outside the image."""
    found = list(_SHAPE(menu, ""))
    if found or not isinstance(menu, dict):
        return found
    width, height = menu["size"]["width"], menu["size"]["height"]
    if width / height < LEAST_RATIO:
        found.append(Violation(f"width divided by height must be at least {LEAST_RATIO}", "size"))
    for number_, area in enumerate(menu["areas"]):
        bounds = area["bounds"]
        if bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            found.append(Violation("must be inside the image", f"areas[{number_}].bounds"))
    return found


def image_type(image: bytes) -> str | None:
    """The media type by the first bytes; None for anything but PNG and JPEG."""
    if image.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/jpeg" if image.startswith(b"\xff\xd8\xff") else None


def image_size(image: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG or JPEG, read from its header; None for anything else."""
    kind = image_type(image)
    if kind == "image/png":
        return _png_size(image)
    return _jpeg_size(image) if kind else None


def _png_size(image: bytes) -> tuple[int, int] | None:
    if len(image) < 24:
        return None
    width, height = struct.unpack(">II", image[16:24])
    return int(width), int(height)


def _jpeg_size(image: bytes) -> tuple[int, int] | None:
    """From the first start-of-frame segment: C0–CF without the tables C4, C8 and CC."""
    place = 2
    while place + 9 <= len(image):
        marker, length = image[place + 1], int.from_bytes(image[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", image[place + 5 : place + 9])
            return int(width), int(height)
        place += 2 + length
    return None
