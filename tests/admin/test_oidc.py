"""Signing in with the organisation's account, against a small provider that checks strictly what it is sent."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlmodel import select
from starlette.testclient import TestClient

from admin.accounts.oidc import IdentityProvider
from admin.accounts.settings import AccountSettings
from admin.tables import AuditRow, StaffRow
from knowledge.database import Database

CLIENT, SECRET = "madoguchi", "s3cret:&%/ 秘"
CALLBACK = "http://testserver/admin/sign-in/oidc/callback"


@dataclass
class Provider:
    """A provider. `claims` and `header` override what its tokens say; `refusals` lists what it did not accept."""

    url: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig", "kid": "one"}))
    signing: RSAKey | None = None
    basic: bool = True
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    issuer: str = ""
    now: int = 0

    def published(self) -> dict[str, Any]:
        method = "client_secret_basic" if self.basic else "client_secret_post"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/authorize?tenant=city",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": [method],
        }

    def authorize(self, asked: dict[str, str]) -> str | None:
        """Where the browser is sent back to; None when the request is not exactly right."""
        wanted = {"response_type": "code", "client_id": CLIENT, "redirect_uri": CALLBACK, "tenant": "city"}
        wanted["code_challenge_method"] = "S256"
        wrong = [name for name, value in wanted.items() if asked.get(name) != value]
        wrong += [name for name in ("state", "nonce") if len(asked.get(name, "")) < 20]
        wrong += ["scope"] if "openid" not in asked.get("scope", "").split() else []
        if wrong or len(asked.get("code_challenge", "")) != 43:
            self.refusals.append(f"authorize: {wrong}")
            return None
        self.codes["the-code"] = asked
        return f"{CALLBACK}?{urlencode({'code': 'the-code', 'state': asked['state'], 'iss': self.issuer})}"

    def token(self, form: dict[str, str], authorization: str | None) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        pair = base64.b64encode(f"{quote_plus(CLIENT)}:{quote_plus(SECRET)}".encode()).decode()
        posted = form.get("client_id") == CLIENT and form.get("client_secret") == SECRET
        known = authorization == f"Basic {pair}" and "client_secret" not in form if self.basic else posted
        right = {
            "code": asked is not None,
            "grant": form.get("grant_type") == "authorization_code",
            "redirect": form.get("redirect_uri") == CALLBACK,
            "verifier": asked is not None
            and base64.urlsafe_b64encode(verifier).rstrip(b"=").decode() == asked["code_challenge"],
            "client": known,
        }
        if asked is None or not all(right.values()):
            self.refusals.append(f"token: {right}")
            return None
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "person-1",
            "iat": self.now,
            "exp": self.now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signing or self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": token}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                where = provider.authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
                self.send_response(302 if where else 400)
                self.send_header("location", where or "")
                self.end_headers()
                return
            answers = {
                "/.well-known/openid-configuration": provider.published(),
                "/keys": {"keys": [provider.key.as_dict(private=False)]},
            }
            self._json(answers.get(parts.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(provider.token(form, self.headers.get("authorization")))

        def _json(self, content: dict[str, Any] | None) -> None:
            body = json.dumps(content or {"error": "invalid_request"}).encode()
            self.send_response(200 if content else 400)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    return Handler


@pytest.fixture
def provider(app: FastAPI, moving: Any) -> Iterator[Provider]:
    """A running provider that the application is set up for."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.url = provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    provider.now = int(moving.now.timestamp())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    app.state.accounts = AccountSettings("k" * 32, provider=IdentityProvider(provider.url, CLIENT, SECRET))
    yield provider
    server.shutdown()
    thread.join()
    server.server_close()
    assert provider.refusals == []


def register(filled: Database, **values: str | None) -> None:
    """Sets what an admin registered of the editor."""
    with filled.writing() as session:
        row = session.exec(select(StaffRow).where(StaffRow.login == "editor")).one()
        for name, value in values.items():
            setattr(row, name, value)


def go_there(client: TestClient, query: str = "") -> str:
    """To the provider; returns the address it sends the browser back to."""
    departure = client.get(f"/admin/sign-in/oidc{query}")
    assert departure.status_code == 303
    with httpx2.Client(trust_env=False) as browser:
        back = browser.get(departure.headers["location"]).headers["location"]
    return back.removeprefix("http://testserver")


