"""The table of what staff looked at in a worklist and left as it is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class DismissalRow(SQLModel, table=True):
    """A finding that may stay. `key` names it as long as the texts that it is about are the same; `about` is what it
    was, to be read again."""

    __tablename__ = "worklist_dismissal"
    __table_args__ = (UniqueConstraint("municipality", "worklist", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    municipality: str = Field(max_length=31)
    worklist: str = Field(max_length=32)
    key: str = Field(max_length=64)
    about: str = Field(default="", max_length=200)
    reason: str = Field(default="", max_length=200)
    author: str = Field(max_length=120)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class LinkCheckRow(SQLModel, table=True):
    """What came of following a link of an answer the last time. `status` is the last answer's (none: there was no
    answer); `fault` says in Japanese what is wrong, empty for nothing."""

    __tablename__ = "link_check"

    url: str = Field(primary_key=True, max_length=1000)
    status: int | None = None
    checked_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    fault: str = Field(default="", max_length=200)
