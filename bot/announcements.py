"""Announcements of a municipality: pausing the service, and notices above every answer, each with start and end."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, or_, select

from bot.conversation.standing import Standing
from bot.tables import AnnouncementRow

MOST_NOTICES = 2
"""More than two messages above an answer would push it off the screen."""


class AnnouncementKind(StrEnum):
    """What an announcement does."""

    PAUSE = "pause"
    NOTICE = "notice"


def announce(
    session: Session,
    municipality: str,
    kind: AnnouncementKind,
    text: str,
    *,
    reason: str,
    starts_at: datetime,
    ends_at: datetime | None,
    author: str,
) -> AnnouncementRow:
    """Makes an announcement. Raises ValueError (a Japanese sentence) when it would never hold."""
    if not text.strip():
        raise ValueError("知らせる文を書いてください。")
    if ends_at is not None and ends_at <= starts_at:
        raise ValueError("終わりは、始まりより後にしてください。")
    row = AnnouncementRow(
        municipality=municipality,
        kind=kind,
        text=text.strip(),
        reason=reason.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        author=author,
    )
    session.add(row)
    session.flush()
    return row


def stop(session: Session, municipality: str, number: int, at: datetime) -> AnnouncementRow | None:
    """Ends an announcement now; None when this municipality has none with that number."""
    row = session.get(AnnouncementRow, number)
    if row is None or row.municipality != municipality:
        return None
    if row.ends_at is None or row.ends_at > at:
        row.ends_at = at
    return row


def standing(session: Session, municipality: str, now: datetime) -> Standing:
    """What holds at that moment."""
    rows = [row for row in _open(session, municipality, now) if row.starts_at <= now]
    pauses = [row.text for row in rows if row.kind == AnnouncementKind.PAUSE]
    notices = [row.text for row in rows if row.kind == AnnouncementKind.NOTICE]
    return Standing(pauses[-1] if pauses else None, tuple(notices[-MOST_NOTICES:]))


def listed(session: Session, municipality: str, now: datetime) -> list[AnnouncementRow]:
    """Announcements that hold now or will."""
    return _open(session, municipality, now)


def _open(session: Session, municipality: str, now: datetime) -> list[AnnouncementRow]:
    query = (
        select(AnnouncementRow)
        .where(
            col(AnnouncementRow.municipality) == municipality,
            or_(col(AnnouncementRow.ends_at).is_(None), col(AnnouncementRow.ends_at) > now),
        )
        .order_by(col(AnnouncementRow.starts_at), col(AnnouncementRow.id))
    )
    return list(session.exec(query).all())
