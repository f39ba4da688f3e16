"""Tables of the admin: staff, their sessions, and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, String, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class StaffRow(SQLModel, table=True):
    """A member of staff. `password` is an argon2id hash.

    `totp_secret` is sealed with the service's key; `totp_step` is the last time step whose code was used.
    `oidc_subject` is who they are at the organisation's identity provider.
    """

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("login"), Index("ix_staff_oidc_subject", "oidc_subject", unique=True))

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=80)
    name: str = Field(max_length=80)
    password: str = Field(max_length=200)
    must_change_password: bool = False
    disabled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    totp_secret: str | None = Field(default=None, max_length=400)
    totp_step: int | None = None
    oidc_subject: str | None = Field(default=None, max_length=255)
    last_sign_in_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class RoleRow(SQLModel, table=True):
    """What a member of staff may do in a municipality; `*` stands for all of them."""

    __tablename__ = "staff_role"

    staff_id: int = Field(sa_column=Column(ForeignKey("staff.id"), primary_key=True))
    municipality: str = Field(primary_key=True, max_length=31)
    role: str = Field(max_length=16)


class SessionRow(SQLModel, table=True):
    """A sign-in. Only the digest of the cookie's token is stored; ending the row ends the session.

    `method` is how somebody got in, `browser` a coarse name of what with, `confirmed_at` when they last showed who
    they are; `renew` asks for a new token at the next page, after a change of roles.
    """

    __tablename__ = "staff_session"

    token_digest: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(sa_column=Column(ForeignKey("staff.id"), nullable=False, index=True))
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    seen_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    method: str = Field(default="password", sa_column=Column(String(16), nullable=False, server_default="password"))
    browser: str = Field(default="", sa_column=Column(String(60), nullable=False, server_default=""))
    confirmed_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    renew: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))


class SignInAttemptRow(SQLModel, table=True):
    """A failed sign-in, counted per name and per source to slow guessing down. `source` is a keyed hash."""

    __tablename__ = "sign_in_attempt"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(max_length=80, index=True)
    at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    kind: str = Field(default="password", sa_column=Column(String(16), nullable=False, server_default="password"))
    source: str | None = Field(default=None, max_length=40, index=True)


class AuditRow(SQLModel, table=True):
    """Who did what, when, to what. Written only: `admin.audit` refuses to change or delete a row.

    `origin` is a coarse name of the browser and a few digits that tell sign-ins apart.
    """

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
    origin: str = Field(default="", sa_column=Column(String(80), nullable=False, server_default=""))
