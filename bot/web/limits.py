"""How often one address may ask, and how much it may send, without knowing anybody.

Addresses are never stored: a count stands under a hash of the address whose key is made when the process starts and
goes with it. Every process counts for itself. An IPv6 address counts by its /64 network, which is one household.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import HTTPException, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

MOST_ADDRESSES = 10_000
"""Counts kept at once (about 3 MB); the oldest is forgotten first."""
BODY_LIMIT = 64 * 1024
"""Bytes of a form that anybody may send."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times in so many seconds. `name` tells counts of different things apart."""

    name: str
    times: int
    seconds: float


class RateLimits:
    """Counts per address and thing, in windows of fixed length. Safe to use from several threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._counts: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def wait(self, limit: Limit, address: str) -> int:
        """Counts one more from this address. Returns 0 when that is within the limit, else the seconds to wait."""
        now, key = self._now(), self._hashed(limit.name, address)
        with self._lock:
            start, times = self._counts.get(key, (now, 0))
            if now - start >= limit.seconds:
                start, times = now, 0
                self._counts.pop(key, None)
            if times >= limit.times:
                return math.ceil(start + limit.seconds - now)
            self._counts[key] = (start, times + 1)
            if len(self._counts) > MOST_ADDRESSES:
                self._counts.popitem(last=False)
        return 0

    def _hashed(self, name: str, address: str) -> bytes:
        return hashlib.blake2b(f"{name} {_network(address)}".encode(), key=self._key, digest_size=16).digest()


def _network(address: str) -> str:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def address_of(request: Request) -> str:
    """Where a request comes from; behind a relay on the same machine that is what the relay says."""
    return request.client.host if request.client else ""


def too_many(wait: int) -> HTTPException:
    """The refusal (429) that tells when to try again, in seconds."""
    return HTTPException(429, headers={"Retry-After": str(wait)})


class BodyLimit:
    """ASGI middleware that refuses larger bodies below these paths, and bodies that do not tell their length."""

    def __init__(self, app: ASGIApp, paths: tuple[str, ...], most: int = BODY_LIMIT) -> None:
        self._app = app
        self._paths = paths
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, or answers 411 or 413. The server sees to it that no more than the length comes."""
        if scope["type"] != "http" or not str(scope["path"]).startswith(self._paths):
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if b"transfer-encoding" in headers or not length.isdigit():
            await PlainTextResponse("送る量が分かりません。", 411)(scope, receive, send)
        elif int(length) > self._most:
            await PlainTextResponse("送る量が多すぎます。", 413)(scope, receive, send)
        else:
            await self._app(scope, receive, send)