@pytest.mark.parametrize("basic", [True, False])
def test_a_registered_subject_gets_in(client: TestClient, provider: Provider, filled: Database, basic: bool) -> None:
    provider.basic = basic
    register(filled, oidc_subject="person-1")
    assert "組織のアカウントでサインイン" in client.get("/admin/sign-in").text
    answer = client.get(go_there(client, "?next=/admin/kokubunji/unanswered"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/admin/kokubunji/unanswered")
    assert client.get("/admin/kokubunji/unanswered").status_code == 200
    assert "組織のアカウント" in client.get("/admin/account").text
    with filled.reading() as session:
        row = session.exec(select(AuditRow).where(AuditRow.action == "sign in")).one()
    assert (row.actor, (row.after or {})["method"]) == ("editor", "oidc")


def test_nobody_is_made_and_the_page_says_what_to_register(client: TestClient, provider: Provider) -> None:
    provider.claims = {"sub": "person-<b>"}
    answer = client.get(go_there(client))
    assert answer.status_code == 403
    assert "person-&lt;b&gt;" in answer.text
    assert client.get("/admin").headers["location"] == "/admin/sign-in"


@pytest.mark.parametrize(
    ("claims", "trust", "expected"),
    [
        ({"email": "Hana@Example.jp", "email_verified": True}, False, 303),
        ({"email": "hana@example.jp"}, False, 403),
        ({"email": "hana@example.jp", "email_verified": "true"}, False, 403),
        ({"preferred_username": "hana@example.jp"}, True, 303),
        ({"preferred_username": "hana@example.jp"}, False, 403),
    ],
)
def test_an_address_counts_once_and_only_when_it_is_sure(
    client: TestClient,
    app: FastAPI,
    provider: Provider,
    filled: Database,
    claims: dict[str, Any],
    trust: bool,
    expected: int,
) -> None:
    app.state.accounts = AccountSettings("k" * 32, provider=IdentityProvider(provider.url, CLIENT, SECRET, trust))
    register(filled, login="hana@example.jp")
    provider.claims = claims
    assert client.get(go_there(client)).status_code == expected
    if expected == 303:
        provider.claims = {**claims, "sub": "somebody-else-later"}
        assert client.get(go_there(client)).status_code == 403, "from then on the subject counts"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"aud": [CLIENT, "another"]},
        {"nonce": "of-another-sign-in"},
        {"exp": 1},
        {"iat": 99_999_999_999},
        {"sub": ""},
    ],
)
def test_a_token_that_is_not_for_us_now_is_refused(
    client: TestClient, provider: Provider, filled: Database, claims: dict[str, Any]
) -> None:
    register(filled, oidc_subject="person-1")
    provider.claims = claims
    assert client.get(go_there(client)).status_code == 502
    assert client.get("/admin").headers["location"] == "/admin/sign-in"


def test_a_token_signed_by_another_key_is_refused(client: TestClient, provider: Provider, filled: Database) -> None:
    register(filled, oidc_subject="person-1")
    provider.signing = RSAKey.generate_key(2048, {"kid": "one"})
    assert client.get(go_there(client)).status_code == 502


@pytest.mark.usefixtures("provider")
def test_a_return_that_this_browser_did_not_begin_is_refused(client: TestClient, filled: Database) -> None:
    register(filled, oidc_subject="person-1")
    back = go_there(client)
    client.cookies.clear()
    assert client.get(back).status_code == 400
    back = go_there(client)
    assert client.get(back.replace("state=", "state=x")).status_code == 400
    assert client.get(back).status_code == 400, "what was begun is used up"
    back = go_there(client)
    assert client.get(back.replace("iss=http", "iss=https")).status_code == 502
    assert client.get(f"{go_there(client)}&error=access_denied").status_code == 502


def test_a_configuration_of_another_issuer_is_not_followed(client: TestClient, provider: Provider) -> None:
    provider.issuer = "https://evil.example"
    assert client.get("/admin/sign-in/oidc").status_code == 502


def test_showing_again_who_one_is_needs_a_fresh_sign_in_there(
    client: TestClient, provider: Provider, filled: Database
) -> None:
    register(filled, oidc_subject="person-1")
    provider.claims = {"auth_time": provider.now - 4000}
    assert client.get(go_there(client, "?again=true")).status_code == 502
    provider.claims = {"auth_time": provider.now}
    assert client.get(go_there(client, "?again=true")).status_code == 303


@pytest.mark.usefixtures("provider")
def test_who_is_stopped_stays_out(client: TestClient, filled: Database, moving: Any) -> None:
    register(filled, oidc_subject="person-1", disabled_at=moving.now)
    assert client.get(go_there(client)).status_code == 403


def test_without_a_provider_there_is_no_button_and_no_page(client: TestClient) -> None:
    assert "組織のアカウント" not in client.get("/admin/sign-in").text
    assert client.get("/admin/sign-in/oidc").status_code == 404
    assert client.get("/admin/sign-in/oidc/callback").status_code == 404


def test_a_provider_that_is_away_is_said(client: TestClient, app: FastAPI) -> None:
    app.state.accounts = AccountSettings("k" * 32, provider=IdentityProvider("http://127.0.0.1:9", CLIENT, SECRET))
    answer = client.get("/admin/sign-in/oidc")
    assert answer.status_code == 502
    assert "もう一度ためすか" in answer.text
