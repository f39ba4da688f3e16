"""Whatever is sent to whichever route: no 5xx. What may be sent is read from the application's own OpenAPI.

Schemathesis makes the requests: what the description allows, and what it does not. Places and numbers that exist are
among them, so that they come further than 404.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.result import Ok
from sqlmodel import select
from starlette.testclient import TestClient

from admin.accounts import sessions
from admin.accounts.sessions import Method
from admin.passwords import hash_password
from admin.staff import ALL, Role, staff_id
from admin.tables import RoleRow, StaffRow
from bot.channels.line.channel import LineChannel
from bot.inbox import State
from bot.simulator.events import event, message_event, sign, text_event, ulid
from bot.tables import InboxRow
from bot.web.limits import RateLimits
from bot.worker import Delivery, Sent, Worker
from deploy import clock
from deploy.app import Parts, build_parts, create_app
from deploy.settings import Settings
from knowledge.database import Database

SECRET = "0123456789abcdef0123456789abcdef"
ALLOWED, WRONG = 3, 2
"""Requests to each route on each database: as described, and otherwise."""
KNOWN: Mapping[str, list[object]] = {
    "municipality": ["kokubunji", "oyama", "common"],
    "group": ["mynumber-card", "smartphone-class"],
    "name": ["lost-card", "find-a-class"],
}
NUMBERS = [1, 2, 0, -1, 999, 2**31, 2**63, -(2**63) - 1]
AT_ONCE = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class House:
    """The whole application on one database, with a browser whose user may do everything."""

    app: FastAPI
    client: TestClient
    parts: Parts
    sign_in: Callable[[], None]


@pytest.fixture
def house(filled: Database, now: datetime) -> Iterator[House]:
    given_settings = Settings.model_validate({"hash_key": "k" * 32, "mode": "development"})
    parts = build_parts(given_settings, filled, {"kokubunji": LineChannel((SECRET,), "t")}, "k" * 32)
    app = create_app(parts, with_worker=False)
    # A clock that leaps: nobody is asked to wait.
    leaps = itertools.count(0, 10_000)
    app.state.web = replace(app.state.web, limits=RateLimits(lambda: float(next(leaps))), clock=lambda: now)
    with filled.reading() as session:
        parts.library.warm(session)  # a process that gets requests is ready
    with filled.writing() as session:
        people = [_staff(session, login, now) for login in ("chief", "other")]
    client = TestClient(app, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)

    def sign_in() -> None:
        with filled.writing() as session:
            token = sessions.start(session, people[0], Method.PASSWORD, "", now)
        client.cookies.clear()
        client.cookies.set("madoguchi_staff", token)

    yield House(app, client, parts, sign_in)
    client.close()


def _staff(session: Any, login: str, now: datetime) -> StaffRow:
    row = StaffRow(login=login, name=login, password=hash_password("correct horse battery"), created_at=now)
    session.add(row)
    session.flush()
    session.add(RoleRow(staff_id=staff_id(row), municipality=ALL, role=Role.ADMIN))
    return row


def _description(app: FastAPI, prefix: str = "") -> dict[str, Any]:
    """The OpenAPI of an application, with what exists as the values of its path's parameters."""
    described = copy.deepcopy(app.openapi())
    described["paths"] = {f"{prefix}{path}": value for path, value in described["paths"].items()}
    described.pop("servers", None)
    for path in described["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["schema"] = _known(parameter)
    return described


def _known(parameter: Mapping[str, Any]) -> dict[str, Any]:
    if parameter["schema"].get("type") == "integer":
        return {"type": "integer", "enum": NUMBERS}
    return {"type": "string", "enum": KNOWN[parameter["name"]]} if parameter["name"] in KNOWN else parameter["schema"]


def _apis(app: FastAPI) -> Iterator[dict[str, Any]]:
    yield _description(app)
    mounted = [route for route in app.routes if getattr(route, "path", "") == "/api"]
    assert len(mounted) == 1
    yield _description(mounted[0].app, "/api")  # type: ignore[attr-defined]


def _operations(app: FastAPI) -> Iterator[Any]:
    for description in _apis(app):
        for result in schemathesis.openapi.from_dict(description).get_all_operations():
            assert isinstance(result, Ok)
            yield result.ok()


def _send(client: TestClient, case: Case[Any]) -> int:
    headers = {name: value for name, value in (case.headers or {}).items() if value.isascii() and value.isprintable()}
    path, query = case.formatted_path, dict(case.query or {})
    return client.request(case.method, path, params=query, headers=headers, **_body(case)).status_code


def _body(case: Case[Any]) -> dict[str, Any]:
    if isinstance(case.body, NotSet):
        return {}
    if isinstance(case.body, str | bytes):
        return {"content": case.body}
    if case.media_type == "multipart/form-data" and isinstance(case.body, dict):
        return {"files": [(name, _part(value)) for name, value in case.body.items()] or {"": ""}}
    if case.media_type == "application/x-www-form-urlencoded" and isinstance(case.body, dict):
        return {"data": {name: v if isinstance(v, str | list) else str(v) for name, v in case.body.items()}}
    return {"json": case.body}


def _part(value: object) -> tuple[str | None, bytes]:
    if isinstance(value, bytes):
        return "file.xlsx", value
    return None, str(value).encode("utf-8", "replace")


def _walk(house: House, operation: Any, mode: GenerationMode, examples: int) -> list[int]:
    statuses: list[int] = []

    @settings(AT_ONCE, max_examples=examples)
    @given(case=operation.as_strategy(generation_mode=mode))
    def tried(case: Case[Any]) -> None:
        status = _send(house.client, case)
        assert status < 500, (case.method, case.formatted_path, case.query, case.body, status)
        statuses.append(status)

    # Where everything is allowed, nothing can be wrong.
    with suppress(Unsatisfiable):
        tried()
    return statuses


def test_no_request_to_any_route_is_a_server_error(house: House) -> None:
    statuses: dict[str, list[int]] = {}
    faults: list[str] = []
    for operation in _operations(house.app):
        house.sign_in()
        try:
            statuses[operation.label] = _walk(house, operation, GenerationMode.POSITIVE, ALLOWED)
            _walk(house, operation, GenerationMode.NEGATIVE, WRONG)
        except Exception as error:
            faults.append(f"{operation.label}: {error!r:.500}")
    assert faults == [], "\n".join(faults)
    assert len(statuses) > 150
    assert {label for label, found in statuses.items() if not found} == set()
    reached = [label for label, found in statuses.items() if min(found) < 400]
    assert len(reached) > len(statuses) / 2, "most are really worked on"


# --- LINE's webhook, whose body no description tells ---

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
_USER = "U" + "1" * 32
_EVENTS: list[dict[str, Any]] = [
    text_event("カードをなくした", _USER, "token"),
    message_event({"type": "location", "latitude": 35.7, "longitude": 139.4, "address": "駅前"}, _USER, "token"),
    event("postback", _USER, "token", postback={"data": "do=menu"}),
    event("follow", _USER, "token", follow={"isUnblocked": False}),
    event("unsend", _USER, unsend={"messageId": "1"}),
]


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _places(inner, (*path, key))


def _changed(whole: dict[str, Any], place: tuple[Any, ...], value: object) -> dict[str, Any]:
    changed = copy.deepcopy(whole)
    at = changed
    for key in place[:-1]:
        at = at[key]
    at[place[-1]] = value
    return {**changed, "webhookEventId": changed["webhookEventId"] if place == ("webhookEventId",) else ulid()}


@st.composite
def _webhooks(draw: st.DrawFn) -> bytes:
    """Some events of which one thing is something else."""
    events = []
    for whole in draw(st.lists(st.sampled_from(_EVENTS), min_size=1, max_size=3)):
        events.append(_changed(whole, draw(st.sampled_from(list(_places(whole)))), draw(_JSON)))
    return json.dumps({"destination": "x", "events": events}).encode()


class _Taken:
    def send(self, reply_token: str, reply: object) -> Sent:  # noqa: ARG002
        return Sent(Delivery.SENT)


def test_no_webhook_is_a_server_error_and_each_event_comes_to_an_end(house: House, filled: Database) -> None:
    @settings(AT_ONCE, max_examples=150)
    @given(body=_webhooks() | st.binary(max_size=50) | _JSON.map(lambda value: json.dumps(value).encode()))
    def tried(body: bytes) -> None:
        headers = {"x-line-signature": sign(SECRET, body)}
        answer = house.client.post("/line/kokubunji/webhook", content=body, headers=headers)
        assert answer.status_code in (200, 400)

    tried()
    worker = Worker(filled, house.parts.library, {"kokubunji": _Taken()}, clock.now)
    while worker.run_once():
        pass
    with filled.reading() as session:
        states = session.exec(select(InboxRow.state)).all()
    assert len(states) > 50
    assert set(states) <= {State.SENT, State.SKIPPED}
