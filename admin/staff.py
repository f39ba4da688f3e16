"""Staff and their roles."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, select

from admin.passwords import hash_password, unusable_password
from admin.tables import RoleRow, StaffRow

ALL = "*"


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


def add_staff(
    session: Session,
    login: str,
    name: str,
    password: str | None,
    *,
    municipality: str,
    role: Role,
    at: datetime,
    must_change: bool = False,
) -> StaffRow:
    """Adds a member of staff; without a password they come in by a link. Raises LoginTaken and WeakPassword."""
    login = login_of(login)
    if session.exec(select(StaffRow).where(StaffRow.login == login)).one_or_none() is not None:
        raise LoginTaken(login)
    stored = hash_password(password, (login, name, municipality)) if password is not None else unusable_password()
    staff = StaffRow(login=login, name=name, password=stored, created_at=at, must_change_password=must_change)
    session.add(staff)
    session.flush()
    session.add(RoleRow(staff_id=staff_id(staff), municipality=municipality, role=role))
    session.flush()
    return staff


def login_of(text: str) -> str:
    """A sign-in name as it is stored and compared: capitals and the width of letters don't matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()[:80]


def has_staff(session: Session) -> bool:
    """Whether anybody can sign in."""
    return session.exec(select(StaffRow.id).limit(1)).first() is not None


def staff_id(staff: StaffRow) -> int:
    """The id of a stored row: the database has given it."""
    if staff.id is None:
        raise ValueError("the row was not stored yet")
    return staff.id


def roles_of(session: Session, staff: StaffRow) -> dict[str, Role]:
    """The role of a member of staff by municipality."""
    rows = session.exec(select(RoleRow).where(RoleRow.staff_id == staff.id)).all()
    return {row.municipality: Role(row.role) for row in rows}
