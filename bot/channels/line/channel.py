"""A municipality's channel on LINE: what the operator sets of it. Without LINE's SDK, which takes its time to load."""

from __future__ import annotations

from dataclasses import dataclass

SECRET_LENGTH = 32
"""LINE's channel secrets have 32 characters. An empty one would verify forged webhooks."""


@dataclass(frozen=True, slots=True)
class LineChannel:
    """A municipality's channel: secrets that verify (more than one while rotating), and the access token."""

    secrets: tuple[str, ...]
    access_token: str

    def __post_init__(self) -> None:
        if not self.secrets or any(len(secret) < SECRET_LENGTH for secret in self.secrets):
            raise ValueError(f"a channel secret has at least {SECRET_LENGTH} characters")
        if not self.access_token:
            raise ValueError("a channel needs an access token")
