"""Gestures while somebody waits: the message is marked as read, and 「お調べしています」 moves when it takes long.

Both need what we do not keep (the user id, the token), so they start at the webhook, after the commit, on a small pool
of their own. They never delay the 200, are dropped when there are too many, and their errors are only logged.

The loading indicator has one criterion: a second after it arrived, the event is still unanswered. Nothing is guessed
from the length of the queue, so nobody sees the indicator who is answered within that second.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from math import inf
from typing import Any, Protocol

from sqlmodel import select

from bot.conversation.inbound import InboundKind
from bot.inbox import Received, State
from bot.tables import InboxRow
from knowledge.database import Database

log = logging.getLogger("madoguchi.line")

PATIENCE = 1.0
"""Seconds after which waiting is shown."""
LOOK = 0.25
"""Seconds between two looks at who is waiting."""
THREADS = 2
WAITING = 200
"""Events under way at once; more are answered without gestures."""
_USER = re.compile(r"U[0-9a-f]{32}")


class Gesturing(Protocol):
    """The port to a channel: `bot.channels.line.sender.LineSender`."""

    def start_loading(self, user_id: str) -> None:
        """Shows the loading indicator."""
        ...

    def mark_as_read(self, token: str) -> None:
        """Marks a message as read."""
        ...


@dataclass(frozen=True, slots=True)
class Gesture:
    """What can be done about one event. User id and token live only here, and not in `repr`."""

    channel: str
    event_id: str
    user_id: str | None = field(repr=False)
    read_token: str | None = field(repr=False)


def gestures_for(events: Sequence[object], received: Sequence[Received]) -> list[Gesture]:
    """The gestures for events of one-on-one talks that will be answered, in order.

    `received` are the values that `read_events` made of `events`: one for each that is an object.
    """
    objects = [raw for raw in events if isinstance(raw, dict)]
    return list(_gestures(zip(objects, received, strict=True)))


def _gestures(pairs: Iterator[tuple[dict[str, Any], Received]]) -> Iterator[Gesture]:
    for raw, event in pairs:
        inbound = event.inbound
        if event.reply_token is None or inbound.kind in (InboundKind.IGNORED, InboundKind.FOLLOW):
            continue
        user, token = _user(raw.get("source")), _read_token(raw.get("message"))
        if user or token:
            yield Gesture(inbound.municipality, inbound.id, user, token)


def _user(source: object) -> str | None:
    if not isinstance(source, dict) or source.get("type") != "user":
        return None
    user = source.get("userId")
    return user if isinstance(user, str) and _USER.fullmatch(user) else None


def _read_token(message: object) -> str | None:
    token = message.get("markAsReadToken") if isinstance(message, dict) else None
    return token if isinstance(token, str) and token else None


class Courtesy:
    """Does gestures on a small pool. `offer` returns at once and raises nothing."""

    def __init__(self, database: Database, channels: Mapping[str, Gesturing], patience: float = PATIENCE) -> None:
        self._database = database
        self._channels = channels
        self._patience = patience
        self._room = threading.BoundedSemaphore(WAITING)
        self._closing = threading.Event()
        self._looking = threading.Lock()
        self._looked_at = -inf
        self._waiting: frozenset[tuple[str, str]] = frozenset()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="courtesy")

    def offer(self, gestures: Sequence[Gesture]) -> None:
        """Takes gestures up, as far as there is room."""
        due = time.monotonic() + self._patience
        for gesture in gestures:
            if self._closing.is_set() or not self._room.acquire(blocking=False):
                log.info("gestures left out: busy or stopping")
                return
            try:
                self._pool.submit(self._make, gesture, due)
            except RuntimeError:  # closed in between
                self._room.release()
                return

    def close(self) -> None:
        """Drops what is waiting and ends the pool."""
        self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _make(self, gesture: Gesture, due: float) -> None:
        try:
            self._gesture(gesture, due)
        except Exception as error:
            # Only the kind of error: its message may quote the request.
            log.warning("gesture for event %s failed: %s", gesture.event_id, type(error).__name__)
        finally:
            self._room.release()

    def _gesture(self, gesture: Gesture, due: float) -> None:
        channel = self._channels.get(gesture.channel)
        if channel is None:
            return
        if gesture.read_token:
            channel.mark_as_read(gesture.read_token)
        if gesture.user_id is None or self._closing.wait(max(0.0, due - time.monotonic())):
            return
        if self._is_unanswered(gesture):
            channel.start_loading(gesture.user_id)

    def _is_unanswered(self, gesture: Gesture) -> bool:
        """Whether the event is unanswered now. Nearly all are answered by then: those that nobody waits for are told
        by one look for all; whoever seems to wait is looked up."""
        return (gesture.channel, gesture.event_id) in self._seen_waiting() and self._waits(gesture)

    def _seen_waiting(self) -> frozenset[tuple[str, str]]:
        """The unanswered events as they were a moment ago. Whoever waits now for longer than that was among them."""
        with self._looking:
            if time.monotonic() - self._looked_at > min(LOOK, self._patience):
                self._looked_at = time.monotonic()
                query = select(InboxRow.channel, InboxRow.event_id).where(InboxRow.state == State.RECEIVED)
                with self._database.reading() as session:
                    self._waiting = frozenset((channel, event) for channel, event in session.exec(query))
            return self._waiting

    def _waits(self, gesture: Gesture) -> bool:
        query = select(InboxRow.state).where(InboxRow.channel == gesture.channel, InboxRow.event_id == gesture.event_id)
        with self._database.reading() as session:
            return session.exec(query).one_or_none() == State.RECEIVED
