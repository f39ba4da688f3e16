"""What every request meets first: names, headers, cookies, sizes, secrets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from admin.staff import ALL, Role, add_staff
from bot.channels.line.channel import LineChannel
from bot.simulator.events import sign, webhook_body
from deploy import clock
from deploy.app import build_parts, create_app
from deploy.settings import Settings, SettingsError, read_channels, read_settings, required_hash_key
from knowledge.database import Database

ROOT = Path(__file__).parents[2]
NEW, OLD = "n" * 32, "o" * 32
ORIGIN = {"sec-fetch-site": "same-origin"}


def _app(database: Database, **more: object) -> FastAPI:
    settings = Settings.model_validate({"hash_key": "k" * 32, **more})
    channels = {"kokubunji": LineChannel((NEW, OLD), "t")}
    return create_app(build_parts(settings, database, channels, "k" * 32), with_worker=False)


@pytest.fixture
def production(filled: Database) -> TestClient:
    """A browser before the service as it is run, behind TLS."""
    app = _app(filled, allowed_hosts="madoguchi.example, *.city.example")
    return TestClient(app, base_url="https://madoguchi.example", headers=ORIGIN, follow_redirects=False)


# --- names ---


@pytest.mark.parametrize("host", ["madoguchi.example", "madoguchi.example:443", "line.city.example"])
def test_known_names_are_served(production: TestClient, host: str) -> None:
    assert production.get("/lookup", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "madoguchi.example.evil.example", "10.0.0.1", "", "evilcity.example"])
@pytest.mark.parametrize("path", ["/lookup", "/admin/sign-in", "/api/kokubunji/entries", "/static/page.css"])
def test_other_names_are_refused(production: TestClient, host: str, path: str) -> None:
    answer = production.get(path, headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


def test_machines_may_ask_by_address(production: TestClient) -> None:
    assert production.get("/healthz", headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert production.get("/readyz", headers={"host": "10.1.2.3:8000"}).json()["database"] == "ok"


def test_forwarded_names_are_not_believed(production: TestClient) -> None:
    page = production.get(
        "/lookup/kokubunji", headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    )
    assert page.status_code == 200
    assert "evil" not in page.text + str(page.headers)


# --- headers ---

PAGES = (
    "/lookup",
    "/lookup/kokubunji",
    "/admin/sign-in",
    "/api/kokubunji/entries",
    "/static/page.css",
    "/nowhere",
    "/healthz",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_headers(production: TestClient, path: str) -> None:
    headers = production.get(path).headers
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    for rule in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert rule in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])


def test_a_trial_run_has_no_transport_security(filled: Database) -> None:
    trial = TestClient(_app(filled, mode="development"))
    assert "strict-transport-security" not in trial.get("/lookup").headers
    without = TestClient(_app(filled, transport_security=""))
    assert "strict-transport-security" not in without.get("/lookup").headers


def test_only_the_api_may_be_read_by_other_sites(production: TestClient) -> None:
    other = {"origin": "https://other.example", "sec-fetch-site": "cross-site"}
    for path in PAGES:
        allowed = production.get(path, headers=other).headers.get("access-control-allow-origin")
        assert allowed == ("*" if path.startswith("/api") else None), path
        assert "access-control-allow-credentials" not in production.get(path, headers=other).headers


# --- cookies ---


def _cookies(answer: object) -> Iterator[tuple[str, SimpleCookie]]:
    for value in answer.headers.get_list("set-cookie"):  # type: ignore[attr-defined]
        cookie: SimpleCookie = SimpleCookie()
        cookie.load(value)
        yield next(iter(cookie)), cookie


def test_cookies_of_staff_can_be_neither_read_nor_sent_elsewhere(production: TestClient, filled: Database) -> None:
    with filled.writing() as session:
        add_staff(session, "chief", "chief", "correct horse battery", municipality=ALL, role=Role.ADMIN, at=clock.now())
    answer = production.post("/admin/sign-in", data={"login": "chief", "password": "correct horse battery"})
    found = [cookie[name] for name, cookie in _cookies(answer) if cookie[name].value]
    assert found
    for morsel in found:
        assert morsel.key.startswith("__Host-")
        assert morsel["httponly"]
        assert morsel["secure"]
        assert morsel["samesite"] == "lax"
        assert morsel["path"] == "/"
        assert not morsel["domain"]


@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_gets_a_cookie(production: TestClient, path: str) -> None:
    assert "set-cookie" not in production.get(path).headers


def test_pages_behind_sign_in_stay_in_no_cache(production: TestClient) -> None:
    assert "no-store" in production.get("/admin/sign-in").headers.get("cache-control", "")


# --- sizes ---


def _posts(app: FastAPI) -> list[str]:
    paths = [path for path, methods in app.openapi()["paths"].items() if {"post", "put", "patch"} & set(methods)]
    return [re.sub(r"\{municipality\}", "kokubunji", path) for path in paths]


def test_no_route_takes_a_body_without_end(filled: Database) -> None:
    app = _app(filled)
    client = TestClient(app, headers=ORIGIN, follow_redirects=False)
    paths = _posts(app)
    assert len(paths) > 60
    large = b"x" * (10 * 1024 * 1024 + 1)
    for path in paths:
        concrete = re.sub(r"\{\w+(:\w+)?\}", "1", path)
        answer = client.post(concrete, content=large, headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 413, path


@pytest.mark.parametrize(
    "path", ["/admin/sign-in", "/admin/sign-in/passkey", "/admin/welcome", "/lookup/kokubunji/suggestions"]
)
def test_forms_for_everybody_are_small(production: TestClient, path: str) -> None:
    assert production.post(path, content=b"x" * (64 * 1024 + 1)).status_code == 413

    def chunks() -> Iterator[bytes]:
        yield b"login=x"

    assert production.post(path, content=chunks()).status_code == 411


# --- secrets ---


def test_two_channel_secrets_are_valid_while_one_is_rotated(filled: Database) -> None:
    client = TestClient(_app(filled))
    body = webhook_body([])
    for secret, status in ((NEW, 200), (OLD, 200), ("x" * 32, 401)):
        answer = client.post("/line/kokubunji/webhook", content=body, headers={"x-line-signature": sign(secret, body)})
        assert answer.status_code == status


def test_secrets_come_from_files(tmp_path: Path) -> None:
    def file(name: str, text: str) -> str:
        (tmp_path / name).write_text(f"{text}\n", encoding="utf-8")
        return str(tmp_path / name)

    environment = {
        "MADOGUCHI_HASH_KEY_FILE": file("hash", "h" * 32),
        "MADOGUCHI_METRICS_TOKEN_FILE": file("metrics", "m" * 16),
        "MADOGUCHI_LINE_OYAMA_CHANNEL_SECRET_FILE": file("new", NEW),
        "MADOGUCHI_LINE_OYAMA_CHANNEL_SECRET_OLD_FILE": file("old", OLD),
        "MADOGUCHI_LINE_OYAMA_ACCESS_TOKEN_FILE": file("token", "t"),
    }
    settings = read_settings(environment)
    assert required_hash_key(settings) == "h" * 32
    assert settings.metrics_token.get_secret_value() == "m" * 16
    assert read_channels(environment) == {"oyama": LineChannel((NEW, OLD), "t")}
    with pytest.raises(SettingsError, match="読めません"):
        read_settings({"MADOGUCHI_HASH_KEY_FILE": str(tmp_path / "none")})


def test_secrets_are_not_shown_with_the_settings() -> None:
    settings = read_settings({"MADOGUCHI_HASH_KEY": "h" * 32, "MADOGUCHI_METRICS_TOKEN": "m" * 16})
    for secret in ("h" * 32, "m" * 16):
        assert secret not in repr(settings) + str(settings) + settings.model_dump_json()


_SECRETS = re.compile(r"(?:^|_)(?:secret|secrets|signature|password|token|digest|mac|nonce|otp|code_hash)$")
_TYPED_WITH_IT = {"repeated", "old"}
"""A new password, its repetition and the one before come in one form of one person: there is nothing to find out."""


def _compared(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            names = [getattr(side, "attr", getattr(side, "id", "")) for side in (node.left, *node.comparators)]
            if any(map(_SECRETS.search, names)) and not _TYPED_WITH_IT & set(names):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"


def test_secrets_are_compared_in_constant_time() -> None:
    files = [path for floor in ("admin", "bot", "deploy", "knowledge") for path in (ROOT / floor).rglob("*.py")]
    assert len(files) > 200
    assert [found for path in files if "standin" not in path.parts for found in _compared(path)] == []
