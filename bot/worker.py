"""The worker: takes events from the inbox, answers them, sends the replies.

One transaction answers a batch and stores its replies; sending happens after the commit. A crash between any two
steps loses nothing: an unanswered row is still there, an answered one is sent again when its lease is over.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot import announcements, counting, inbox, records
from bot.conversation.again import with_a_person
from bot.conversation.inbound import Inbound
from bot.conversation.standing import under
from bot.conversation.turn import Turn, take_turn
from bot.inbox import State
from bot.library import Library
from bot.observing import measures, request_ids
from bot.responses.reply import Reply
from bot.tables import InboxRow
from knowledge.database import Database

log = logging.getLogger("madoguchi.worker")

BATCH = 50
SENDERS = 16
SWEEP_SECONDS = 1.0
"""A lost wake-up costs this much, never a message."""


class Delivery(StrEnum):
    """What became of a reply that was handed to the channel."""

    SENT = "sent"
    TOKEN_REFUSED = "token refused"  # noqa: S105 - a reply token, not a secret
    TRY_AGAIN = "try again"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Sent:
    """The outcome of sending, with a detail for the row (status and request id, never text)."""

    delivery: Delivery
    detail: str = ""


class ReplySender(Protocol):
    """The port to a channel: one method on values."""

    def send(self, reply_token: str, reply: Reply) -> Sent:
        """Hands one reply to the channel."""
        ...


@dataclass(frozen=True, slots=True)
class _Outgoing:
    row: int
    channel: str
    person: str | None
    reply_token: str
    reply: Reply
    request_id: str | None


class Worker:
    """Answers what is in the inbox until told to stop."""

    def __init__(
        self,
        database: Database,
        library: Library,
        senders: Mapping[str, ReplySender],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._library = library
        self._senders = senders
        self._clock = clock
        self._pool = ThreadPoolExecutor(SENDERS, thread_name_prefix="sender")
        self.wake = threading.Event()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Works until `stop`, and ends when the replies under way are handed over; a database that goes away is
        waited for."""
        with self._pool:
            while not self._stopping.is_set():
                if not self._batch():
                    self.wake.wait(SWEEP_SECONDS)
                    self.wake.clear()

    def _batch(self) -> int:
        try:
            return self.run_once()
        except DBAPIError as error:
            log.warning("database unavailable: %s", type(error.orig).__name__)
            return 0

    def stop(self) -> None:
        """Ends `run` after the batch at hand."""
        self._stopping.set()
        self.wake.set()

    def run_once(self) -> int:
        """Answers and sends one batch. Returns how many rows were taken up."""
        with self._database.writing() as session:
            rows = inbox.due(session, self._clock(), BATCH)
            outgoing = [sending for row in rows if (sending := self._prepare(session, row)) is not None]
        self._mark(self._deliver(outgoing))
        return len(rows)

    def _prepare(self, session: Session, row: InboxRow) -> _Outgoing | None:
        now = self._clock()
        with request_ids.bound(row.request_id):
            ready = self._answer(session, row, now) if row.state == State.RECEIVED else inbox.lease(row, now)
        if not ready and row.finished_at is not None:
            measures.REPLIES.labels(row.state).inc()
        if not ready or row.reply_token is None or row.id is None:
            return None
        reply = Reply.model_validate(row.reply)
        return _Outgoing(row.id, row.channel, row.person, row.reply_token, reply, row.request_id)

    def _answer(self, session: Session, row: InboxRow, now: datetime) -> bool:
        """Answers one event. One that can't be answered does not stop the others."""
        try:
            with session.begin_nested():
                turn = self._turn(session, row, now)
        except DBAPIError:
            raise
        except Exception as error:
            log.exception("event %s could not be answered", row.event_id, exc_info=_without_text(error))
            inbox.park_after_failure(row, now, type(error).__name__)
            return False
        if turn.recognition is not None:
            measures.DECISIONS.labels("line", turn.recognition.decision).inc()
        ready = inbox.store_reply(row, turn.reply, now)
        log.info("event %s answered: %s", row.event_id, row.state)
        return ready

    def _turn(self, session: Session, row: InboxRow, now: datetime) -> Turn:
        inbound = Inbound.model_validate(row.inbound)
        city = self._library.city(session, inbound.municipality)
        person = records.find_person(session, inbound.municipality, inbound.person, now)
        times = counting.times_asked(session, inbound.municipality, inbound.person, inbound.text, now)
        with measures.timed("line"):
            turn = with_a_person(take_turn(inbound, person, city), times, city, person.style)
        turn = under(announcements.standing(session, inbound.municipality, now), turn, city, person.style)
        _record(session, inbound, turn, city.index.release, now)
        return turn

    def _deliver(self, outgoing: Sequence[_Outgoing]) -> list[tuple[int, Sent]]:
        """Sends side by side, but one person's replies one after another."""
        queues: dict[object, list[_Outgoing]] = defaultdict(list)
        for item in outgoing:
            queues[(item.channel, item.person) if item.person else item.row].append(item)
        return [result for results in self._pool.map(self._send_all, queues.values()) for result in results]

    def _send_all(self, items: Sequence[_Outgoing]) -> list[tuple[int, Sent]]:
        results = []
        for item in items:
            with request_ids.bound(item.request_id):
                results.append((item.row, self._send(item)))
        return results

    def _send(self, item: _Outgoing) -> Sent:
        sender = self._senders.get(item.channel)
        if sender is None:
            return Sent(Delivery.REFUSED, "channel is not configured")
        try:
            return sender.send(item.reply_token, item.reply)
        except Exception as error:
            log.exception("reply of row %s could not be sent", item.row, exc_info=_without_text(error))
            return Sent(Delivery.REFUSED, type(error).__name__)

    def _mark(self, results: Sequence[tuple[int, Sent]]) -> None:
        if not results:
            return
        with self._database.writing() as session:
            for number, sent in results:
                row = session.get(InboxRow, number)
                if row is not None and row.state == State.ANSWERED:
                    now = self._clock()
                    _mark_row(row, sent, now)
                    _measure(row, now)


