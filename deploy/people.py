"""What is stored about one person: handing it out, and erasing it. A person is a keyed hash, or two while the
key is replaced; see bot/pseudonyms.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, delete, select

from admin.audit import write_audit
from bot.tables import InboxRow, PersonRow, UtteranceRow

_NOT_TOLD = frozenset({"reply_token"})
"""A key to the talk room, of no use to the person and not for paper."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows were deleted: events of the inbox, questions, and the remembered way of answering."""

    events: int
    questions: int
    preferences: int


def export_person(session: Session, municipality: str, hashes: Sequence[str], *, at: datetime) -> dict[str, Any]:
    """Everything that is stored about a person under these hashes, as JSON values. The audit log says that it was
    handed out."""
    events = select(InboxRow).where(col(InboxRow.channel) == municipality, col(InboxRow.person).in_(hashes))
    questions = select(UtteranceRow).where(
        col(UtteranceRow.municipality) == municipality, col(UtteranceRow.person).in_(hashes)
    )
    people = select(PersonRow).where(col(PersonRow.municipality) == municipality, col(PersonRow.person).in_(hashes))
    row = session.exec(people.order_by(col(PersonRow.last_at).desc())).first()
    asked = [_told(row) for row in session.exec(questions.order_by(col(UtteranceRow.at))).all()]
    received = [_told(row) for row in session.exec(events.order_by(col(InboxRow.received_at))).all()]
    counts = {"questions": len(asked), "events": len(received)}
    write_audit(session, None, "export person", "person", at=at, municipality=municipality, after=counts)
    preferences = _told(row) if row is not None else None
    return {"municipality": municipality, "preferences": preferences, "questions": asked, "events": received}


def _told(row: SQLModel) -> dict[str, Any]:
    return {name: value for name, value in row.model_dump(mode="json").items() if name not in _NOT_TOLD}


def erase_person(session: Session, municipality: str, hashes: Sequence[str], *, at: datetime) -> Erased:
    """Deletes everything that is stored about a person under these hashes. The audit log says so, but not who it was.

    The inbox goes first: a worker that is answering this person holds the row, and what it writes is there to be
    deleted when it lets go.
    """
    events = delete(InboxRow).where(col(InboxRow.channel) == municipality, col(InboxRow.person).in_(hashes))
    questions = delete(UtteranceRow).where(
        col(UtteranceRow.municipality) == municipality, col(UtteranceRow.person).in_(hashes)
    )
    preferences = delete(PersonRow).where(
        col(PersonRow.municipality) == municipality, col(PersonRow.person).in_(hashes)
    )
    erased = Erased(*(int(session.exec(query).rowcount) for query in (events, questions, preferences)))
    write_audit(session, None, "erase person", "person", at=at, municipality=municipality, after=asdict(erased))
    return erased
