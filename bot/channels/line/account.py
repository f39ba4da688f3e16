"""What LINE says of a channel: is the token good, where do webhooks go, what is left of the month's messages.

For the operator's commands; answering people needs none of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import urllib3
from linebot.v3.messaging import ApiException, MessagingApi
from linebot.v3.messaging.models import Message, TestWebhookEndpointRequest, ValidateMessageRequest

from bot.channels.line.sender import LINE_API, log_request, open_client

Answer = TypeVar("Answer")

TIMEOUT = (3.0, 30.0)
"""Seconds to connect and to wait: a webhook test takes as long as our own answer."""
VALIDATED_AT_ONCE = 5
"""Messages in one request to LINE's check."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that LINE refuses: where in the request, and why."""

    property: str
    message: str


class LineFault(Exception):
    """LINE did not do what it was asked. `status` is None when LINE could not be reached or not understood."""

    def __init__(self, status: int | None, reason: str, refusals: Sequence[Refusal] = ()) -> None:
        super().__init__(reason)
        self.status = status
        self.refusals = tuple(refusals)


@dataclass(frozen=True, slots=True)
class Bot:
    """The account behind the token. `chat_mode` is `chat` (staff may answer by hand) or `bot`."""

    name: str
    basic_id: str
    chat_mode: str


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """Where LINE sends events, and whether it does."""

    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class WebhookTest:
    """What LINE found when it called the webhook. `status` is 0 or less when nobody answered."""

    success: bool
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Quota:
    """Messages that may be pushed this month (None: without limit) and that were. Replies don't count."""

    limit: int | None
    used: int


class LineAccount:
    """Asks LINE about one channel. Every method raises LineFault."""

    def __init__(self, access_token: str, host: str = LINE_API) -> None:
        self._client = open_client(access_token, host)
        self._api = MessagingApi(self._client)

    def bot(self) -> Bot:
        """Who the token belongs to."""
        found = self._ask("GET /v2/bot/info", self._api.get_bot_info)
        return Bot(found.display_name, found.basic_id, found.chat_mode)

    def webhook(self) -> WebhookEndpoint | None:
        """The webhook URL; None when none is set."""
        found = self._ask_for("GET /v2/bot/channel/webhook/endpoint", self._api.get_webhook_endpoint)
        return WebhookEndpoint(found.endpoint, found.active) if found is not None and found.endpoint else None

    def test_webhook(self) -> WebhookTest:
        """Lets LINE call the webhook."""
        request = TestWebhookEndpointRequest(endpoint=None)
        name = "POST /v2/bot/channel/webhook/test"
        found = self._ask(name, lambda **k: self._api.test_webhook_endpoint(request, **k))
        return WebhookTest(bool(found.success), found.status_code, found.reason)

    def quota(self) -> Quota:
        """What may be pushed this month, and what was."""
        allowed = self._ask("GET /v2/bot/message/quota", self._api.get_message_quota)
        used = self._ask("GET /v2/bot/message/quota/consumption", self._api.get_message_quota_consumption)
        return Quota(allowed.value, used.total_usage)

    def default_rich_menu(self) -> str | None:
        """The id of the menu that everybody sees; None when none was set by this way."""
        found = self._ask_for("GET /v2/bot/user/all/richmenu", self._api.get_default_rich_menu_id)
        return str(found.rich_menu_id) if found is not None else None

    def validate(self, messages: Sequence[dict[str, Any]]) -> tuple[Refusal, ...]:
        """What LINE would refuse in one to five messages of a reply; nothing is sent."""
        request = ValidateMessageRequest(messages=[Message.from_dict(message) for message in messages])
        try:
            self._ask("POST /v2/bot/message/validate/reply", lambda **k: self._api.validate_reply(request, **k))
        except LineFault as fault:
            if fault.status != 400:
                raise
            return fault.refusals or (Refusal("messages", str(fault)),)
        return ()

    def close(self) -> None:
        """Closes pooled connections."""
        self._client.rest_client.pool_manager.clear()
        self._client.close()

    def _ask_for(self, name: str, call: Callable[..., Answer]) -> Answer | None:
        try:
            return self._ask(name, call)
        except LineFault as fault:
            if fault.status == 404:
                return None
            raise

    def _ask(self, name: str, call: Callable[..., Answer]) -> Answer:
        try:
            return call(_request_timeout=TIMEOUT)
        except ApiException as error:
            log_request(name, error.status, error.headers)
            raise _fault(error) from None
        except urllib3.exceptions.HTTPError as error:
            raise LineFault(None, type(error).__name__) from None
        except ValueError as error:  # the SDK's models refuse an answer
            raise LineFault(None, f"unknown answer to {name}: {type(error).__name__}") from None


def _fault(error: ApiException) -> LineFault:
    try:
        body = json.loads(error.body or "{}")
        details = [Refusal(str(d.get("property", "")), str(d.get("message", ""))) for d in body.get("details", ())]
        return LineFault(error.status, str(body.get("message", "")), details)
    except (ValueError, AttributeError, TypeError):
        return LineFault(error.status, str(error.reason))
