"""What is begun in one request and finished in a later one by whoever holds its token, once and soon.

A second step after the password, a passkey's challenge, a round trip to the organisation's sign-in, a first sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, delete

from admin.accounts.tables import CeremonyRow
from admin.accounts.tokens import digest, new_token


class Purpose(StrEnum):
    """What was begun; also the name of its cookie."""

    SECOND_STEP = "second-step"
    AUTHENTICATOR = "authenticator"
    PASSKEY_NEW = "passkey-new"
    PASSKEY_USE = "passkey-use"
    OIDC = "oidc"
    WELCOME = "welcome"


LIFE: Mapping[Purpose, timedelta] = {
    **dict.fromkeys(Purpose, timedelta(minutes=10)),
    Purpose.AUTHENTICATOR: timedelta(minutes=30),
    Purpose.WELCOME: timedelta(days=3),
}


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What was kept from the beginning."""

    staff_id: int | None
    content: Mapping[str, Any]


def begin(
    session: Session, purpose: Purpose, at: datetime, *, staff_id: int | None = None, content: Mapping[str, Any] = {}
) -> str:
    """Keeps what the finish needs; returns the token. Forgets what was never finished."""
    session.exec(delete(CeremonyRow).where(col(CeremonyRow.expires_at) < at))
    token = new_token()
    session.add(
        CeremonyRow(
            token_digest=digest(token),
            purpose=purpose,
            staff_id=staff_id,
            content=dict(content),
            expires_at=at + LIFE[purpose],
        )
    )
    return token


def look(session: Session, token: str | None, purpose: Purpose, at: datetime) -> Ceremony | None:
    """What was begun with this token, if it still can be finished."""
    row = session.get(CeremonyRow, digest(token)) if token else None
    if row is None or row.purpose != purpose or at > row.expires_at:
        return None
    return Ceremony(row.staff_id, dict(row.content))


def finish(session: Session, token: str | None, purpose: Purpose, at: datetime) -> Ceremony | None:
    """The same, and it is used up: of two requests at once only one gets it."""
    found = look(session, token, purpose, at)
    if found is None or token is None:
        return None
    used = session.exec(delete(CeremonyRow).where(col(CeremonyRow.token_digest) == digest(token))).rowcount
    return found if used else None


def forget(session: Session, purpose: Purpose, staff_id: int) -> None:
    """Ends what was begun for a member of staff: an older link stops working."""
    session.exec(delete(CeremonyRow).where(col(CeremonyRow.purpose) == purpose, col(CeremonyRow.staff_id) == staff_id))
