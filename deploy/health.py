"""`madoguchi-health`: is this machine's web server ready? For containers' health checks, so it imports little."""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

READY = "http://127.0.0.1:8000/readyz"
TIMEOUT = 4.0
"""Seconds; a container's health check gives up after five."""


def main() -> None:
    """Asks the address on the command line (or the usual one). Ends with 1, and says why, when it is not ready."""
    sys.exit(fault(sys.argv[1] if len(sys.argv) > 1 else READY))


def fault(address: str) -> str | None:
    """What is wrong at the address, as a line for the operator; None when it answers 200."""
    if not address.startswith(("http://", "https://")):
        return f"{address} は http://… の形にしてください"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=TIMEOUT) as response:
            return None if response.status == 200 else f"{address} が {response.status} を返しました"
    except urllib.error.HTTPError as error:
        return f"{address} が {error.code} を返しました"
    except OSError as error:
        return f"{address} につながりません（{type(error).__name__}）"


if __name__ == "__main__":
    main()
