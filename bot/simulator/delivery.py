"""Delivering a webhook as LINE does: a signed POST to the real endpoint."""

from __future__ import annotations

from collections.abc import Callable

import httpx2

Deliver = Callable[[str, bytes, str], int]
TIMEOUT = 5.0


def http_deliver(base_url: str) -> Deliver:
    """A function (municipality, body, signature) -> status, posting to the bot at `base_url`."""
    client = httpx2.Client(base_url=base_url, timeout=TIMEOUT, trust_env=False)

    def deliver(municipality: str, body: bytes, signature: str) -> int:
        headers = {"x-line-signature": signature, "content-type": "application/json; charset=utf-8"}
        return client.post(f"/line/{municipality}/webhook", content=body, headers=headers).status_code

    return deliver
