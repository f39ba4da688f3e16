"""Out to LINE, through the SDK's own client. Reply messages only: they are free, and nothing is pushed.

Beside replies there are two gestures that cost nothing: the loading indicator, and marking a message as read.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import urllib3
from linebot.v3.messaging import ApiClient, ApiException, Configuration
from linebot.v3.messaging.api_response import ApiResponse

from bot.channels.line.deadline import ANSWER_SECONDS, keep_time
from bot.channels.line.messages import to_line
from bot.observing import measures
from bot.responses.reply import Reply
from bot.worker import SENDERS, Delivery, Sent

log = logging.getLogger("madoguchi.line")

LINE_API = "https://api.line.me"
TIMEOUT = (2.0, ANSWER_SECONDS)
"""Seconds to connect and to have the whole answer."""
CONNECTIONS = SENDERS
LOADING_SECONDS = 10
"""How long the loading indicator stays unless a reply ends it. LINE takes 5 to 60, in steps of 5."""
LONGEST_PAUSE = 60.0
"""Seconds. A Retry-After beyond this is tried again all the same: reply tokens don't live longer."""
_REPLY = "POST /v2/bot/message/reply"
_LOADING = "POST /v2/bot/chat/loading/start"
_READ = "POST /v2/bot/chat/markAsRead"
_KINDS = {_REPLY: "reply", _LOADING: "loading", _READ: "read"}


def open_client(access_token: str, host: str = LINE_API) -> ApiClient:
    """A pooled client for one channel, which never repeats a request by itself.

    The client's own retries would hide a lost answer: a reply token may be used already.
    """
    configuration = Configuration(host=host, access_token=access_token)
    configuration.connection_pool_maxsize = CONNECTIONS
    configuration.retries = urllib3.Retry(0)
    client = ApiClient(configuration)
    keep_time(client.rest_client.pool_manager)
    return client


class LineSender:
    """Sends replies and gestures for one channel. One pooled client per process and channel; thread-safe."""

    def __init__(self, access_token: str, host: str = LINE_API, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = open_client(access_token, host)
        self._clock = clock
        self._paused_until = 0.0

    def send(self, reply_token: str, reply: Reply) -> Sent:
        """Sends one reply. A time-out may have been delivered: trying again is safe, a used token is refused.

        While LINE has asked to wait (429 with Retry-After) nothing is sent, and the reply stays to be tried again.
        """
        if self._is_paused():
            return Sent(Delivery.TRY_AGAIN, "waiting as LINE asked")
        try:
            answer = self._post(_REPLY, {"replyToken": reply_token, "messages": to_line(reply)})
        except ApiException as error:
            self._heed(error)
            return _refused(error)
        except urllib3.exceptions.HTTPError as error:
            _log_failure(_REPLY, error)
            return Sent(Delivery.TRY_AGAIN, type(error).__name__)
        return Sent(Delivery.SENT, log_request(_REPLY, answer.status_code, answer.headers))

    def start_loading(self, user_id: str) -> None:
        """Shows the loading indicator in a one-on-one talk until the reply comes. An error is only logged."""
        self._gesture(_LOADING, {"chatId": user_id, "loadingSeconds": LOADING_SECONDS})

    def mark_as_read(self, token: str) -> None:
        """Marks the messages up to the one the token came with as read. An error is only logged."""
        self._gesture(_READ, {"markAsReadToken": token})

    def close(self) -> None:
        """Closes pooled connections."""
        self._client.rest_client.pool_manager.clear()
        self._client.close()

    def _post(self, request: str, body: Mapping[str, object]) -> ApiResponse:
        """Calls LINE's API with plain JSON.

        The SDK's models of the messages take 3 ms a reply, ten times the recognition. What they would check is checked
        in tests, by the stand-in, and by LINE itself with `madoguchi line validate`.
        """
        method, path = request.split()
        answer: ApiResponse = self._client.call_api(
            path,
            method,
            header_params={"Accept": "application/json", "Content-Type": "application/json"},
            body=body,
            response_types_map={},
            auth_settings=["Bearer"],
            _request_timeout=TIMEOUT,
        )
        return answer

    def _gesture(self, name: str, body: Mapping[str, object]) -> None:
        if self._is_paused():
            return
        try:
            answer = self._post(name, body)
        except ApiException as error:
            self._heed(error)
            log_request(name, error.status, error.headers)
        except urllib3.exceptions.HTTPError as error:
            _log_failure(name, error)
        else:
            log_request(name, answer.status_code, answer.headers)

    def _is_paused(self) -> bool:
        return self._clock() < self._paused_until

    def _heed(self, error: ApiException) -> None:
        if error.status == 429:
            pause = retry_after((error.headers or {}).get("retry-after"), datetime.now(UTC))
            self._paused_until = max(self._paused_until, self._clock() + pause)


def retry_after(header: str | None, now: datetime) -> float:
    """Seconds to wait by a Retry-After header: seconds or a date (RFC 9110, 10.2.3); 0 for none or nonsense."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_PAUSE)
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def log_request(request: str, status: int | None, headers: Mapping[str, str] | None) -> str:
    """Writes the request log that LINE's guidelines ask for, without any text; returns the detail for a row."""
    request_id = (headers or {}).get("x-line-request-id", "-")
    log.info("%s status=%s line_request_id=%s", request, status, request_id)
    measures.LINE_REQUESTS.labels(_KINDS.get(request, "other"), measures.status_class(status)).inc()
    return f"HTTP {status} {request_id}"


def _log_failure(request: str, error: Exception) -> None:
    log.warning("%s failed: %s", request, type(error).__name__)
    measures.LINE_REQUESTS.labels(_KINDS.get(request, "other"), "none").inc()


def _refused(error: ApiException) -> Sent:
    detail = log_request(_REPLY, error.status, error.headers)
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
