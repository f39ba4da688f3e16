"""The audit log: who did what, when, from where, to what, with before and after. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Mapper, ORMExecuteState
from sqlalchemy.sql import ColumnElement
from sqlmodel import Session, col, or_, select

from admin.tables import AuditRow, RoleRow, StaffRow
from bot.web.static import JAPAN
from knowledge.schema import COMMON

ORIGIN = "origin"
"""Where a session of the database keeps from where its request came: `session.info[ORIGIN]`."""


class AuditIsFinal(Exception):
    """Somebody tried to change or delete a row of the audit log."""


def write_audit(
    session: Session,
    staff: StaffRow | None,
    action: str,
    subject: str,
    *,
    at: datetime,
    municipality: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Adds a row, in the same transaction as what it tells of."""
    session.add(
        AuditRow(
            at=at,
            staff_id=staff.id if staff else None,
            actor=staff.login if staff else "system",
            action=action,
            subject=subject[:160],
            municipality=municipality,
            before=before,
            after=after,
            origin=str(session.info.get(ORIGIN, ""))[:80],
        )
    )


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; empty means all. Days are Japan's, both included."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    first: date | None = None
    last: date | None = None


def find_audit(
    session: Session, municipality: str, wanted: AuditFilter, *, before: int | None = None, limit: int = 100
) -> Sequence[AuditRow]:
    """The newest rows of a municipality that match, those with a smaller id than `before` only."""
    query = select(AuditRow).where(_concerns(municipality), *_conditions(wanted))
    if before is not None:
        query = query.where(col(AuditRow.id) < before)
    return session.exec(query.order_by(col(AuditRow.id).desc()).limit(limit)).all()


def _concerns(municipality: str) -> ColumnElement[bool]:
    """Its own rows, those of the common pack, and what its own staff did nowhere in particular (signing in)."""
    own = select(RoleRow.staff_id).where(col(RoleRow.municipality).in_((municipality, COMMON, "*")))
    logins = select(StaffRow.login).where(col(StaffRow.id).in_(own))
    locked = col(AuditRow.staff_id).is_(None) & col(AuditRow.subject).in_(logins)
    nowhere = (col(AuditRow.municipality) == "") & or_(col(AuditRow.staff_id).in_(own), locked)
    here = col(AuditRow.municipality).in_((municipality, COMMON))
    return or_(here, col(AuditRow.subject).startswith(f"{COMMON}/"), nowhere)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.actor:
        found.append(col(AuditRow.actor) == wanted.actor)
    if wanted.action:
        found.append(col(AuditRow.action) == wanted.action)
    if wanted.subject:
        found.append(col(AuditRow.subject).contains(wanted.subject, autoescape=True))
    if wanted.first:
        found.append(col(AuditRow.at) >= datetime.combine(wanted.first, time(), JAPAN))
    if wanted.last:
        found.append(col(AuditRow.at) < datetime.combine(wanted.last + timedelta(days=1), time(), JAPAN))
    return found


def audited_people(session: Session, municipality: str) -> list[str]:
    """Sign-in names that stand in a municipality's log, in order."""
    return sorted(session.exec(select(AuditRow.actor).where(_concerns(municipality)).distinct()).all())


def _refuse(_: Mapper[AuditRow], __: Connection, row: AuditRow) -> None:
    raise AuditIsFinal(f"audit row {row.id}")


def _refuse_in_bulk(state: ORMExecuteState) -> None:
    changes = state.is_update or state.is_delete
    if changes and state.bind_mapper is not None and state.bind_mapper.class_ is AuditRow:
        raise AuditIsFinal("audit rows")


event.listen(AuditRow, "before_update", _refuse)
event.listen(AuditRow, "before_delete", _refuse)
event.listen(Session, "do_orm_execute", _refuse_in_bulk)
