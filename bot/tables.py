"""Tables of the bot: events received, questions asked, and how each person likes to be answered.

People appear as keyed hashes only, and texts are masked before they come here.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime

_OPEN: dict[str, Any] = {
    "postgresql_where": text("finished_at IS NULL"),
    "sqlite_where": text("finished_at IS NULL"),
}
"""Indexes of what is still to be done stay small, however many events have ended."""


class InboxRow(SQLModel, table=True):
    """One webhook event: its inbound value, and the reply that is sent for it. Inbox and outbox in one.

    `trace` is the traceparent (W3C) of the request by which it came, where tracing is on.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "event_id"),
        Index("ix_inbox_state_next", "state", "next_attempt_at"),
        Index("ix_inbox_channel_person", "channel", "person"),
        Index("ix_inbox_open", "channel", "person", "occurred_at", "id", **_OPEN),
        Index("ix_inbox_open_oldest", "occurred_at", "id", **_OPEN),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=31)
    event_id: str = Field(max_length=64)
    person: str | None = Field(default=None, max_length=64)
    occurred_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    received_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    inbound: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    reply_token: str | None = Field(default=None, max_length=128)
    state: str = Field(default="received", max_length=16)
    reply: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    detail: str = Field(default="", max_length=200)
    request_id: str | None = Field(default=None, max_length=64)
    trace: str | None = Field(default=None, max_length=64)


class UtteranceRow(SQLModel, table=True):
    """A question as it was asked (masked), what was decided, and what the person said of it.

    `key` is the compact text: equal for people who asked the same. `message` lets an unsent message be forgotten.
    `repaired` says that the words were understood only after mending typing slips; `release` what was published then;
    `matter` what it was recognised as, when that is not answered here.
    """

    __tablename__ = "utterance"
    __table_args__ = (
        Index("ix_utterance_municipality_key", "municipality", "key"),
        Index("ix_utterance_municipality_at", "municipality", "at"),
        Index("ix_utterance_municipality_person", "municipality", "person", "at"),
    )

    id: str = Field(primary_key=True, max_length=64)
    municipality: str = Field(max_length=31)
    channel: str = Field(max_length=16)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    person: str | None = Field(default=None, max_length=64)
    text: str = Field(max_length=1000)
    key: str = Field(max_length=200)
    decision: str = Field(max_length=16)
    entry: str | None = Field(default=None, max_length=120)
    confidence: float = 0.0
    candidates: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    verdict: str | None = Field(default=None, max_length=32)
    reason: str | None = Field(default=None, max_length=120)
    message: str | None = Field(default=None, max_length=64, index=True)
    settled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    language: str = Field(default="ja", max_length=8, sa_column_kwargs={"server_default": "ja"})
    repaired: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    release: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    matter: str | None = Field(default=None, max_length=60)


class AnnouncementRow(SQLModel, table=True):
    """A pause of a municipality's service, or a notice above every answer, from `starts_at` to `ends_at` (or for
    good). `reason` is for staff; `text` is what people read."""

    __tablename__ = "announcement"

    id: int | None = Field(default=None, primary_key=True)
    municipality: str = Field(max_length=31, index=True)
    kind: str = Field(max_length=16)
    text: str = Field(max_length=500)
    reason: str = Field(default="", max_length=200)
    starts_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    ends_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    author: str = Field(max_length=120)


class ClassResultRow(SQLModel, table=True):
    """How a smartphone class went: a helper's counts, or what participants said in the survey of one class (`source`).

    `understanding` and `satisfaction` are four counts each, the best grade first. `class_key` is the id of a listed
    session. Nobody's name is here.
    """

    __tablename__ = "class_result"
    __table_args__ = (Index("ix_class_result_municipality_held_on", "municipality", "held_on"),)

    id: int | None = Field(default=None, primary_key=True)
    municipality: str = Field(max_length=31)
    held_on: date
    title: str = Field(max_length=60)
    place: str = Field(default="", max_length=60)
    participants: int
    understanding: list[int] = Field(sa_column=Column(JSON, nullable=False))
    satisfaction: list[int] = Field(sa_column=Column(JSON, nullable=False))
    source: str = Field(max_length=8)
    class_key: str | None = Field(default=None, max_length=60)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class PersonRow(SQLModel, table=True):
    """How a person likes to be answered, and what they last asked about. Deleted when they leave."""

    __tablename__ = "person"

    municipality: str = Field(primary_key=True, max_length=31)
    person: str = Field(primary_key=True, max_length=64)
    language: str = Field(default="ja", max_length=8)
    large: bool = False
    last_topic: str | None = Field(default=None, max_length=80)
    last_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class HashKeyRow(SQLModel, table=True):
    """Since when people are stored under a key: its name (never the key) and the first moment of its (latest) use."""

    __tablename__ = "hash_key"

    id: str = Field(primary_key=True, max_length=16)
    since: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
