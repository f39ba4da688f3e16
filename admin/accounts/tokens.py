"""Random tokens: the browser holds the token, the database its digest."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A token of 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
