"""What tests of the whole service share: LINE's stand-in behind a socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from bot.channels.line.standin import StandIn, create_standin_app


@pytest.fixture
def standin() -> Iterator[tuple[StandIn, str]]:
    """LINE with the channel `kokubunji` and its token `t`, and where it is reached."""
    state = StandIn()
    state.add_channel("kokubunji", access_token="t")
    # Its log stays out of the service's: some tests read that.
    server = uvicorn.Server(uvicorn.Config(create_standin_app(state), port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield state, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
