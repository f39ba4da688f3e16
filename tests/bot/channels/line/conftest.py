"""A stand-in for LINE behind a real socket, and real signatures."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn

from bot.channels.line.standin import StandIn, create_standin_app


@pytest.fixture
def standin() -> StandIn:
    """A stand-in that knows the channel `kokubunji` by the token `t`."""
    standin = StandIn()
    standin.add_channel("kokubunji", access_token="t")
    return standin


@pytest.fixture
def line_url(standin: StandIn) -> Iterator[str]:
    """Where the stand-in can be reached."""
    server = uvicorn.Server(uvicorn.Config(create_standin_app(standin), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def sign() -> Callable[[bytes, str], str]:
    """Signs a webhook body with a channel secret, as LINE does."""
    return lambda body, secret: base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
