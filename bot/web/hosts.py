"""Under which names the service may be asked for: another Host header is refused (400)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class KnownHosts:
    """ASGI middleware. `exempt` paths are for machines that ask by address, as health checks do."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str], exempt: tuple[str, ...] = ()) -> None:
        self._app = app
        self._exempt = exempt
        self._checked = TrustedHostMiddleware(app, allowed_hosts=hosts, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on when its host is known."""
        exempt = scope["type"] == "http" and scope["path"] in self._exempt
        await (self._app if exempt else self._checked)(scope, receive, send)
