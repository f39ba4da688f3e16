"""Staff accounts, their roles, and their sessions.

Sessions live on the server: the cookie carries a random token, the database its digest. Ending the row ends the
session at once.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, delete, select

from admin.passwords import hash_password, password_is_right
from admin.tables import RoleRow, SessionRow, SignInAttemptRow, StaffRow

ALL = "*"
SESSION_LIFE = timedelta(hours=12)
SESSION_IDLE = timedelta(hours=1)
ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=15)


class Role(StrEnum):
    """What somebody may do, weakest first; each may do what those before it may."""

    VIEWER = "viewer"
    SUPPORT = "support"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMIN = "admin"

    def allows(self, needed: Role) -> bool:
        """Whether this role is enough where `needed` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class LoginTaken(ValueError):
    """Somebody has this sign-in name already."""


class TooManyAttempts(Exception):
    """Too many failed sign-ins with this name in the last minutes."""


def add_staff(
    session: Session, login: str, name: str, password: str, *, municipality: str, role: Role, at: datetime
) -> StaffRow:
    """Adds a member of staff. Raises LoginTaken and WeakPassword."""
    login = login.strip().casefold()
    if session.exec(select(StaffRow).where(StaffRow.login == login)).one_or_none() is not None:
        raise LoginTaken(login)
    staff = StaffRow(login=login, name=name, password=hash_password(password), created_at=at)
    session.add(staff)
    session.flush()
    session.add(RoleRow(staff_id=_id(staff), municipality=municipality, role=role))
    session.flush()
    return staff


def has_staff(session: Session) -> bool:
    """Whether anybody can sign in."""
    return session.exec(select(StaffRow.id).limit(1)).first() is not None


def sign_in(session: Session, login: str, password: str, at: datetime) -> str | None:
    """A new session's token; None when name or password is wrong. Raises TooManyAttempts."""
    login = login.strip().casefold()[:80]
    _refuse_guessing(session, login, at)
    staff = session.exec(select(StaffRow).where(StaffRow.login == login)).one_or_none()
    fits = password_is_right(staff.password if staff else None, password)
    if staff is None or not fits or staff.disabled_at is not None:
        session.add(SignInAttemptRow(login=login, at=at))
        return None
    session.exec(delete(SignInAttemptRow).where(col(SignInAttemptRow.login) == login))
    token = secrets.token_urlsafe(32)
    session.add(
        SessionRow(
            token_digest=_digest(token), staff_id=_id(staff), created_at=at, seen_at=at, expires_at=at + SESSION_LIFE
        )
    )
    return token


def _refuse_guessing(session: Session, login: str, at: datetime) -> None:
    recent = session.exec(
        select(func.count())
        .select_from(SignInAttemptRow)
        .where(SignInAttemptRow.login == login, SignInAttemptRow.at > at - ATTEMPT_WINDOW)
    ).one()
    if recent >= ATTEMPTS:
        raise TooManyAttempts


def session_staff(session: Session, token: str | None, at: datetime) -> StaffRow | None:
    """Who is signed in with this token, if anybody still is."""
    row = session.get(SessionRow, _digest(token)) if token else None
    if row is None or at > row.expires_at or at > row.seen_at + SESSION_IDLE:
        return None
    staff = session.get(StaffRow, row.staff_id)
    return staff if staff is not None and staff.disabled_at is None else None


def touch(session: Session, token: str, at: datetime) -> None:
    """Notes that the session is in use, at most once a minute."""
    row = session.get(SessionRow, _digest(token))
    if row is not None and at > row.seen_at + timedelta(minutes=1):
        row.seen_at = at


def sign_out(session: Session, token: str) -> None:
    """Ends the session."""
    session.exec(delete(SessionRow).where(col(SessionRow.token_digest) == _digest(token)))


def _id(staff: StaffRow) -> int:
    """The id of a stored row: the database has given it."""
    if staff.id is None:
        raise ValueError("the row was not stored yet")
    return staff.id


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def roles_of(session: Session, staff: StaffRow) -> dict[str, Role]:
    """The role of a member of staff by municipality."""
    rows = session.exec(select(RoleRow).where(RoleRow.staff_id == staff.id)).all()
    return {row.municipality: Role(row.role) for row in rows}
