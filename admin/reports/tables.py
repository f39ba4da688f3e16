"""Tables of the reports: what only the city knows of its indicators, its targets, and who gets the daily digest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class IndicatorValueRow(SQLModel, table=True):
    """What staff entered for an indicator of one month (`period` is YYYY-MM). Earlier values are in the audit log."""

    __tablename__ = "indicator_value"

    municipality: str = Field(primary_key=True, max_length=31)
    indicator: str = Field(primary_key=True, max_length=60)
    period: str = Field(primary_key=True, max_length=7)
    value: float
    note: str = Field(default="", max_length=200)
    by: str = Field(max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class IndicatorTargetRow(SQLModel, table=True):
    """What a city aims at in a fiscal year (the year of its April). Only staff set targets; none is made up."""

    __tablename__ = "indicator_target"

    municipality: str = Field(primary_key=True, max_length=31)
    indicator: str = Field(primary_key=True, max_length=60)
    year: int = Field(primary_key=True)
    value: float
    note: str = Field(default="", max_length=200)
    by: str = Field(max_length=80)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class DigestRecipientRow(SQLModel, table=True):
    """Who gets the digest of a section ("" is what belongs to no section), and until when it was sent."""

    __tablename__ = "digest_recipient"

    municipality: str = Field(primary_key=True, max_length=31)
    section: str = Field(primary_key=True, max_length=40)
    addresses: str = Field(max_length=1000)
    sent_until: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
