"""What an operator sets about accounts, kept on the application beside the web parts."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from admin.accounts.oidc import IdentityProvider
from bot.web.state import WebParts


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """`key` is the service's secret, `old_key` the one before while it is replaced (else empty).

    `address_header` names the header in which a trusted proxy tells the browser's address; empty: none is in between.
    """

    key: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    old_key: str = field(default="", repr=False)
    require_second_factor: bool = False
    address_header: str = ""
    provider: IdentityProvider | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys by which secrets may be sealed; new ones are sealed with the first."""
        return (self.key, self.old_key) if self.old_key else (self.key,)


def account_settings(request: Request) -> AccountSettings:
    """The settings of the application that serves this request."""
    found: AccountSettings = request.app.state.accounts
    return found


Accounts = Annotated[AccountSettings, Depends(account_settings)]


def origin_of(request: Request, web: WebParts) -> str:
    """Scheme and host as the browser sees them, without a slash at the end; behind a proxy they are a setting."""
    scheme = "https" if web.secure_cookies else request.url.scheme
    return web.public_url.rstrip("/") or f"{scheme}://{request.url.netloc}"


def source_of(request: Request, settings: AccountSettings) -> str | None:
    """A keyed hash of where a request comes from: enough to count by, no address. With a new key counting starts anew
    (failures are counted for a quarter of an hour; those of a name go on).

    Of several addresses in the header the last counts: that one was written by the trusted proxy itself.
    """
    peer = request.client.host if request.client else ""
    told = request.headers.getlist(settings.address_header) if settings.address_header else []
    network = _network(told[-1].rsplit(",", 1)[-1].strip() if told else peer)
    key = settings.key.encode()
    return hmac.new(key, f"source:{network}".encode(), hashlib.sha256).hexdigest()[:40] if network else None


def _network(address: str) -> str:
    """The address; of IPv6 the /64, which one household or office has to itself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)
