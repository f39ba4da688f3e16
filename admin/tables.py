"""Tables of the admin: staff, their sessions, and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class StaffRow(SQLModel, table=True):
    """A member of staff. `password` is an argon2id hash."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("login"),)

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=80)
    name: str = Field(max_length=80)
    password: str = Field(max_length=200)
    must_change_password: bool = False
    disabled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class RoleRow(SQLModel, table=True):
    """What a member of staff may do in a municipality; `*` stands for all of them."""

    __tablename__ = "staff_role"

    staff_id: int = Field(sa_column=Column(ForeignKey("staff.id"), primary_key=True))
    municipality: str = Field(primary_key=True, max_length=31)
    role: str = Field(max_length=16)


class SessionRow(SQLModel, table=True):
    """A sign-in. Only the digest of the cookie's token is stored; ending the row ends the session."""

    __tablename__ = "staff_session"

    token_digest: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(sa_column=Column(ForeignKey("staff.id"), nullable=False, index=True))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class SignInAttemptRow(SQLModel, table=True):
    """A failed sign-in, counted per name to slow guessing down."""

    __tablename__ = "sign_in_attempt"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=80, index=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


class AuditRow(SQLModel, table=True):
    """Who did what, when, to what. Written only; nothing in the program changes or deletes a row."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
    staff_id: int | None = Field(default=None, sa_column=Column(ForeignKey("staff.id")))
    actor: str = Field(max_length=80)
    action: str = Field(max_length=40)
    subject: str = Field(max_length=160)
    municipality: str = Field(default="", max_length=31)
    before: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    after: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
