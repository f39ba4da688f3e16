"""The table of a municipality's publishing policy."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class PolicyRow(SQLModel, table=True):
    """How a municipality publishes: whether a second person must approve, and how many days the preview replays."""

    __tablename__ = "policy"

    municipality: str = Field(primary_key=True, max_length=31)
    four_eyes: bool = False
    replay_days: int = 30
