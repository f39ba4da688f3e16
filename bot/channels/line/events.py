"""LINE's events as inbound values. LINE's own types end here, and so do user ids and unmasked texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from linebot.v3.webhooks import Event
from linebot.v3.webhooks.models import (
    FollowEvent,
    LocationMessageContent,
    MessageEvent,
    PostbackEvent,
    TextMessageContent,
    UnfollowEvent,
    UnsendEvent,
    UserSource,
)
from pydantic import ValidationError

from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import Received
from bot.intents import mask

TEXT_LIMIT = 5_000
COORDINATE_DECIMALS = 3
_MESSAGE_KINDS: Mapping[str, InboundKind] = {
    "text": InboundKind.TEXT,
    "sticker": InboundKind.STICKER,
    "image": InboundKind.IMAGE,
    "video": InboundKind.VIDEO,
    "audio": InboundKind.AUDIO,
    "file": InboundKind.FILE,
    "location": InboundKind.LOCATION,
}
_WRONG_CLOCK = timedelta(days=2)
"""An event time further off than this is not believed."""
Pseudonym = Callable[[str, str], str]
"""From municipality and user id to a keyed hash."""


def one_key(_: str, __: str) -> None:
    """Nobody was ever stored under another key."""


def read_events(
    events: Sequence[object],
    *,
    municipality: str,
    pseudonym: Pseudonym,
    now: datetime,
    formerly: Callable[[str, str], str | None] = one_key,
) -> list[Received]:
    """One value per event, in order. Events of unknown types and shapes are kept as ignored ones."""
    return [_read(raw, municipality, pseudonym, formerly, now) for raw in events if isinstance(raw, dict)]


def _read(
    raw: dict[str, Any],
    municipality: str,
    pseudonym: Pseudonym,
    formerly: Callable[[str, str], str | None],
    now: datetime,
) -> Received:
    event = _parse(raw)
    user = _user_id(event)
    inbound = Inbound(
        id=_event_id(raw),
        municipality=municipality,
        at=_occurred(raw, now),
        person=pseudonym(municipality, user) if user else None,
        **(_content(event) if event is not None and _is_for_us(event) else {"kind": InboundKind.IGNORED}),
    )
    token = raw.get("replyToken") if inbound.kind is not InboundKind.IGNORED else None
    former = formerly(municipality, user) if user else None
    return Received(inbound, token if isinstance(token, str) and token else None, now, former)


def _parse(raw: dict[str, Any]) -> Event | None:
    """The SDK's event; None for types and shapes that this SDK does not know."""
    try:
        event: Event = Event.from_dict(raw)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return event


def _event_id(raw: dict[str, Any]) -> str:
    """LINE's ULID; a digest where an event has none, so that a redelivery is still the same event."""
    given = raw.get("webhookEventId")
    if isinstance(given, str) and 0 < len(given) <= 64 and given.isprintable():
        return given
    return hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()


def _occurred(raw: dict[str, Any], now: datetime) -> datetime:
    try:
        at = datetime.fromtimestamp(raw["timestamp"] / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return now
    return at if abs(now - at) < _WRONG_CLOCK else now


def _user_id(event: Event | None) -> str | None:
    source = getattr(event, "source", None)
    return getattr(source, "user_id", None)


def _is_for_us(event: Event) -> bool:
    """Not in standby (another module answers), and in groups and rooms only when the bot is mentioned."""
    if getattr(event.mode, "value", event.mode) != "active":
        return False
    if event.source is None or isinstance(event.source, UserSource):
        return True
    return isinstance(event, MessageEvent) and _mentions_us(event)


def _mentions_us(event: MessageEvent) -> bool:
    mention = getattr(event.message, "mention", None)
    return any(getattr(m, "is_self", False) for m in mention.mentionees) if mention else False


def _content(event: Event) -> dict[str, Any]:
    if isinstance(event, MessageEvent):
        return _message(event)
    if isinstance(event, PostbackEvent):
        return _tap(event)
    if isinstance(event, FollowEvent):
        return {"kind": InboundKind.FOLLOW}
    if isinstance(event, UnfollowEvent):
        return {"kind": InboundKind.UNFOLLOW}
    if isinstance(event, UnsendEvent):
        return {"kind": InboundKind.UNSEND, "message": event.unsend.message_id}
    return {"kind": InboundKind.IGNORED}


def _tap(event: PostbackEvent) -> dict[str, Any]:
    """A button's data. LINE tells of a changed tab of the rich menu, too: there is nothing to say to that."""
    if "newRichMenuAliasId" in (event.postback.params or {}):
        return {"kind": InboundKind.IGNORED}
    return {"kind": InboundKind.TAP, "data": event.postback.data[:300]}


def _message(event: MessageEvent) -> dict[str, Any]:
    kind = _MESSAGE_KINDS.get(event.message.type, InboundKind.IGNORED)
    content: dict[str, Any] = {"kind": kind, "message": event.message.id}
    if isinstance(event.message, TextMessageContent):
        masked = mask(_storable(event.message.text[:TEXT_LIMIT]))
        content |= {"text": masked.text, "masked": masked.kinds}
    if isinstance(event.message, LocationMessageContent):
        content |= _whereabouts(event.message.latitude, event.message.longitude)
    return content


def _whereabouts(latitude: float, longitude: float) -> dict[str, float]:
    """Coordinates to about 100 m: near enough to find a counter, not a home. Nothing for impossible ones (a NaN is
    neither below nor above)."""
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return {}
    return {"latitude": round(latitude, COORDINATE_DECIMALS), "longitude": round(longitude, COORDINATE_DECIMALS)}


def _storable(text: str) -> str:
    """Without NUL and lone surrogates, which JSON allows and no database takes."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
