"""Changes only from our own pages: what a form or script of another site sends is refused. No cookie is needed."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import HTTPException, Request

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def same_origin(request: Request) -> None:
    """Refuses a change that another site's page asks for: raises HTTPException (403).

    Browsers tell in Sec-Fetch-Site, older ones in Origin; a request with neither is not a browser's form.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = urlsplit(origin).netloc == request.headers.get("host") if origin and origin != "null" else None
    if site not in (None, "same-origin") or own is False or (site is None and own is None):
        raise HTTPException(403)
