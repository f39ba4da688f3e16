"""The stand-in, driven by LINE's own SDK over a real socket."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import urllib3
import uvicorn
from linebot.v3.messaging import ApiClient, ApiException, Configuration, MessagingApi
from linebot.v3.messaging.models import (
    MessageAction,
    ReplyMessageRequest,
    RichMenuArea,
    RichMenuBounds,
    RichMenuRequest,
    RichMenuSize,
    TextMessage,
)

from bot.channels.line.sender import LineSender
from bot.channels.line.standin import StandIn, create_standin_app
from bot.responses.reply import Reply, ReplyKind
from bot.worker import Delivery

USER = "U" + "a" * 32
REPLY = Reply(kind=ReplyKind.NOTICE, body="こんにちは")


@dataclass
class Running:
    """A stand-in behind a real socket, and a clock that tests move."""

    standin: StandIn
    url: str
    seconds: float = 0.0

    def clock(self) -> float:
        return self.seconds

    def token(self) -> str:
        return self.standin.issue_reply_token("city", user_id=USER)


@pytest.fixture
def line() -> Iterator[Running]:
    running = Running(StandIn(), "")
    running.standin.clock = running.clock
    running.standin.add_channel("city", access_token="t")
    config = uvicorn.Config(create_standin_app(running.standin), host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    running.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield running
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def sender(line: Running) -> Iterator[LineSender]:
    sender = LineSender("t", line.url)
    yield sender
    sender.close()


def test_a_reply_token_works_once(line: Running, sender: LineSender) -> None:
    token = line.token()
    assert sender.send(token, REPLY).delivery is Delivery.SENT
    assert sender.send(token, REPLY).delivery is Delivery.TOKEN_REFUSED
    assert [s.messages[0]["text"] for s in line.standin.sent] == ["こんにちは"]


def test_a_reply_token_expires(line: Running, sender: LineSender) -> None:
    token = line.token()
    line.seconds = 61
    assert sender.send(token, REPLY).delivery is Delivery.TOKEN_REFUSED
    assert line.standin.sent == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_faults_are_tried_again(line: Running, sender: LineSender, status: int) -> None:
    line.standin.fail_next(status)
    token = line.token()
    assert sender.send(token, REPLY).delivery is Delivery.TRY_AGAIN
    assert sender.send(token, REPLY).delivery is Delivery.SENT


def test_a_late_answer_was_delivered_all_the_same(
    line: Running, sender: LineSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.line.sender.TIMEOUT", (1.0, 0.2))
    line.standin.delay_next(1.0)
    token = line.token()
    assert sender.send(token, REPLY).delivery is Delivery.TRY_AGAIN
    assert sender.send(token, REPLY).delivery is Delivery.TOKEN_REFUSED
    assert len(line.standin.sent) == 1


def test_nobody_there_is_tried_again() -> None:
    sender = LineSender("t", "http://127.0.0.1:9")
    assert sender.send("token", REPLY).delivery is Delivery.TRY_AGAIN
    sender.close()


def test_a_wrong_access_token(line: Running) -> None:
    sender = LineSender("wrong", line.url)
    sent = sender.send(line.token(), REPLY)
    sender.close()
    assert (sent.delivery, sent.detail.split()[1]) == (Delivery.REFUSED, "401")


def test_a_message_over_the_limit_is_refused(line: Running) -> None:
    with ApiClient(Configuration(host=line.url, access_token="t")) as client:
        request = ReplyMessageRequest(replyToken=line.token(), messages=[TextMessage(text="あ" * 5001)])
        with pytest.raises(ApiException) as caught:
            MessagingApi(client).reply_message(request)
    assert caught.value.status == 400
    assert "messages[0].text" in caught.value.body


def test_every_answer_has_a_request_id_and_is_logged(line: Running, sender: LineSender) -> None:
    detail = sender.send(line.token(), REPLY).detail
    (request,) = line.standin.requests
    assert (request.method, request.path, request.status) == ("POST", "/v2/bot/message/reply", 200)
    assert request.request_id in detail


def test_a_rich_menu_needs_an_image_of_its_size(line: Running) -> None:
    image = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 2500, 843) + b"\x08\x02\x00\x00\x00"
    area = RichMenuArea(
        bounds=RichMenuBounds(x=0, y=0, width=2500, height=843), action=MessageAction(label="a", text="カード")
    )
    menu = RichMenuRequest(
        size=RichMenuSize(width=2500, height=843), selected=True, name="n", chatBarText="メニュー", areas=[area]
    )
    with ApiClient(Configuration(host=line.url, access_token="t")) as client:
        api = MessagingApi(client)
        created = api.create_rich_menu(menu).rich_menu_id
        with pytest.raises(ApiException):
            api.set_default_rich_menu(created)
    pool = urllib3.PoolManager(headers={"authorization": "Bearer t", "content-type": "image/png"})
    path = f"{line.url}/v2/bot/richmenu/{created}/content"
    assert pool.request("POST", path, body=image[:20] + b"\x00" * 8).status == 400
    assert pool.request("POST", path, body=image).status == 200
    assert line.standin.rich_menu_images[created] == image
    pool.clear()
