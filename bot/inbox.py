"""The inbox: every acknowledged event is a row, and the row is also its outbox.

received → answered (reply stored) → sent. Ends that are not a reply say why: skipped (needs none), expired (the
reply token's life was over), undelivered (LINE refused or could not be reached in time), failed (could not be
answered).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.conversation.inbound import Inbound
from bot.responses.reply import Reply
from bot.tables import InboxRow

REPLY_DEADLINE = timedelta(seconds=25)
"""LINE's documentation speaks of about a minute for a reply token; others saw 30 s. Nothing is sent after this."""
SENDING_LEASE = timedelta(seconds=10)
"""A reply that was not marked by then (the process died) is sent again; LINE refuses a used token."""
ATTEMPTS = 3
"""Tries to answer before an event is parked."""


class State(StrEnum):
    """Where an event stands."""

    RECEIVED = "received"
    ANSWERED = "answered"
    SENT = "sent"
    SKIPPED = "skipped"
    EXPIRED = "expired"
    UNDELIVERED = "undelivered"
    FAILED = "failed"


OPEN_STATES = (State.RECEIVED, State.ANSWERED)


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it came in, with what is needed to reply to it."""

    inbound: Inbound
    reply_token: str | None
    received_at: datetime


def receive(session: Session, events: Sequence[Received], request_id: str | None = None) -> int:
    """Stores events that are not there yet, with the id of the request they came by. Returns how many were new."""
    if not events:
        return 0
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert(InboxRow).on_conflict_do_nothing(index_elements=["channel", "event_id"])
    table = InboxRow.__table__  # type: ignore[attr-defined]
    stored = [_row(event, request_id) for event in events]
    inserted = session.connection().execute(statement.returning(table.c.id), stored)
    return len(inserted.all())


def _row(event: Received, request_id: str | None) -> dict[str, object]:
    inbound = event.inbound
    return {
        "channel": inbound.municipality,
        "event_id": inbound.id,
        "person": inbound.person,
        "occurred_at": inbound.at,
        "received_at": event.received_at,
        "inbound": inbound.model_dump(mode="json"),
        "reply_token": event.reply_token,
        "state": State.RECEIVED,
        "attempts": 0,
        "next_attempt_at": event.received_at,
        "detail": "",
        "request_id": request_id,
    }


def due(session: Session, now: datetime, limit: int) -> Sequence[InboxRow]:
    """Rows to work on, locked until the transaction ends; oldest first. Rows others hold are passed over."""
    query = (
        select(InboxRow)
        .where(col(InboxRow.state).in_(OPEN_STATES), InboxRow.next_attempt_at <= now)
        .order_by(col(InboxRow.occurred_at), col(InboxRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return session.exec(query).all()


def is_late(row: InboxRow, now: datetime) -> bool:
    """Whether the reply token can no longer be relied on."""
    return now > row.received_at + REPLY_DEADLINE


def store_reply(row: InboxRow, reply: Reply | None, now: datetime) -> bool:
    """Puts the reply on the row. Returns whether there is something to send."""
    if reply is None or row.reply_token is None:
        finish(row, State.SKIPPED, now)
        return False
    row.reply = reply.model_dump(mode="json")
    if is_late(row, now):
        finish(row, State.EXPIRED, now, "answered after the reply token's life")
        return False
    row.state = State.ANSWERED
    row.attempts = 0
    return lease(row, now)


def lease(row: InboxRow, now: datetime) -> bool:
    """Keeps the row from being sent by somebody else for a while. Returns False when it is too late to send."""
    if is_late(row, now):
        finish(row, State.EXPIRED if row.attempts == 0 else State.UNDELIVERED, now, row.detail)
        return False
    row.attempts += 1
    row.next_attempt_at = now + SENDING_LEASE
    return True


def finish(row: InboxRow, state: State, now: datetime, detail: str = "") -> None:
    """Ends the row's life. The reply token is of no more use and is not kept."""
    row.state = state
    row.finished_at = now
    row.detail = detail[:200]
    row.reply_token = None


def postpone(row: InboxRow, now: datetime, detail: str) -> None:
    """Tries again later: half a second, one, two, four."""
    row.next_attempt_at = now + timedelta(seconds=0.25 * 2 ** min(row.attempts, 4))
    row.detail = detail[:200]


def park_after_failure(row: InboxRow, now: datetime, detail: str) -> None:
    """Counts a failed try to answer; after the third the event is left for people to look at."""
    row.attempts += 1
    if row.attempts >= ATTEMPTS:
        finish(row, State.FAILED, now, detail)
    else:
        postpone(row, now, detail)
