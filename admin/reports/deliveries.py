"""Events from LINE that ended without a reply reaching anybody, and those that still wait. No text, nobody's hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.inbox import OPEN_STATES, State
from bot.tables import InboxRow

ENDS = (State.FAILED, State.UNDELIVERED, State.EXPIRED)
"""How an event ends without a reply, the worst first."""
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An event that ended without a reply. `reason` is the kind of error or LINE's status, `event` LINE's id, and
    `request` is what the log calls the request by which it came."""

    received_at: datetime
    finished_at: datetime | None
    state: State
    attempts: int
    reason: str
    event: str
    request: str


@dataclass(frozen=True, slots=True)
class Deliveries:
    """`ends` has a count for each of ENDS; `waiting` and `oldest` are of events that are neither answered nor given
    up; `rows` are the newest that ended without a reply, at most SHOWN."""

    ends: Mapping[State, int]
    waiting: int
    oldest: datetime | None
    rows: Sequence[Unanswered]


def deliveries(session: Session, municipality: str) -> Deliveries:
    """What is in the inbox of a municipality now: events that ended well are not looked at, there are too many."""
    channel = InboxRow.channel == municipality
    counts = select(InboxRow.state, func.count()).where(channel, col(InboxRow.state).in_(ENDS))
    found = dict(session.exec(counts.group_by(InboxRow.state)).all())
    waiting = select(func.count(), func.min(InboxRow.received_at)).where(channel, col(InboxRow.state).in_(OPEN_STATES))
    number, oldest = session.exec(waiting).one()
    newest = select(InboxRow).where(channel, col(InboxRow.state).in_(ENDS)).order_by(col(InboxRow.id).desc())
    rows = [_unanswered(row) for row in session.exec(newest.limit(SHOWN)).all()]
    return Deliveries({end: found.get(end, 0) for end in ENDS}, number, oldest, rows)


def _unanswered(row: InboxRow) -> Unanswered:
    return Unanswered(
        row.received_at,
        row.finished_at,
        State(row.state),
        row.attempts,
        row.detail,
        row.event_id,
        row.request_id or "",
    )
