"""Tables of the accounts: passkeys, recovery codes, and what was begun and is not finished yet."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, ForeignKey, UniqueConstraint
from sqlmodel import Field, SQLModel

from knowledge.database import UtcDateTime


class PasskeyRow(SQLModel, table=True):
    """A passkey. Credential id and public key are base64url; neither is secret."""

    __tablename__ = "passkey"
    __table_args__ = (UniqueConstraint("credential_id"),)

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(sa_column=Column(ForeignKey("staff.id"), nullable=False, index=True))
    name: str = Field(max_length=60)
    credential_id: str = Field(max_length=1400)
    public_key: str = Field(max_length=4000)
    sign_count: int = 0
    created_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class RecoveryCodeRow(SQLModel, table=True):
    """A recovery code, as its digest. It works once."""

    __tablename__ = "recovery_code"

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(sa_column=Column(ForeignKey("staff.id"), nullable=False, index=True))
    digest: str = Field(max_length=64)
    used_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))


class CeremonyRow(SQLModel, table=True):
    """Something begun that the same browser must finish, once and soon: a second step, a passkey's challenge."""

    __tablename__ = "ceremony"

    token_digest: str = Field(primary_key=True, max_length=64)
    purpose: str = Field(max_length=24)
    staff_id: int | None = Field(default=None, sa_column=Column(ForeignKey("staff.id")))
    content: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False, index=True))
