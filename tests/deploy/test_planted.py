"""Personal data is planted at every door; afterwards neither the log nor any table has it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import MetaData, insert, select
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from bot import answering
from bot.channels.line.channel import LineChannel
from bot.channels.line.standin import StandIn
from bot.observing.logs import log_to
from bot.simulator.events import event, message_event, sign, text_event, webhook_body
from bot.tables import InboxRow
from deploy.app import Parts, build_parts, create_app
from deploy.settings import Settings
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
USER = "U" + "5eC2e7" * 5 + "aa"
USER_ID = USER[0] + USER[1:].lower()
GROUP = "C" + "9f" * 16
WORDS = "むらさきの金平糖"
PERSONAL = (
    "1234-5678-9018",
    "１２３４５６７８９０１８",
    "一二三四五六七八九〇一八",
    "090-1234-5678",
    "hanako.yamada@example.jp",
    "山田花子",
    "戸倉1丁目6番地1",
    "4111 1111 1111 1111",
    "35.7012345",
)
SAID = (
    "1234-5678-9018のカードをなくした",
    "番号は１２３４５６７８９０１８です",
    "一二三四五六七八九〇一八です",
    "電話は090-1234-5678です",
    "hanako.yamada@example.jpに送って",
    "山田花子と申します",
    "戸倉1丁目6番地1に住んでいます",
    "カード 4111 1111 1111 1111 を使いました",
    f"{WORDS}はどこで買えますか",
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as in production."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    stream = io.StringIO()
    log_to(stream, as_json=True)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def parts(filled: Database, standin: tuple[StandIn, str]) -> Parts:
    settings = Settings.model_validate({"hash_key": "k" * 32, "line_api": standin[1]})
    return build_parts(settings, filled, {"kokubunji": LineChannel((SECRET,), "t")}, "k" * 32)


def _events(state: StandIn) -> list[dict[str, Any]]:
    def token() -> str:
        return state.issue_reply_token("kokubunji", user_id=USER_ID)

    pin = {
        "type": "location",
        "title": "山田花子の家",
        "address": PERSONAL[6],
        "latitude": 35.7012345,
        "longitude": 139.4,
    }
    paper = {"type": "file", "fileName": "山田花子.pdf", "fileSize": 3}
    group = {"type": "group", "groupId": GROUP, "userId": USER_ID}
    return [
        *(text_event(text, USER_ID, token()) for text in SAID),
        message_event(pin, USER_ID, token()),
        message_event(paper, USER_ID, token()),
        {**text_event("山田花子です", USER_ID, token()), "source": group},
        event("postback", USER_ID, token(), postback={"data": "do=menu"}),
        event("follow", USER_ID, token(), follow={"isUnblocked": False}),
        event("somethingNew", USER_ID, token(), words=PERSONAL[3]),
        event("unfollow", USER_ID),
    ]


def _everything(database: Database) -> str:
    metadata = MetaData()
    metadata.reflect(database.engine)
    with database.engine.connect() as connection:
        rows = [list(map(tuple, connection.execute(select(table)))) for table in metadata.sorted_tables]
    return json.dumps(rows, ensure_ascii=False, default=str)


def _post(client: TestClient, events: list[dict[str, Any]], signature: str | None = None, **headers: str) -> int:
    body = webhook_body(events)
    signed = {"x-line-signature": signature or sign(SECRET, body), **headers}
    return client.post("/line/kokubunji/webhook", content=body, headers=signed).status_code


def test_what_is_planted_is_found_nowhere(
    parts: Parts, filled: Database, standin: tuple[StandIn, str], log: io.StringIO
) -> None:
    state, _ = standin
    client = TestClient(create_app(parts, with_worker=False))
    events = _events(state)
    assert _post(client, events) == 200
    assert _post(client, events) == 200
    assert _post(client, events, "wrong") == 401
    for text in SAID:
        assert client.get("/lookup/kokubunji", params={"q": text}).status_code == 200
        assert client.get("/api/kokubunji/answers", params={"q": text}).status_code == 200
    assert sum(iter(parts.worker.run_once, 0)) == len(events)
    assert len(state.sent) >= len(SAID)

    logged, stored = log.getvalue(), _everything(filled)
    assert "webhook events=" in logged
    assert WORDS in stored, "masked questions are kept, for a year"
    for planted in (*PERSONAL, USER_ID, GROUP):
        assert planted not in stored, planted
    for planted in (*PERSONAL, *SAID, WORDS, USER_ID, GROUP):
        assert planted not in logged, planted


def test_one_request_id_leads_from_the_webhook_to_the_reply(
    parts: Parts, standin: tuple[StandIn, str], log: io.StringIO
) -> None:
    state, _ = standin
    client = TestClient(create_app(parts, with_worker=False))
    token = state.issue_reply_token("kokubunji", user_id=USER_ID)
    assert _post(client, [text_event(WORDS, USER_ID, token)], **{"x-request-id": "from-outside-0001"}) == 200
    parts.worker.run_once()
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    said = [line["message"] for line in lines if line.get("request_id") == "from-outside-0001"]
    assert [text.split(" ")[0] for text in said] == ["webhook", "event", "POST"]
    assert "status=200" in said[-1]


def test_an_error_that_quotes_a_text_is_logged_without_it(
    parts: Parts, filled: Database, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(inbound: Any, *_: object) -> None:
        raise ValueError(f"can't answer {inbound.text} of {USER_ID}")

    monkeypatch.setattr(answering, "take_turn", broken)
    client = TestClient(create_app(parts, with_worker=False))
    assert _post(client, [text_event(WORDS, USER_ID, "token")]) == 200
    parts.worker.run_once()
    assert "could not be answered" in log.getvalue()
    assert "bot/worker.py" in log.getvalue(), "the place is told"
    with pytest.raises(DBAPIError) as caught, filled.writing() as session:
        session.connection().execute(insert(InboxRow.__table__), [{"channel": "x", "person": WORDS}])  # type: ignore[attr-defined]
    logging.getLogger("madoguchi.test").error("not stored", exc_info=caught.value)
    assert "not stored" in log.getvalue()
    assert WORDS not in log.getvalue()
    assert USER_ID not in log.getvalue()
