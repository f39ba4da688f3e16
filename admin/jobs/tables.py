"""The table of jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class JobRow(SQLModel, table=True):
    """A piece of work: `kind` names the task, `wanted` what it works on, `result` what came of it."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state_id", "state", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=32)
    municipality: str = Field(max_length=31, index=True)
    wanted: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    state: str = Field(default="waiting", max_length=16)
    done: int = 0
    total: int = 0
    result: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    fault: str = Field(default="", max_length=200)
    attempts: int = 0
    author: str = Field(max_length=120)
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    beat_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    finished_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
