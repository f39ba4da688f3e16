"""The worker: takes events from the inbox, answers them, sends the replies.

One transaction marks what was sent, takes up what is due, answers it and stores the replies; sending happens after the
commit, each reply in a thread of its own, and the worker goes on meanwhile. A crash between any two steps loses
nothing: an unanswered row is still there, an answered one is sent again when its lease is over.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot import inbox
from bot.answering import answer
from bot.conversation.inbound import Inbound
from bot.conversation.turn import Turn
from bot.inbox import State
from bot.library import Library
from bot.observing import measures, request_ids, tracing
from bot.observing.logs import without_words
from bot.responses.reply import Reply
from bot.tables import InboxRow
from knowledge.database import Database, is_unavailable

log = logging.getLogger("madoguchi.worker")

BATCH = 50
SENDERS = BATCH
"""Replies of one channel under way at a time: a city whose LINE is slow leaves the others their threads."""
ALL_SENDERS = 256
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
    reply_token: str
    reply: Reply
    request_id: str | None
    trace: str | None


class Worker:
    """Answers what is in the inbox until told to stop. One thread runs it; `wake` may be set by any."""

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
        self._pool = ThreadPoolExecutor(ALL_SENDERS, thread_name_prefix="sender")
        self._sending: dict[Future[Sent], _Outgoing] = {}
        self.sweep_seconds = SWEEP_SECONDS
        self.wake = threading.Event()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Works until `stop`, and ends when the replies under way are handed over and marked; a database that goes
        away is waited for."""
        with self._pool:
            while not self._stopping.is_set():
                if not self._attempt(self._turn):
                    self.wake.wait(self.sweep_seconds)
                    self.wake.clear()
        self._attempt(self._mark_finished)

    def _attempt(self, work: Callable[[], int]) -> int:
        try:
            return work()
        except DBAPIError as error:
            log.warning("database unavailable: %s", type(error.orig).__name__)
        except Exception as error:
            # Whatever it is: a worker that gave up would leave everybody without an answer.
            log.exception("a turn failed", exc_info=without_words(error))
        return 0

    def stop(self) -> None:
        """Ends `run` after the batch at hand."""
        self._stopping.set()
        self.wake.set()

    def run_once(self) -> int:
        """Answers one batch, sends it, and waits for that. Returns how many rows were taken up."""
        taken = self._turn()
        wait(self._sending)
        self._mark_finished()
        return taken

    def _turn(self) -> int:
        """Marks what was sent meanwhile and takes up what is due. Returns how many rows that were."""
        finished = self._finished()
        with self._database.writing() as session:
            self._mark(session, finished)
            rows, outgoing = self._take_up(session, finished)
        self._let_go(finished)
        for item in outgoing:
            sending = self._pool.submit(self._send, item)
            self._sending[sending] = item
            sending.add_done_callback(lambda _: self.wake.set())
        return len(finished) + rows

    def _mark_finished(self) -> int:
        finished = self._finished()
        if finished:
            with self._database.writing() as session:
                self._mark(session, finished)
        self._let_go(finished)
        return len(finished)

    def _finished(self) -> set[Future[Sent]]:
        return {sending for sending in self._sending if sending.done()}

    def _let_go(self, finished: Collection[Future[Sent]]) -> None:
        """Forgets what was marked, after the commit: a mark that was not stored is made in the next turn."""
        for sending in finished:
            del self._sending[sending]

    def _take_up(self, session: Session, finished: Collection[Future[Sent]]) -> tuple[int, list[_Outgoing]]:
        """How many rows were taken up, and what of them is to be sent now."""
        now = self._clock()
        rows = self._due(session, now, finished)
        replies: dict[int | None, Reply] = {}
        for events in _one_each([row for row in rows if row.state == State.RECEIVED]):
            replies |= self._answer(session, events, now)
        for row in rows:
            if row.state == State.ANSWERED and row.id not in replies:
                replies |= _stored_reply(row, now)
            if row.finished_at is not None:
                measures.REPLIES.labels(row.state).inc()
        return len(rows), [item for row in rows if (item := _outgoing(row, replies.get(row.id))) is not None]

    def _due(self, session: Session, now: datetime, finished: Collection[Future[Sent]]) -> list[InboxRow]:
        """Rows for which there is a thread to send them at once: a lease is not spent with waiting."""
        busy = Counter(item.channel for sending, item in self._sending.items() if sending not in finished)
        room = ALL_SENDERS - busy.total()
        if room <= 0:
            return []
        full = [channel for channel, number in busy.items() if number >= SENDERS]
        rows = []
        for row in inbox.due(session, now, min(BATCH, room), full):
            if busy[row.channel] < SENDERS:
                busy[row.channel] += 1
                rows.append(row)
        return rows

    def _answer(self, session: Session, rows: Sequence[InboxRow], now: datetime) -> dict[int | None, Reply]:
        """Answers events of different people together; when that fails, each alone, and what fails alone is put
        off."""
        try:
            with tracing.answering([row.trace for row in rows]), session.begin_nested():
                turns = answer(session, self._library, [Inbound.model_validate(row.inbound) for row in rows], now)
                ready = [inbox.store_reply(row, turn.reply, now) for row, turn in zip(rows, turns, strict=True)]
        except Exception as error:
            if isinstance(error, DBAPIError) and is_unavailable(error):
                raise
            if len(rows) > 1:
                return {number: reply for row in rows for number, reply in self._answer(session, [row], now).items()}
            log.exception("event %s could not be answered", rows[0].event_id, exc_info=without_words(error))
            inbox.park_after_failure(rows[0], now, type(error).__name__)
            return {}
        for row, turn in zip(rows, turns, strict=True):
            _tell(row, turn)
        return {row.id: turn.reply for row, turn, send in zip(rows, turns, ready, strict=True) if send and turn.reply}

    def _send(self, item: _Outgoing) -> Sent:
        sender = self._senders.get(item.channel)
        if sender is None:
            return Sent(Delivery.REFUSED, "channel is not configured")
        try:
            with request_ids.bound(item.request_id), tracing.span("reply", item.trace, municipality=item.channel):
                sent = sender.send(item.reply_token, item.reply)
                tracing.tell(delivery=sent.delivery)
                return sent
        except Exception as error:
            log.exception("reply of row %s could not be sent", item.row, exc_info=without_words(error))
            return Sent(Delivery.REFUSED, type(error).__name__)

    def _mark(self, session: Session, finished: Collection[Future[Sent]]) -> None:
        results = {self._sending[sending].row: sending.result() for sending in finished}
        now = self._clock()
        for row in inbox.answered(session, results) if results else ():
            if row.id is not None:
                _mark_row(row, results[row.id], now)
                _measure(row, now)


