"""What the stand-in says of an account: as strict as the rest of it, and one channel knows nothing of another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
import urllib3

from bot.channels.line.standin import StandIn

Call = Callable[..., tuple[int, dict[str, object]]]
HOOK = "/v2/bot/channel/webhook"
DEFAULT = "/v2/bot/user/all/richmenu"


@pytest.fixture
def call(line_url: str) -> Iterator[Call]:
    """Calls the stand-in as the channel `kokubunji`; returns status and body."""
    pool = urllib3.PoolManager()

    def called(
        method: str,
        path: str,
        body: object = None,
        token: str = "t",  # noqa: S107 - the token of a test
    ) -> tuple[int, dict[str, object]]:
        sent = json.dumps(body) if body is not None else None
        answer = pool.request(method, line_url + path, body=sent, headers={"authorization": f"Bearer {token}"})
        assert answer.headers["x-line-request-id"]
        return answer.status, answer.json()

    yield called
    pool.clear()


def test_a_webhook_is_set_seen_and_tested(call: Call, standin: StandIn) -> None:
    assert call("GET", f"{HOOK}/endpoint")[0] == 404
    assert call("POST", f"{HOOK}/test", {})[0] == 404
    assert call("PUT", f"{HOOK}/endpoint", {"endpoint": "https://example.com/hook"})[0] == 200
    assert call("GET", f"{HOOK}/endpoint")[1] == {"endpoint": "https://example.com/hook", "active": True}
    for body in ({}, None, {"endpoint": "https://example.com/other"}):
        status, found = call("POST", f"{HOOK}/test", body)
        assert (status, found["success"], found["statusCode"], found["reason"]) == (200, True, 200, "OK")
    standin.webhook_statuses["kokubunji"] = 503
    standin.webhooks_off.add("kokubunji")
    found = call("POST", f"{HOOK}/test")[1]
    assert (found["success"], found["statusCode"], found["reason"]) == (False, 503, "ERROR_STATUS_CODE")
    assert call("GET", f"{HOOK}/endpoint")[1]["active"] is False


@pytest.mark.parametrize(
    "body", [{"endpoint": "http://example.com"}, {"url": "https://example.com"}, {"endpoint": ""}, [], "x"]
)
def test_a_webhook_test_that_line_refuses(call: Call, body: object) -> None:
    assert call("POST", f"{HOOK}/test", body)[0] == 400


def test_the_default_menu_of_a_channel(call: Call, standin: StandIn) -> None:
    assert call("GET", DEFAULT) == (404, {"message": "no default richmenu"})
    standin.rich_menus["richmenu-1"] = {"channel": "kokubunji"}
    standin.default_rich_menu["kokubunji"] = "richmenu-1"
    assert call("GET", DEFAULT) == (200, {"richMenuId": "richmenu-1"})
    standin.add_channel("oyama", access_token="o")
    assert call("GET", DEFAULT, token="o")[0] == 404
    assert call("DELETE", DEFAULT)[0] == 200
    assert call("GET", DEFAULT)[0] == 404


def test_a_menu_that_is_gone_is_no_default(call: Call, standin: StandIn) -> None:
    standin.default_rich_menu["kokubunji"] = "richmenu-gone"
    assert call("GET", DEFAULT)[0] == 404


def test_the_chat_mode(call: Call, standin: StandIn) -> None:
    assert call("GET", "/v2/bot/info")[1]["chatMode"] == "bot"
    standin.chat_modes["kokubunji"] = "chat"
    info = call("GET", "/v2/bot/info")[1]
    assert (info["chatMode"], info["markAsReadMode"]) == ("chat", "manual")


@pytest.mark.parametrize("path", ["/v2/bot/info", f"{HOOK}/endpoint", DEFAULT, "/v2/bot/message/quota"])
def test_nothing_is_told_without_a_token(call: Call, path: str) -> None:
    assert call("GET", path, token="wrong")[0] == 401


def test_an_ordered_fault_says_how_long_to_wait(line_url: str, standin: StandIn) -> None:
    standin.fail_next(429, retry_after="7")
    answer = urllib3.request("GET", f"{line_url}/v2/bot/info", headers={"authorization": "Bearer t"}, retries=False)
    assert (answer.status, answer.headers["retry-after"]) == (429, "7")
