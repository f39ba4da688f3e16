"""An answer of LINE's that drips does not hold a sender for longer than an answer may take."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from bot.channels.line import deadline
from bot.channels.line.sender import LineSender
from bot.responses.reply import Reply, ReplyKind
from bot.worker import Delivery

REPLY = Reply(kind=ReplyKind.NOTICE, body="文")


@pytest.fixture
def dripping(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, threading.Event]]:
    """A server whose answer comes a byte at a time and never ends; and whether the client left it."""
    monkeypatch.setattr(deadline, "ANSWER_SECONDS", 0.3)
    left = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_drip, args=(server, left), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", left
        left.set()
        thread.join(5)


def _drip(server: socket.socket, left: threading.Event) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not left.wait(0.02):
                connection.sendall(b"a")
        except OSError:
            left.set()


def test_a_dripping_answer_is_a_time_out(dripping: tuple[str, threading.Event]) -> None:
    url, left = dripping
    sender = LineSender("t", url)
    sent = sender.send("token", REPLY)
    sender.close()
    assert (sent.delivery, sent.detail) == (Delivery.TRY_AGAIN, "ReadTimeoutError")
    assert left.wait(5), "the connection was closed"