def _record(session: Session, inbound: Inbound, turn: Turn, release: int, now: datetime) -> None:
    if turn.recognition is not None and turn.reply is not None:
        who = (inbound.person, inbound.message)
        asked = records.Asked(inbound.id, inbound.municipality, "line", inbound.at, *who, release)
        records.record_utterance(session, asked, turn.recognition, turn.reply)
    if turn.feedback is not None:
        records.record_feedback(session, inbound.municipality, turn.feedback)
    if turn.forget_message is not None:
        records.forget_message(session, inbound.municipality, turn.forget_message)
    if turn.style is not None and inbound.person:
        records.remember_style(session, inbound.municipality, inbound.person, turn.style, now)
    if turn.forget_person and inbound.person:
        records.forget_person(session, inbound.municipality, inbound.person)
    elif inbound.person and turn.reply is not None and turn.reply.topic:
        records.remember_topic(session, inbound.municipality, inbound.person, turn.reply.topic, now)


def _mark_row(row: InboxRow, sent: Sent, now: datetime) -> None:
    if sent.delivery is Delivery.SENT:
        inbox.finish(row, State.SENT, now, sent.detail)
    elif sent.delivery is Delivery.TRY_AGAIN:
        inbox.postpone(row, now, sent.detail)
    elif sent.delivery is Delivery.TOKEN_REFUSED:
        # A token that was used before is refused: then LINE took the reply the first time and we did not hear.
        repeated = row.attempts > 1
        inbox.finish(row, State.SENT if repeated else State.EXPIRED, now, sent.detail)
    else:
        inbox.finish(row, State.UNDELIVERED, now, sent.detail)


def _measure(row: InboxRow, now: datetime) -> None:
    measures.REPLIES.labels("postponed" if row.state == State.ANSWERED else row.state).inc()
    if row.state == State.SENT:
        measures.ANSWER_DELAY.observe((now - row.received_at).total_seconds())


def _without_text(error: Exception) -> Exception:
    """The error without its message, which may quote what a person wrote; the traceback stays."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)
