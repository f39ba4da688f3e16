"""Replies out to LINE, through the SDK's own client. Reply messages only: they are free, and nothing is pushed."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping

import urllib3
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi
from linebot.v3.messaging.models import Message, ReplyMessageRequest

from bot.channels.line.messages import to_line
from bot.responses.reply import Reply
from bot.worker import Delivery, Sent

log = logging.getLogger("madoguchi.line")

LINE_API = "https://api.line.me"
TIMEOUT = (2.0, 5.0)
"""Seconds to connect and to wait for the answer."""
CONNECTIONS = 16


class LineSender:
    """Sends replies for one channel. One pooled client per process and channel."""

    def __init__(self, access_token: str, host: str = LINE_API) -> None:
        configuration = Configuration(host=host, access_token=access_token)
        configuration.connection_pool_maxsize = CONNECTIONS
        # The client's own retries would hide a lost answer: a reply token may be used already.
        configuration.retries = urllib3.Retry(0)
        self._client = ApiClient(configuration)
        self._api = MessagingApi(self._client)

    def send(self, reply_token: str, reply: Reply) -> Sent:
        """Sends one reply. A time-out may have been delivered: trying again is safe, a used token is refused."""
        request = ReplyMessageRequest(
            replyToken=reply_token,
            messages=[Message.from_dict(message) for message in to_line(reply)],
            notificationDisabled=False,
        )
        try:
            answer = self._api.reply_message_with_http_info(request, _request_timeout=TIMEOUT)
        except ApiException as error:
            return _refused(error)
        except urllib3.exceptions.HTTPError as error:
            log.warning("POST /v2/bot/message/reply failed: %s", type(error).__name__)
            return Sent(Delivery.TRY_AGAIN, type(error).__name__)
        return Sent(Delivery.SENT, _logged(answer.status_code, answer.headers))

    def close(self) -> None:
        """Closes pooled connections."""
        self._client.close()


def _refused(error: ApiException) -> Sent:
    detail = _logged(error.status, error.headers)
    if error.status is None or error.status == 429 or error.status >= 500:
        return Sent(Delivery.TRY_AGAIN, detail)
    if error.status == 400 and "reply token" in _message(error.body).lower():
        return Sent(Delivery.TOKEN_REFUSED, detail)
    return Sent(Delivery.REFUSED, detail)


def _message(body: str | None) -> str:
    try:
        return str(json.loads(body or "{}").get("message", ""))
    except (ValueError, AttributeError):
        return ""


def _logged(status: int | None, headers: Mapping[str, str] | None) -> str:
    """Writes the request log that LINE's guidelines ask for; returns it as the row's detail."""
    request_id = (headers or {}).get("x-line-request-id", "-")
    log.info("POST /v2/bot/message/reply status=%s request_id=%s", status, request_id)
    return f"HTTP {status} {request_id}"
