"""The staff of a place as its admins see and change it.

An admin of one place sees and changes roles there only. What touches the whole account (disabling, a new link, a reset)
needs an admin of every place where the person has a role. The last admin of a place stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from admin.accounts import ceremonies, second_factor, sessions
from admin.accounts.ceremonies import Purpose
from admin.passwords import unusable_password
from admin.staff import ALL, Role, roles_of, staff_id
from admin.tables import RoleRow, StaffRow


class LastAdmin(Exception):
    """After this nobody could look after the staff of a place. The message is a Japanese sentence."""

    def __init__(self) -> None:
        super().__init__("最後の管理者なので、外せません。先に、ほかの人を管理者にしてください。")


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff as shown to an admin; `roles` are those at places which that admin looks after."""

    staff: StaffRow
    roles: Mapping[str, Role]
    has_factor: bool
    whole: bool
    """Whether the admin looks after every place where this person has a role."""


def colleagues(session: Session, place: str, mine: Mapping[str, Role]) -> Sequence[Colleague]:
    """Who has a role at this place, by name; at `*` everybody, for who looks after all looks after each."""
    wanted = select(StaffRow).order_by(StaffRow.login)
    if place != ALL:
        wanted = wanted.where(col(StaffRow.id).in_(select(RoleRow.staff_id).where(RoleRow.municipality == place)))
    return [_colleague(session, row, mine) for row in session.exec(wanted).all()]


def colleague(session: Session, number: int, place: str, mine: Mapping[str, Role]) -> Colleague | None:
    """One of them by number; None for people who have no role at this place."""
    row = session.get(StaffRow, number)
    if row is None or (place != ALL and place not in roles_of(session, row)):
        return None
    return _colleague(session, row, mine)


def _colleague(session: Session, row: StaffRow, mine: Mapping[str, Role]) -> Colleague:
    roles = roles_of(session, row)
    shown = {place: role for place, role in roles.items() if looks_after(mine, place)}
    return Colleague(row, shown, second_factor.has_factor(session, row), len(shown) == len(roles))


def looks_after(mine: Mapping[str, Role], place: str) -> bool:
    """Whether somebody with these roles is admin of a place; `*` itself needs an admin of all."""
    return Role.ADMIN in (mine.get(place), mine.get(ALL))


def change_role(session: Session, staff: StaffRow, place: str, role: Role | None) -> Role | None:
    """Gives a role at a place, or takes it away. Returns the role before. Raises LastAdmin.

    The person's sessions get new tokens: what was seen of the old ones is worth nothing with the new rights.
    """
    row = session.get(RoleRow, (staff_id(staff), place))
    before = Role(row.role) if row else None
    if before is Role.ADMIN and role is not Role.ADMIN:
        _keep_an_admin(session, staff, [place])
    if row is not None and role is None:
        session.delete(row)
    elif row is not None and role is not None:
        row.role = role
    elif role is not None:
        session.add(RoleRow(staff_id=staff_id(staff), municipality=place, role=role))
    session.flush()
    sessions.ask_for_renewal(session, staff_id(staff))
    return before


def disable(session: Session, staff: StaffRow, at: datetime) -> None:
    """Shuts an account and ends its sessions. Raises LastAdmin."""
    _keep_an_admin(session, staff, [place for place, role in roles_of(session, staff).items() if role is Role.ADMIN])
    staff.disabled_at = at
    session.add(staff)
    ceremonies.forget(session, Purpose.WELCOME, staff_id(staff))
    sessions.end_others(session, staff_id(staff))


def enable(session: Session, staff: StaffRow) -> None:
    """Opens an account again."""
    staff.disabled_at = None
    session.add(staff)


def reset_second_factor(session: Session, staff: StaffRow) -> None:
    """Forgets app, passkeys and recovery codes, and ends the sessions."""
    second_factor.reset(session, staff)
    sessions.end_others(session, staff_id(staff))


def new_link(session: Session, staff: StaffRow, at: datetime) -> str:
    """The token of a link by which somebody sets a password, once. The old password stops working."""
    staff.password = unusable_password()
    session.add(staff)
    ceremonies.forget(session, Purpose.WELCOME, staff_id(staff))
    sessions.end_others(session, staff_id(staff))
    return ceremonies.begin(session, Purpose.WELCOME, at, staff_id=staff_id(staff))


def _keep_an_admin(session: Session, leaving: StaffRow, places: Sequence[str]) -> None:
    """Locks the admins' rows, so that two admins can't remove each other at the same moment."""
    admins = select(RoleRow.municipality, StaffRow.id).join(StaffRow, col(StaffRow.id) == col(RoleRow.staff_id))
    active = admins.where(RoleRow.role == Role.ADMIN, col(StaffRow.disabled_at).is_(None)).with_for_update()
    others = {place for place, number in session.exec(active).all() if number != leaving.id}
    if leaving.disabled_at is None and not all({place, ALL} & others for place in places):
        raise LastAdmin
