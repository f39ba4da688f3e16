"""What has to be said differently on PostgreSQL and on SQLite."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def is_postgresql(session: Session) -> bool:
    """Whether the session speaks with PostgreSQL (else with the embedded SQLite)."""
    return session.get_bind().dialect.name == "postgresql"


def insert_into(session: Session, table: type[SQLModel]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of the session's own database, which knows ON CONFLICT: both write it alike."""
    return (postgresql.Insert if is_postgresql(session) else sqlite.Insert)(table)
