"""Sessions of staff.

They live on the server: the cookie carries a random token, the database its digest. Ending the row ends the session
at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, delete, select, update

from admin.accounts.tokens import digest, new_token
from admin.staff import ALL, staff_id
from admin.tables import RoleRow, SessionRow, StaffRow

SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)


class Method(StrEnum):
    """How somebody got in."""

    PASSWORD = "password"  # noqa: S105 (the name of a way, not a password)
    SECOND_FACTOR = "second-factor"
    PASSKEY = "passkey"
    OIDC = "oidc"


def start(session: Session, staff: StaffRow, method: Method, browser: str, at: datetime) -> str:
    """A new session's token."""
    token = new_token()
    staff.last_sign_in_at = at
    session.add(staff)
    session.add(
        SessionRow(
            token_digest=digest(token),
            staff_id=staff_id(staff),
            created_at=at,
            seen_at=at,
            expires_at=at + SESSION_LIFE,
            method=method,
            browser=browser,
            confirmed_at=at,
        )
    )
    session.flush()
    return token


def find(session: Session, token: str | None, at: datetime) -> tuple[SessionRow, StaffRow] | None:
    """The session with this token and whose it is, if it still holds and they may still come in."""
    row = session.get(SessionRow, digest(token)) if token else None
    if row is None or at > row.expires_at or at > row.seen_at + SESSION_IDLE:
        return None
    staff = session.get(StaffRow, row.staff_id)
    return (row, staff) if staff is not None and staff.disabled_at is None else None


def touch(row: SessionRow, at: datetime) -> None:
    """Notes that the session is in use, at most once a minute."""
    if at > row.seen_at + timedelta(minutes=1):
        row.seen_at = at


def rotate(session: Session, token: str, *, confirmed_at: datetime | None = None) -> str | None:
    """The same session under a new token; the old one ends. None when it has ended already."""
    row = session.get(SessionRow, digest(token))
    if row is None:
        return None
    fresh = new_token()
    values = row.model_dump() | {"token_digest": digest(fresh), "renew": False}
    if confirmed_at is not None:
        values["confirmed_at"] = confirmed_at
    session.delete(row)
    session.add(SessionRow(**values))
    session.flush()
    return fresh


def ask_for_renewal(session: Session, staff: int) -> None:
    """Every session of this member of staff gets a new token at its next page."""
    session.exec(update(SessionRow).where(col(SessionRow.staff_id) == staff).values(renew=True))


def end(session: Session, token: str | None) -> None:
    """Ends the session with this token."""
    if token:
        session.exec(delete(SessionRow).where(col(SessionRow.token_digest) == digest(token)))


def end_others(session: Session, staff: int, token: str | None = None) -> int:
    """Ends all sessions of a member of staff but the one with this token. Returns how many."""
    mine = delete(SessionRow).where(col(SessionRow.staff_id) == staff)
    kept = mine.where(col(SessionRow.token_digest) != digest(token)) if token else mine
    return session.exec(kept).rowcount


def end_everybodys(session: Session, place: str = ALL) -> int:
    """Ends all sessions; with a municipality those of whoever may come in there, by a role there or everywhere.

    Returns how many were ended.
    """
    wanted = delete(SessionRow)
    if place != ALL:
        may_come_in = select(RoleRow.staff_id).where(col(RoleRow.municipality).in_((place, ALL)))
        wanted = wanted.where(col(SessionRow.staff_id).in_(may_come_in))
    return session.exec(wanted).rowcount


def end_one(session: Session, staff: int, key: str) -> bool:
    """Ends the session of this member of staff that the list calls `key`. Returns whether there was one."""
    rows = session.exec(select(SessionRow).where(SessionRow.staff_id == staff)).all()
    wanted = [row for row in rows if key_of(row) == key]
    for row in wanted:
        session.delete(row)
    return bool(wanted)


def live_sessions(session: Session, staff: int, at: datetime) -> Sequence[SessionRow]:
    """The sessions of a member of staff that still hold, the last used first."""
    wanted = select(SessionRow).where(SessionRow.staff_id == staff, SessionRow.expires_at >= at)
    return session.exec(
        wanted.where(SessionRow.seen_at >= at - SESSION_IDLE).order_by(col(SessionRow.seen_at).desc())
    ).all()


def key_of(row: SessionRow) -> str:
    """What a page calls a session: the start of the digest, from which nobody gets the token."""
    return row.token_digest[:16]


def key_of_token(token: str) -> str:
    """The same for the session of a token."""
    return digest(token)[:16]
