"""Connections whose answers have to be complete in time.

A read time-out counts from byte to byte: an answer that drips would hold a sender, and with it everybody who waits
behind, for as long as it likes.
"""

from __future__ import annotations

import io
import socket
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ANSWER_SECONDS = 5.0
"""From the end of the request to the last byte of the answer."""


def keep_time(manager: urllib3.PoolManager) -> None:
    """From now on the manager's new connections end, as timed out, when the whole of an answer takes longer than a
    request's read time-out (ANSWER_SECONDS where it has none)."""
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _TimedReader(io.RawIOBase):
    """Reads from a socket until a moment."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not complete in time")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    """An answer that is read through a `_TimedReader`."""

    def __init__(
        self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method, url)
        self.fp.close()
        # The request's own read time-out, which urllib3 has just set, is the time for all of the answer.
        self.fp = io.BufferedReader(_TimedReader(sock, sock.gettimeout() or ANSWER_SECONDS))


class _Connection(HTTPConnection):
    response_class = _TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
