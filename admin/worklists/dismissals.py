"""Findings that staff looked at and left as they are."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from admin.worklists.tables import DismissalRow


def dismissals(session: Session, municipality: str, worklist: str) -> list[DismissalRow]:
    """What was left as it is, the newest first."""
    query = select(DismissalRow).where(DismissalRow.municipality == municipality, DismissalRow.worklist == worklist)
    return list(session.exec(query.order_by(col(DismissalRow.at).desc(), col(DismissalRow.id).desc())).all())


def dismiss(
    session: Session, municipality: str, worklist: str, key: str, *, about: str, reason: str, author: str, at: datetime
) -> None:
    """Leaves a finding as it is; once is enough."""
    if find_dismissal(session, municipality, worklist, key) is None:
        row = DismissalRow(municipality=municipality, worklist=worklist, key=key, author=author, at=at)
        row.about, row.reason = about[:200], reason.strip()[:200]
        session.add(row)
        session.flush()


def take_back(session: Session, municipality: str, worklist: str, key: str) -> DismissalRow | None:
    """Puts a finding back on the list; returns what was noted of it."""
    row = find_dismissal(session, municipality, worklist, key)
    if row is not None:
        session.delete(row)
    return row


def find_dismissal(session: Session, municipality: str, worklist: str, key: str) -> DismissalRow | None:
    """What was noted when a finding was left as it is."""
    return next((row for row in dismissals(session, municipality, worklist) if row.key == key), None)
