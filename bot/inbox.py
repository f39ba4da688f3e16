"""The inbox: every acknowledged event is a row, and the row is also its outbox.

received → answered (reply stored) → sent. Ends that are not a reply say why: skipped (needs none), expired (the
reply token's life was over), undelivered (LINE refused or could not be reached in time), failed (could not be
answered).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from operator import itemgetter

from sqlalchemy import ColumnElement, and_, func, tuple_
from sqlalchemy.orm import aliased, load_only
from sqlmodel import Session, col, or_, select

from bot.conversation.inbound import Inbound
from bot.observing import tracing
from bot.responses.reply import Reply
from bot.tables import InboxRow
from knowledge.dialects import insert_into, is_postgresql
from knowledge.telling import CHANNEL, Topic

REPLY_DEADLINE = timedelta(seconds=25)
"""LINE's documentation speaks of about a minute for a reply token; others saw 30 s. Nothing is sent after this."""
SENDING_LEASE = timedelta(seconds=10)
"""A reply that was not marked by then (the process died) is sent again; LINE refuses a used token."""
LONGEST_WAIT = 2 * SENDING_LEASE
"""Nothing is put off further than a lease, by whosever clock; what is, was put off before the clock was put back."""
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
_ENDED_STATES = tuple(state for state in State if state not in OPEN_STATES)


@dataclass(frozen=True, slots=True)
class Received:
    """An event as it came in, with what is needed to reply to it. `formerly` is the person's hash under the key before,
    while the key is replaced."""

    inbound: Inbound
    reply_token: str | None
    received_at: datetime
    formerly: str | None = None


def receive(session: Session, events: Sequence[Received], request_id: str | None = None) -> int:
    """Stores events that are not there yet, with the id of the request they came by. Returns how many were new."""
    return len(store(session, rows(events, request_id)))


def rows(events: Sequence[Received], request_id: str | None = None) -> list[dict[str, object]]:
    """Events as rows of the inbox, with the id of the request (and the trace) they came by."""
    trace = tracing.traceparent()
    return [_row(event, request_id, trace) for event in events]


def store(session: Session, found: Sequence[Mapping[str, object]]) -> set[tuple[str, str]]:
    """Stores rows whose events are not there yet. Returns channel and event id of those that were new.

    On PostgreSQL the insert itself tells the workers of all processes; they hear it when the transaction commits.
    """
    if not found:
        return set()
    statement = insert_into(session, InboxRow).on_conflict_do_nothing(index_elements=["channel", "event_id"])
    table = InboxRow.__table__  # type: ignore[attr-defined]
    told = (func.pg_notify(CHANNEL, Topic.EVENTS),) if is_postgresql(session) else ()
    # In one order in all transactions: two webhooks with the same events in them would lock each other out for ever.
    ordered = sorted(found, key=itemgetter("occurred_at", "channel", "event_id"))
    inserted = session.connection().execute(statement.returning(table.c.channel, table.c.event_id, *told), ordered)
    return {(channel, event) for channel, event, *_ in inserted}


def _row(event: Received, request_id: str | None, trace: str | None) -> dict[str, object]:
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
        "trace": trace,
    }


def due(session: Session, now: datetime, limit: int, without: Collection[str] = ()) -> Sequence[InboxRow]:
    """Rows to work on, locked until the transaction ends; oldest first. Rows others hold, and the channels `without`,
    are passed over.

    A row waits for every earlier open row of its person. That makes one worker of many answer a person at a time, for
    a row that ended never opens again: whoever sees no earlier open row can't be overtaken by one. Under PostgreSQL's
    READ COMMITTED, with A and B two workers:

    - A holds row 1 and has not committed: B sees it as it was, open, and leaves row 2.
    - A has answered it and is sending (the lease), has put it off after a 429, or was killed: it is open, row 2 waits,
      for the lease at the longest; then row 1 is taken up again, first.
    - A marks row 1 while B looks: B's statement sees row 1 as open and leaves row 2, or as ended and takes it.
    - B saw row 2 as due, A took it before B locked it: the database checks the locked row anew, and its lease is new.
    - Row 1 can't be answered: it is put off and tried again, and row 2 waits until it is parked (ended).

    Two kinds of earlier rows hold nobody up: one whose reply token's life is over and that nobody is sending, for its
    reply will not be sent any more; and one that was not committed when its successor was taken up (two webhooks that
    overtook each other on their way). Events of nobody wait for nobody.
    """
    query = (
        select(InboxRow)
        .where(_is_open(InboxRow), _is_due(now), ~_waits(now))
        .order_by(col(InboxRow.occurred_at), col(InboxRow.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if without:
        query = query.where(col(InboxRow.channel).not_in(without))
    return session.exec(query).all()


def _is_open(row: type[InboxRow]) -> ColumnElement[bool]:
    """That the row is open, in the words of the partial indexes. The state is looked at only then: asked for open
    states, SQLite would go by the index of states and sort."""
    return and_(col(row.finished_at).is_(None), col(row.state).not_in(_ENDED_STATES))


def _is_due(now: datetime) -> ColumnElement[bool]:
    """That it is the row's moment. An event nobody has tried to answer is due at once, whatever the clock said that
    received it; what is put off beyond LONGEST_WAIT is due as well."""
    new = and_(col(InboxRow.state) == State.RECEIVED, col(InboxRow.attempts) == 0)
    when = col(InboxRow.next_attempt_at)
    return or_(new, when <= now, when > now + LONGEST_WAIT)


def _waits(now: datetime) -> ColumnElement[bool]:
    """That an earlier row of the same person may still be sent."""
    earlier = aliased(InboxRow)
    return (
        select(earlier.id)
        .where(
            earlier.channel == InboxRow.channel,
            earlier.person == InboxRow.person,
            _is_open(earlier),
            tuple_(earlier.occurred_at, earlier.id) < tuple_(InboxRow.occurred_at, InboxRow.id),
            or_(
                col(earlier.received_at) >= now - REPLY_DEADLINE,
                and_(
                    col(earlier.state) == State.ANSWERED,
                    col(earlier.next_attempt_at) > now,
                    col(earlier.next_attempt_at) <= now + LONGEST_WAIT,
                ),
            ),
        )
        .correlate(InboxRow)
        .exists()
    )


def answered(session: Session, numbers: Collection[int]) -> Sequence[InboxRow]:
    """Those of the rows whose reply is not marked yet, locked, with what marking needs."""
    query = (
        select(InboxRow)
        .where(col(InboxRow.id).in_(numbers), InboxRow.state == State.ANSWERED)
        .options(load_only(InboxRow.state, InboxRow.attempts, InboxRow.received_at))  # type: ignore[arg-type]
        .order_by(col(InboxRow.id))
        .with_for_update()
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
    """Keeps the row from being sent by somebody else for a while. Returns False when it is too late to send.

    An event from the future came before the clock was put back: how old it is nobody knows, and its time counts anew.
    """
    row.received_at = min(row.received_at, now)
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
