"""The audit log: who did what, when, to what, with before and after. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from admin.tables import AuditRow, StaffRow


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
        )
    )


def recent_audit(session: Session, municipalities: Sequence[str], limit: int = 200) -> Sequence[AuditRow]:
    """The newest rows of these municipalities, and those that belong to none."""
    wanted = or_(col(AuditRow.municipality).in_(municipalities), col(AuditRow.municipality) == "")
    return session.exec(select(AuditRow).where(wanted).order_by(col(AuditRow.id).desc()).limit(limit)).all()
