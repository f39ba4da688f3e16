"""What the stand-in remembers: channels, reply tokens, what was sent, what was asked of it."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

TOKEN_LIFE = 60.0
"""Seconds a reply token is good for; LINE's documentation speaks of about a minute."""


@dataclass(frozen=True, slots=True)
class SentReply:
    """Messages that a channel sent to a person."""

    number: int
    channel: str
    user_id: str
    reply_token: str
    messages: tuple[dict[str, Any], ...]
    at: float


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request to the stand-in."""

    method: str
    path: str
    status: int
    request_id: str


@dataclass(slots=True)
class _ReplyToken:
    channel: str
    user_id: str
    expires_at: float
    used: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next request: an error status, or an answer that comes too late."""

    status: int | None = None
    delay: float = 0.0
    retry_after: str = ""


@dataclass
class StandIn:
    """The state of a stand-in. Thread-safe; `clock` counts seconds."""

    clock: Callable[[], float] = time.monotonic
    sent: list[SentReply] = field(default_factory=list)
    requests: list[LoggedRequest] = field(default_factory=list)
    rich_menus: dict[str, dict[str, Any]] = field(default_factory=dict)
    rich_menu_images: dict[str, bytes] = field(default_factory=dict)
    rich_menu_aliases: dict[str, str] = field(default_factory=dict)
    default_rich_menu: dict[str, str] = field(default_factory=dict)
    webhook_endpoints: dict[str, str] = field(default_factory=dict)
    webhooks_off: set[str] = field(default_factory=set)
    """Channels whose use of the webhook is switched off."""
    webhook_statuses: dict[str, int] = field(default_factory=dict)
    """What a test of a channel's webhook finds: an HTTP status, 0 for nobody there. 200 unless set."""
    chat_modes: dict[str, str] = field(default_factory=dict)
    """`chat` or `bot` by channel; `bot` unless set."""
    loading: list[str] = field(default_factory=list)
    marked_as_read: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._channels: dict[str, str] = {}
        self._tokens: dict[str, _ReplyToken] = {}
        self._retry_keys: set[str] = set()
        self._faults: deque[Fault] = deque()

    def add_channel(self, channel: str, *, access_token: str) -> None:
        """Makes a channel known by its access token."""
        self._channels[access_token] = channel

    def channel_of(self, access_token: str) -> str | None:
        """The channel that an access token belongs to."""
        return self._channels.get(access_token)

    def issue_reply_token(self, channel: str, *, user_id: str, life: float = TOKEN_LIFE) -> str:
        """A new token: good for one reply, for `life` seconds."""
        token = secrets.token_hex(16)
        with self._lock:
            self._tokens[token] = _ReplyToken(channel, user_id, self.clock() + life)
        return token

    def take_reply(self, channel: str, token: str, messages: Iterable[dict[str, Any]]) -> bool:
        """Uses a reply token up. Returns False when it was used, has expired or is another channel's."""
        with self._lock:
            known = self._tokens.get(token)
            if known is None or known.used or known.channel != channel or self.clock() > known.expires_at:
                return False
            known.used = True
            self._remember(channel, known.user_id, token, messages)
            return True

    def take_push(self, channel: str, user_id: str, messages: Iterable[dict[str, Any]], retry_key: str) -> bool:
        """Records a push. Returns False when this retry key was accepted before."""
        with self._lock:
            if retry_key and retry_key in self._retry_keys:
                return False
            self._retry_keys.add(retry_key)
            self._remember(channel, user_id, "", messages)
            return True

    def _remember(self, channel: str, user_id: str, token: str, messages: Iterable[dict[str, Any]]) -> None:
        self.sent.append(SentReply(len(self.sent) + 1, channel, user_id, token, tuple(messages), self.clock()))

    def sent_to(self, channel: str, user_id: str, after: int = 0) -> list[SentReply]:
        """What a person of a channel was sent, after the given number."""
        return [s for s in self.sent if s.channel == channel and s.user_id == user_id and s.number > after]

    def fail_next(self, status: int, times: int = 1, retry_after: str = "") -> None:
        """Answers the next requests with an error, with a Retry-After header if one is given, and does nothing."""
        self._faults.extend([Fault(status=status, retry_after=retry_after)] * times)

    def delay_next(self, seconds: float, times: int = 1) -> None:
        """Does what the next requests ask, and answers late: the client may have given up."""
        self._faults.extend([Fault(delay=seconds)] * times)

    def next_fault(self) -> Fault:
        """The fault of this request, if one was ordered."""
        with self._lock:
            return self._faults.popleft() if self._faults else Fault()

    def log(self, method: str, path: str, status: int, request_id: str) -> None:
        """Adds to the request log."""
        with self._lock:
            self.requests.append(LoggedRequest(method, path, status, request_id))