def _one_each(rows: Sequence[InboxRow]) -> Iterator[list[InboxRow]]:
    """The rows in rounds, each with one row of a person at the most, one person's in order. (Several of a person are
    due at once only when the earlier ones can't be sent any more.)"""
    waiting = list(rows)
    while waiting:
        people: set[tuple[str, str | None]] = set()
        now: list[InboxRow] = []
        later: list[InboxRow] = []
        for row in waiting:
            who = (row.channel, row.person)
            (later if row.person and who in people else now).append(row)
            people.add(who)
        yield now
        waiting = later


def _stored_reply(row: InboxRow, now: datetime) -> dict[int | None, Reply]:
    """The reply that was stored before, to be sent (again) now. One that can't be read is put off: another version of
    the program may have written it."""
    try:
        reply = Reply.model_validate(row.reply)
    except ValidationError as error:
        log.error("the reply to event %s can't be read", row.event_id)
        inbox.park_after_failure(row, now, type(error).__name__)
        return {}
    return {row.id: reply} if inbox.lease(row, now) else {}


def _outgoing(row: InboxRow, reply: Reply | None) -> _Outgoing | None:
    """The reply of a row that is ready to be sent."""
    if reply is None or row.reply_token is None or row.id is None:
        return None
    return _Outgoing(row.id, row.channel, row.reply_token, reply, row.request_id, row.trace)


def _tell(row: InboxRow, turn: Turn) -> None:
    if turn.recognition is not None:
        measures.DECISIONS.labels("line", turn.recognition.decision).inc()
    with request_ids.bound(row.request_id):
        log.info("event %s answered: %s", row.event_id, row.state)


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
