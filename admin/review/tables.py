"""Tables of the review queue. No text of a citizen is kept here: members point to utterances and go with them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, ForeignKey, Index
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class QuestionGroupRow(SQLModel, table=True):
    """One distinct question that was asked in vain, in whatever wording, and what staff decided about it.

    `proposed` is the cause that the program sees, `cause` the one that staff set. `counter_name` and `counter_tel` are
    whom to ask instead. `entry` is the entry whose draft has the answer (pending), or which answers (resolved), or
    which tells citizens of that counter (pending, then no-answer); `waits_since` is the release at which it began to
    wait, `checked` the last one at which that was looked at. `why` says why it came back. `version` counts the steps:
    who saw another one decides on what is no longer so.
    """

    __tablename__ = "question_group"
    __table_args__ = (
        Index("ix_question_group_municipality_state", "municipality", "state"),
        Index("ix_question_group_state_checked", "state", "checked"),
    )

    id: int | None = Field(default=None, primary_key=True)
    municipality: str = Field(max_length=31)
    language: str = Field(default="ja", max_length=8)
    state: str = Field(default="new", max_length=16)
    proposed: str = Field(max_length=16)
    cause: str | None = Field(default=None, max_length=16)
    counter_name: str = Field(default="", max_length=60)
    counter_tel: str = Field(default="", max_length=20)
    assignee: str | None = Field(default=None, max_length=80)
    section: str = Field(default="", max_length=40)
    postponed_until: date | None = None
    merged_into: int | None = None
    entry: str | None = Field(default=None, max_length=120)
    waits_since: int = 0
    checked: int = 0
    why: str = Field(default="", max_length=200)
    version: int = 1
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    changed_by: str = Field(default="", max_length=80)
    resolved_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class QuestionMemberRow(SQLModel, table=True):
    """An utterance that belongs to a group, and the feed it came from. It vanishes with the utterance: when that is
    unsent, or kept long enough."""

    __tablename__ = "question_member"

    utterance_id: str = Field(sa_column=Column(ForeignKey("utterance.id", ondelete="CASCADE"), primary_key=True))
    group_id: int = Field(sa_column=Column(ForeignKey("question_group.id"), nullable=False, index=True))
    feed: str = Field(max_length=16)


class QuestionNoteRow(SQLModel, table=True):
    """What was done with a group, and what staff said about it; `action` is "comment" for words alone."""

    __tablename__ = "question_note"

    id: int | None = Field(default=None, primary_key=True)
    group_id: int | None = Field(
        sa_column=Column(ForeignKey("question_group.id", ondelete="CASCADE"), nullable=False, index=True)
    )
    author: str = Field(max_length=80)
    action: str = Field(max_length=16)
    text: str = Field(default="", max_length=1000)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AuditSampleRow(SQLModel, table=True):
    """An answered question of the weekly sample, and staff's verdict on the answer.

    What the rates are reckoned from stays when the utterance is gone: which answer, when, where, in what language.
    `week` is the Monday (Japan) of the week in which it was asked.
    """

    __tablename__ = "audit_sample"
    __table_args__ = (Index("ix_audit_sample_municipality_week", "municipality", "week"),)

    utterance_id: str = Field(primary_key=True, max_length=64)
    municipality: str = Field(max_length=31)
    week: date
    entry: str = Field(max_length=120)
    channel: str = Field(max_length=16)
    language: str = Field(max_length=8)
    asked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    verdict: str | None = Field(default=None, max_length=24)
    judged_by: str | None = Field(default=None, max_length=80)
    judged_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class ReviewSettingRow(SQLModel, table=True):
    """A municipality's settings of the review; its row is also the lock under which questions are grouped. `released`
    is the last release after which open questions were asked again."""

    __tablename__ = "review_setting"

    municipality: str = Field(primary_key=True, max_length=31)
    weekly_sample: int = 30
    released: int = 0
