"""Whole addresses of our own pages, for links that leave the page: canonical links, feeds, QR codes."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request

from bot.web.state import web_parts


def absolute(request: Request, path: str, /, **query: str) -> str:
    """The address of `path` (from the root) as people outside see it; empty values of `query` are left out.

    By the setting `public_url`, else as this request was addressed.
    """
    base = web_parts(request).public_url or f"{request.url.scheme}://{request.url.netloc}"
    given = {name: value for name, value in query.items() if value}
    return f"{base.rstrip('/')}{path}" + (f"?{urlencode(given)}" if given else "")
