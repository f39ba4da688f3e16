"""Signing in with the organisation's own accounts (OpenID Connect Core 1.0: code flow with PKCE, state and nonce).

What the provider publishes is read anew at each sign-in: sign-ins are rare, and a changed key is never stale.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import Session, select

from admin.staff import login_of
from admin.tables import StaffRow

TIMEOUT = 5.0
LEEWAY = 60
FRESH = 300
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")


class ProviderError(Exception):
    """The provider can't be reached, or what it says can't be trusted. The message is for logs."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at the provider; `email` only when it is sure to be theirs."""

    subject: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Departure:
    """Where the browser is sent, and what its return is checked against."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An organisation's sign-in. `trust_email`: its addresses are assigned by the organisation, not by the people."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    trust_email: bool = False

    def depart(self, return_to: str, *, again: bool = False) -> Departure:
        """Begins a sign-in; `again` asks for the password even of somebody signed in there. Raises ProviderError."""
        with _client() as client:
            where = _address(self._published(client), "authorization_endpoint")
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": return_to,
            "scope": "openid email profile",
            "state": state,
            "nonce": nonce,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            **({"prompt": "login", "max_age": "0"} if again else {}),
        }
        return Departure(f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", state, nonce, verifier)

    def arrive(
        self, code: str, *, nonce: str, verifier: str, return_to: str, at: datetime, again: bool = False
    ) -> Identity:
        """Who came back with this code. Raises ProviderError."""
        with _client() as client:
            published = self._published(client)
            token = self._id_token(client, published, code, verifier, return_to)
            keys = _json(_reached(lambda: client.get(_address(published, "jwks_uri"))))
        return self._identity(_claims(token, keys), nonce, at, again)

    def _published(self, client: httpx2.Client) -> Mapping[str, Any]:
        address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        published = _json(_reached(lambda: client.get(address)))
        if published.get("issuer") != self.issuer:
            raise ProviderError("the configuration is another issuer's")
        return published

    def _id_token(
        self, client: httpx2.Client, published: Mapping[str, Any], code: str, verifier: str, return_to: str
    ) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "code_verifier": verifier,
        }
        headers = {}
        if "client_secret_basic" in published.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            headers["authorization"] = f"Basic {self._credentials()}"
        else:
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        where = _address(published, "token_endpoint")
        token = _json(_reached(lambda: client.post(where, data=form, headers=headers))).get("id_token")
        if not isinstance(token, str):
            raise ProviderError("no id token")
        return token

    def _credentials(self) -> str:
        """Both form-encoded before they are joined (RFC 6749, 2.3.1)."""
        joined = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        return base64.b64encode(joined.encode()).decode()

    def _identity(self, claims: Mapping[str, Any], nonce: str, at: datetime, again: bool) -> Identity:
        """Checks of OpenID Connect Core 3.1.3.7."""
        now = int(at.timestamp())
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            rules.validate(dict(claims))
        except JoseError as error:
            raise ProviderError(str(error)) from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self.client_id) != self.client_id:
            raise ProviderError("the token is for somebody else")
        if not compare_digest(str(claims.get("nonce", "")), nonce):
            raise ProviderError("the token is of another sign-in")
        if again and now - int(claims.get("auth_time", 0)) > FRESH:
            raise ProviderError("the sign-in there is an old one")
        return Identity(claims["sub"], self._email(claims))

    def _email(self, claims: Mapping[str, Any]) -> str | None:
        if self.trust_email:
            return claims.get("email") or claims.get("preferred_username")
        return claims.get("email") if claims.get("email_verified") is True else None


def staff_with(session: Session, identity: Identity) -> StaffRow | None:
    """The registered member of staff: by subject, else once by the e-mail address that is their sign-in name.

    From then on only the subject counts: an address may be given to somebody else one day. Nobody is made here.
    """
    known = session.exec(select(StaffRow).where(StaffRow.oidc_subject == identity.subject)).one_or_none()
    if known is None and identity.email and "@" in identity.email:
        login = login_of(identity.email)
        known = session.exec(select(StaffRow).where(StaffRow.login == login)).one_or_none()
        if known is None or known.oidc_subject is not None:
            return None
        known.oidc_subject = identity.subject
    return known if known is not None and known.disabled_at is None else None


def _client() -> httpx2.Client:
    return httpx2.Client(timeout=TIMEOUT, follow_redirects=False)


def _reached(ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    try:
        return ask()
    except httpx2.HTTPError as error:
        raise ProviderError(f"not reached: {type(error).__name__}") from None


def _json(answer: httpx2.Response) -> Mapping[str, Any]:
    try:
        found = answer.json() if answer.status_code == 200 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderError(f"answered {answer.status_code}")
    return found


def _address(published: Mapping[str, Any], name: str) -> str:
    """An endpoint; with TLS unless the whole provider is a trial without."""
    address, issuer = published.get(name), str(published["issuer"])
    if not isinstance(address, str) or not address.startswith(("https://", issuer.split("//", maxsplit=1)[0])):
        raise ProviderError(f"no {name}")
    return address


def _claims(token: str, keys: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        found = KeySet.import_key_set({"keys": keys["keys"]})
        return jwt.decode(token, found, algorithms=_ALGORITHMS).claims
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise ProviderError(f"token refused: {type(error).__name__}") from None


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode("ascii")).digest()).rstrip(b"=").decode("ascii")
