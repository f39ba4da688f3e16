"""A request id is taken when it looks like one, and made when not."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from bot.observing import request_ids
from bot.observing.request_ids import RequestIds, accepted


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.add_middleware(RequestIds)

    @app.get("/")
    def current() -> dict[str, str | None]:
        return {"current": request_ids.current()}

    return TestClient(app)


@pytest.mark.parametrize("given", ["abcd-1234", "A" * 64, "01KANX0000000000000000000A"])
def test_one_that_looks_like_one_is_kept(client: TestClient, given: str) -> None:
    answer = client.get("/", headers={"X-Request-Id": given})
    assert answer.headers["x-request-id"] == answer.json()["current"] == given
    assert request_ids.current() is None


@pytest.mark.parametrize(
    "given", ["", "short", "A" * 65, "a b c d e f g h", "名前", "abcd-1234\n", "U" + "a1" * 16, "=cmd|x!A1"]
)
def test_anything_else_is_replaced(given: str) -> None:
    made = accepted(given)
    assert made != given
    assert accepted(made) == made


def test_each_request_has_its_own(client: TestClient) -> None:
    assert len({client.get("/").headers["x-request-id"] for _ in range(20)}) == 20
