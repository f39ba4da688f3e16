"""Measures of requests: how many, how answered, how fast, by area of the house (never by address)."""

from __future__ import annotations

import time
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.observing.measures import HTTP_REQUESTS, HTTP_SECONDS, status_class

_AREAS: Mapping[str, str] = {
    "line": "webhook",
    "lookup": "lookup",
    "open-data": "open data",
    "api": "api",
    "admin": "admin",
    "static": "static",
}
_METHODS = frozenset({"GET", "HEAD", "POST"})


def area_of(path: str) -> str:
    """The area of the house that a path belongs to."""
    return _AREAS.get(path.lstrip("/").partition("/")[0], "other")


class RequestMeasures:
    """ASGI middleware that counts and times requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, area = time.perf_counter(), area_of(scope["path"])
        method = scope["method"] if scope["method"] in _METHODS else "other"
        status = 500

        async def send_measured(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                HTTP_SECONDS.labels(area).observe(time.perf_counter() - start)
            await send(message)

        try:
            await self._app(scope, receive, send_measured)
        finally:
            HTTP_REQUESTS.labels(area, method, status_class(status)).inc()
