"""Webhook payloads as LINE sends them, built and signed. Pure functions; tests use them too."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(milliseconds: int | None = None) -> str:
    """A webhook event id: 26 characters, sorted by time."""
    moment = int(time.time() * 1000) if milliseconds is None else milliseconds
    value = (moment << 80) | secrets.randbits(80)
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -5, -5))


def webhook_body(events: list[Json], destination: str = "U" + "0" * 32) -> bytes:
    """The body of a webhook."""
    return json.dumps({"destination": destination, "events": events}, ensure_ascii=False).encode()


def sign(secret: str, body: bytes) -> str:
    """The value of `x-line-signature`."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def event(kind: str, user_id: str, reply_token: str | None = None, **content: object) -> Json:
    """An event of one person, with everything LINE always sends."""
    moment = int(time.time() * 1000)
    base: Json = {
        "type": kind,
        "mode": "active",
        "timestamp": moment,
        "source": {"type": "user", "userId": user_id},
        "webhookEventId": ulid(moment),
        "deliveryContext": {"isRedelivery": False},
        **content,
    }
    return {**base, "replyToken": reply_token} if reply_token else base


def message_event(message: Mapping[str, object], user_id: str, reply_token: str) -> Json:
    """A message event; id and tokens are added to the message."""
    whole = {
        "id": str(secrets.randbits(58)),
        "quoteToken": secrets.token_urlsafe(24),
        "markAsReadToken": secrets.token_urlsafe(24),
        **message,
    }
    return event("message", user_id, reply_token, message=whole)


def text_event(text: str, user_id: str, reply_token: str) -> Json:
    """Somebody writes."""
    return message_event({"type": "text", "text": text}, user_id, reply_token)


_MESSAGES: Mapping[str, Json] = {
    "sticker": {"type": "sticker", "packageId": "446", "stickerId": "1988", "stickerResourceType": "STATIC"},
    "image": {"type": "image", "contentProvider": {"type": "line"}},
    "audio": {"type": "audio", "duration": 3000, "contentProvider": {"type": "line"}},
    "location": {"type": "location", "title": "駅前", "address": "駅前", "latitude": 35.7, "longitude": 139.46},
}


def _postback(request: Mapping[str, str]) -> Json:
    """What a button carries; of a tab of the rich menu LINE also says where it led."""
    content: Json = {"data": request.get("data", "")}
    if request["kind"] == "switch":
        content["params"] = {"newRichMenuAliasId": request.get("alias", ""), "status": "SUCCESS"}
    return content


def build_event(request: Mapping[str, str], user_id: str, reply_token: str) -> Json:
    """The event for what was done in the talk room. Raises ValueError for something else."""
    kind = request.get("kind", "")
    if kind == "text":
        return text_event(request.get("text", ""), user_id, reply_token)
    if kind in _MESSAGES:
        return message_event(_MESSAGES[kind], user_id, reply_token)
    if kind in ("postback", "switch"):
        return event("postback", user_id, reply_token, postback=_postback(request))
    if kind == "follow":
        return event("follow", user_id, reply_token, follow={"isUnblocked": False})
    if kind == "unfollow":
        return event("unfollow", user_id)
    if kind == "unsend":
        return event("unsend", user_id, unsend={"messageId": request.get("message", "")})
    raise ValueError(f"unknown kind {kind!r}")
