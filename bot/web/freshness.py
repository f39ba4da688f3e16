"""Pages that a browser keeps: they carry a tag of what they were made from, and are sent again only when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from fastapi import Request, Response

REVALIDATED = "public, no-cache"
"""May be kept by anybody, but not shown without asking: a notice of a disaster must not come late."""
PRIVATE = "no-store"
"""What somebody typed, and the answer to it, stay in no cache."""


def tag_of(*made_from: object) -> str:
    """The entity tag of something that is wholly made from these values."""
    text = "\x1f".join(map(str, made_from))
    return f'W/"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def fresh(request: Request, tag: str, make: Callable[[], Response]) -> Response:
    """What `make` makes, with its tag; 304 without making it when the browser has just that (RFC 9110, 13.1.2)."""
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    response = Response(status_code=304) if tag.removeprefix("W/") in known else make()
    response.headers["etag"] = tag
    response.headers["cache-control"] = REVALIDATED
    return response
