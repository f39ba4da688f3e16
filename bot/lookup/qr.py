"""QR codes as pictures in the page itself: no other server draws them, and none learns who looks at what."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

import segno

QUIET = 4
"""Empty modules around a code (ISO/IEC 18004)."""


@lru_cache(maxsize=4_096)
def qr_picture(address: str) -> str:
    """A QR code of `address` as a `data:` address of an SVG; error correction M (15 %), for paper that gets folded."""
    return str(_code(address).svg_data_uri(border=QUIET, scale=4, svgclass=None, lineclass=None, light="#fff"))


@lru_cache(maxsize=4_096)
def qr_modules(address: str) -> tuple[int, str]:
    """The same code for drawing elsewhere: modules a side, and all of them row by row as hex digits."""
    rows = _code(address).matrix
    bits = "".join(str(module) for row in rows for module in row)
    return len(rows), f"{int(bits, 2):x}"


def line_address(basic_id: str, text: str) -> str:
    """The address that opens a LINE official account with `text` ready to send.

    `basic_id` begins with @; the scheme is https://line.me/R/oaMessage/{LINE ID}/?{text}.
    """
    return f"https://line.me/R/oaMessage/{quote(basic_id, safe='')}/?{quote(text, safe='')}"


def _code(address: str) -> segno.QRCode:
    return segno.make_qr(address, error="m", boost_error=False)
