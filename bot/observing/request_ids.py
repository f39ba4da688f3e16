"""Request ids: one per request, carried along to the log lines, the stored event, its answer and the reply."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "x-request-id"
LONGEST = 64
_ACCEPTED = re.compile(r"[A-Za-z0-9-]{8,64}")
_LINE_ID = re.compile(r"[UCR][0-9a-f]{32}")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def current() -> str | None:
    """The id of what is being worked on here; None outside of requests and events."""
    return _current.get()


@contextmanager
def bound(request_id: str | None) -> Iterator[None]:
    """Inside of the block this is the current id."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)


def accepted(given: str | None) -> str:
    """The id that came with a request when it looks like one (8 to 64 letters, digits, hyphens), else a new one.

    An id of LINE (a person's, a group's) is no request id, whoever sends it: request ids are logged.
    """
    if given and _ACCEPTED.fullmatch(given) and not _LINE_ID.fullmatch(given):
        return given
    return secrets.token_hex(8)


class RequestIds:
    """ASGI middleware: gives each request an id, and tells it in the response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on with its id bound."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = accepted(Headers(scope=scope).get(HEADER))

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with bound(request_id):
            await self._app(scope, receive, send_named)
