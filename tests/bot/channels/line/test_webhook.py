"""LINE in: real signatures, every kind of event, and nothing acknowledged that is not stored."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from bot.channels.line.channel import LineChannel
from bot.channels.line.webhook import BODY_LIMIT, WebhookParts, webhook_router
from bot.tables import InboxRow
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
OLD_SECRET = "fedcba9876543210fedcba9876543210"
USER = "U" + "0" * 32
URL = "/line/kokubunji/webhook"


def sign(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@pytest.fixture
def client(database: Database, clock: Callable[[], datetime]) -> TestClient:
    app = FastAPI()
    channels = {"kokubunji": LineChannel((SECRET, OLD_SECRET), "token")}
    app.include_router(
        webhook_router(WebhookParts(database, channels, lambda m, u: f"{m}-{u[-4:]}", clock, lambda: None))
    )
    return TestClient(app, raise_server_exceptions=False)


def event(kind: str = "message", **more: object) -> dict[str, Any]:
    base: dict[str, Any] = {
        "type": kind,
        "mode": "active",
        "timestamp": 1795230000000,
        "webhookEventId": "01KANX0000000000000000000A",
        "deliveryContext": {"isRedelivery": False},
        "source": {"type": "user", "userId": USER},
    }
    return {**base, **more}


def text_event(text: str, **more: object) -> dict[str, Any]:
    message = {"id": "m1", "type": "text", "text": text, "quoteToken": "q1"}
    return {**event(message=message, replyToken="r1"), **more}


def post(client: TestClient, events: list[Any], signature: str | None = None) -> int:
    body = json.dumps({"destination": "U" + "f" * 32, "events": events}).encode()
    return client.post(URL, content=body, headers={"x-line-signature": signature or sign(body)}).status_code


def rows(database: Database) -> list[InboxRow]:
    with database.reading() as session:
        return list(session.exec(select(InboxRow)).all())


def test_a_message_is_stored_masked_and_without_the_user_id(client: TestClient, database: Database) -> None:
    assert post(client, [text_event("番号は1234-5678-9018です。カードをなくした")]) == 200
    (row,) = rows(database)
    assert (row.channel, row.reply_token, row.person) == ("kokubunji", "r1", "kokubunji-0000")
    assert row.inbound["text"] == "番号は【個人番号】です。カードをなくした"
    assert USER not in json.dumps(row.inbound)
    assert row.state == "received"


def test_a_wrong_signature_stores_nothing(client: TestClient, database: Database) -> None:
    body = json.dumps({"events": [text_event("x")]}).encode()
    for signature in (sign(body, "x" * 32), sign(body + b" "), "", "not base64!", "あ", sign(b"", "")):
        headers = {"x-line-signature": signature.encode()}
        assert client.post(URL, content=body, headers=headers).status_code == 401
    assert client.post(URL, content=body).status_code == 401
    assert rows(database) == []


def test_two_secrets_are_valid_while_one_is_rotated(client: TestClient) -> None:
    body = b'{"destination":"x","events":[]}'
    for secret in (SECRET, OLD_SECRET):
        assert client.post(URL, content=body, headers={"x-line-signature": sign(body, secret)}).status_code == 200


@pytest.mark.parametrize("secret", ["", "short"])
def test_a_channel_needs_a_real_secret(secret: str) -> None:
    with pytest.raises(ValueError, match="at least 32"):
        LineChannel((secret,), "token")


def test_an_unknown_municipality_is_not_found(client: TestClient) -> None:
    assert (
        client.post("/line/nowhere/webhook", content=b"{}", headers={"x-line-signature": sign(b"{}")}).status_code
        == 404
    )


def test_a_body_that_is_too_large(client: TestClient) -> None:
    body = b" " * (BODY_LIMIT + 1)
    assert client.post(URL, content=body, headers={"x-line-signature": sign(body)}).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b" " * 50_000

    assert client.post(URL, content=chunks(), headers={"x-line-signature": "x"}).status_code == 413


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"{}", b'{"events": 1}', b"\xff\xfe", b"[" * 20_000])
def test_a_body_that_is_not_a_webhook(client: TestClient, body: bytes) -> None:
    assert client.post(URL, content=body, headers={"x-line-signature": sign(body)}).status_code == 400


def test_lines_url_check_has_no_events(client: TestClient, database: Database) -> None:
    assert post(client, []) == 200
    assert rows(database) == []


def test_a_redelivered_event_is_one_row(client: TestClient, database: Database) -> None:
    assert post(client, [text_event("カード")]) == 200
    again = text_event("カード", deliveryContext={"isRedelivery": True})
    assert post(client, [again]) == 200
    assert len(rows(database)) == 1


def test_the_same_id_on_another_channel_is_another_event(database: Database, clock: Callable[[], datetime]) -> None:
    app = FastAPI()
    channels = {name: LineChannel((SECRET,), "token") for name in ("kokubunji", "oyama")}
    app.include_router(
        webhook_router(WebhookParts(database, channels, lambda m, u: f"{m}{u}"[:40], clock, lambda: None))
    )
    body = json.dumps({"events": [text_event("カード")]}).encode()
    client = TestClient(app)
    for name in channels:
        assert (
            client.post(f"/line/{name}/webhook", content=body, headers={"x-line-signature": sign(body)}).status_code
            == 200
        )
    assert len(rows(database)) == 2


_MEDIA = {"contentProvider": {"type": "line"}, "quoteToken": "q", "id": "m2"}
_GROUP = {"type": "group", "groupId": "C" + "0" * 32, "userId": USER}
_MENTION = {"mentionees": [{"index": 0, "length": 3, "type": "user", "isSelf": True, "userId": USER}]}
EVENTS = [
    ("text", text_event("カード"), "text"),
    (
        "emoji",
        text_event(
            "$",
            message={
                "id": "1",
                "type": "text",
                "text": "$",
                "quoteToken": "q",
                "emojis": [{"index": 0, "length": 1, "productId": "p", "emojiId": "001"}],
            },
        ),
        "text",
    ),
    ("image", event(message={"type": "image", **_MEDIA}, replyToken="r"), "image"),
    ("video", event(message={"type": "video", "duration": 1, **_MEDIA}, replyToken="r"), "video"),
    ("audio", event(message={"type": "audio", "duration": 1, **_MEDIA}, replyToken="r"), "audio"),
    ("file", event(message={"type": "file", "id": "1", "fileName": "a.pdf", "fileSize": 3}, replyToken="r"), "file"),
    (
        "location",
        event(message={"type": "location", "id": "1", "latitude": 35.7, "longitude": 139.4}, replyToken="r"),
        "location",
    ),
    (
        "sticker",
        event(
            message={
                "type": "sticker",
                "id": "1",
                "packageId": "1",
                "stickerId": "1",
                "quoteToken": "q",
                "stickerResourceType": "STATIC",
            },
            replyToken="r",
        ),
        "sticker",
    ),
    ("follow", event("follow", replyToken="r", follow={"isUnblocked": False}), "follow"),
    ("unfollow", event("unfollow"), "unfollow"),
    ("unsend", event("unsend", unsend={"messageId": "m1"}), "unsend"),
    ("postback", event("postback", replyToken="r", postback={"data": "do=menu"}), "tap"),
    ("join", event("join", replyToken="r", source=_GROUP), "ignored"),
    ("leave", event("leave", source=_GROUP), "ignored"),
    (
        "memberJoined",
        event("memberJoined", replyToken="r", source=_GROUP, joined={"members": [{"type": "user", "userId": USER}]}),
        "ignored",
    ),
    ("memberLeft", event("memberLeft", source=_GROUP, left={"members": [{"type": "user", "userId": USER}]}), "ignored"),
    ("videoPlayComplete", event("videoPlayComplete", replyToken="r", videoPlayComplete={"trackingId": "t"}), "ignored"),
    ("beacon", event("beacon", replyToken="r", beacon={"hwid": "d41d8cd98f", "type": "enter"}), "ignored"),
    ("accountLink", event("accountLink", replyToken="r", link={"result": "ok", "nonce": "n"}), "ignored"),
    ("membership", event("membership", replyToken="r", membership={"type": "joined", "membershipId": 1}), "ignored"),
    ("module", event("module", module={"type": "attached", "botId": "U1", "scopes": []}), "ignored"),
    ("activated", event("activated", chatControl={"expireAt": 1}), "ignored"),
    ("deactivated", event("deactivated"), "ignored"),
    ("botSuspended", event("botSuspended"), "ignored"),
    ("botResumed", event("botResumed"), "ignored"),
    ("delivery", event("delivery", delivery={"data": "0" * 64}), "ignored"),
    ("unknown type", event("somethingNew", replyToken="r"), "ignored"),
    ("unknown message", event(message={"type": "hologram", "id": "1"}, replyToken="r"), "ignored"),
    ("standby", text_event("カード", mode="standby"), "ignored"),
    ("group", text_event("カード", source=_GROUP), "ignored"),
    ("room", text_event("カード", source={"type": "room", "roomId": "R" + "0" * 32}), "ignored"),
    (
        "mentioned in a group",
        text_event(
            "@市 カード",
            source=_GROUP,
            message={"id": "1", "type": "text", "text": "@市 カード", "quoteToken": "q", "mention": _MENTION},
        ),
        "text",
    ),
    ("no user id", text_event("カード", source={"type": "user"}), "text"),
    ("no source", {k: v for k, v in text_event("カード").items() if k != "source"}, "text"),
    ("nothing but a type", {"type": "message"}, "ignored"),
    ("empty", {}, "ignored"),
]


@pytest.mark.parametrize(("raw", "kind"), [(raw, kind) for _, raw, kind in EVENTS], ids=[name for name, *_ in EVENTS])
def test_each_kind_of_event(client: TestClient, database: Database, raw: dict[str, Any], kind: str) -> None:
    assert post(client, [raw]) == 200
    (row,) = rows(database)
    assert row.inbound["kind"] == kind
    assert (row.reply_token is None) == (kind == "ignored" or "replyToken" not in raw)


def test_one_bad_event_does_not_keep_the_others_out(client: TestClient, database: Database) -> None:
    good = text_event("カード", webhookEventId="01KANX0000000000000000000B")
    assert post(client, ["x", None, {"type": 7}, good]) == 200
    assert sorted(row.inbound["kind"] for row in rows(database)) == ["ignored", "text"]


def test_text_that_no_database_takes(client: TestClient, database: Database) -> None:
    body = rb'{"events": [' + json.dumps(text_event("X")).encode().replace(b'"X"', rb'"a\u0000b\ud800c"') + b"]}"
    assert client.post(URL, content=body, headers={"x-line-signature": sign(body)}).status_code == 200
    assert rows(database)[0].inbound["text"] == "a b?c"


def test_a_database_that_is_away_is_not_acknowledged(clock: Callable[[], datetime], tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    app = FastAPI()
    parts = WebhookParts(database, {"kokubunji": LineChannel((SECRET,), "t")}, lambda m, u: m + u, clock, lambda: None)
    app.include_router(webhook_router(parts))
    assert post(TestClient(app), [text_event("カード")]) == 503
    database.close()
