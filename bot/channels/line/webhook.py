"""LINE's webhook: verify, store, acknowledge. Nothing is answered here.

The 200 goes out only after the commit: what LINE was told we have, we have.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request, Response
from sqlalchemy.exc import DBAPIError

from bot.channels.line.channel import LineChannel
from bot.channels.line.courtesy import Courtesy, gestures_for
from bot.channels.line.events import one_key, read_events
from bot.channels.line.storing import Storing
from bot.inbox import Received
from bot.observing import measures, tracing
from knowledge.database import Database

log = logging.getLogger("madoguchi.line")

BODY_LIMIT = 1_000_000
"""Bytes of one webhook; LINE's own are far smaller."""
_OUTCOMES = {400: "malformed", 401: "wrong signature", 413: "too large", 503: "not stored"}


@dataclass(frozen=True, slots=True)
class WebhookParts:
    """What the endpoint works with. `pseudonym` makes a keyed hash of municipality and user id.

    `courtesy` shows the loading indicator and marks messages as read; without it both are left out. `formerly` makes
    the hash under the key before, while the key is replaced.
    """

    database: Database
    channels: Mapping[str, LineChannel]
    pseudonym: Callable[[str, str], str]
    clock: Callable[[], datetime]
    wake: Callable[[], None]
    courtesy: Courtesy | None = None
    formerly: Callable[[str, str], str | None] = one_key


def webhook_router(parts: WebhookParts) -> APIRouter:
    """The route `POST /line/{municipality}/webhook`."""
    router = APIRouter()
    storing = Storing(parts.database)

    @router.post("/line/{municipality}/webhook", status_code=200, response_class=Response)
    async def webhook(municipality: str, request: Request) -> Response:
        channel = parts.channels.get(municipality)
        if channel is None:
            raise HTTPException(404)
        with _counted(municipality), tracing.span("webhook", municipality=municipality):
            events = _events(await _verified_body(channel, request))
            received = _read(parts, municipality, events)
            await _store(storing, municipality, received)
        parts.wake()
        if parts.courtesy is not None:
            parts.courtesy.offer(gestures_for(events, received))
        return Response()

    return router


def _read(parts: WebhookParts, municipality: str, events: list[object]) -> list[Received]:
    return read_events(
        events, municipality=municipality, pseudonym=parts.pseudonym, now=parts.clock(), formerly=parts.formerly
    )


@contextmanager
def _counted(municipality: str) -> Iterator[None]:
    """Counts how the request went."""
    outcome = "broken off"
    try:
        yield
        outcome = "accepted"
    except HTTPException as error:
        outcome = _OUTCOMES[error.status_code]
        raise
    finally:
        measures.WEBHOOKS.labels(municipality, outcome).inc()


async def _verified_body(channel: LineChannel, request: Request) -> bytes:
    body = await _limited_body(request)
    if not signature_is_valid(channel.secrets, body, request.headers.get("x-line-signature")):
        raise HTTPException(401)
    return body


async def _limited_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > BODY_LIMIT:
        raise HTTPException(413)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413)
    return bytes(body)


def signature_is_valid(secrets: tuple[str, ...], body: bytes, signature: str | None) -> bool:
    """Whether `signature` is base64(HMAC-SHA256(secret, raw body)) for one of the secrets.

    The SDK's validator wants text; the raw bytes are what was signed, whether they are UTF-8 or not.
    """
    try:
        given = base64.b64decode(signature or "", validate=True)
    except (binascii.Error, ValueError):
        return False
    expected = [hmac.new(secret.encode(), body, hashlib.sha256).digest() for secret in secrets]
    return any(hmac.compare_digest(given, digest) for digest in expected)


def _events(body: bytes) -> list[object]:
    try:
        payload = json.loads(body)
        events = payload["events"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise HTTPException(400) from None
    if not isinstance(events, list):
        raise HTTPException(400)
    return events


async def _store(storing: Storing, municipality: str, received: list[Received]) -> None:
    try:
        with tracing.span("store", events=len(received)):
            new = await storing.store(municipality, received)
            tracing.tell(new=new)
    except DBAPIError as error:
        log.error("events not stored: %s", type(error.orig).__name__)
        # LINE delivers again what was not acknowledged.
        raise HTTPException(503) from None
    measures.EVENTS.labels(municipality, "new").inc(new)
    measures.EVENTS.labels(municipality, "repeated").inc(len(received) - new)
    log.info("webhook events=%d new=%d", len(received), new)
