"""Which key people are stored under, finding a person's events by index, and the trace that an event belongs to.

On PostgreSQL the index is made beside running processes (CONCURRENTLY), before the rest: nobody who writes to the bot
waits for it.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

from contextlib import nullcontext

import sqlalchemy as sa
from alembic import op

from knowledge.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INDEX = "ix_inbox_channel_person"


def upgrade() -> None:
    context = op.get_context()
    beside = context.autocommit_block() if context.dialect.name == "postgresql" else nullcontext()
    with beside:
        # A half-made one stays behind when making it was broken off.
        op.drop_index(INDEX, table_name="inbox", if_exists=True, postgresql_concurrently=True)
        op.create_index(INDEX, "inbox", ["channel", "person"], postgresql_concurrently=True)
    op.create_table(
        "hash_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hash_key")),
    )
    op.add_column("inbox", sa.Column("trace", sa.String(length=64), nullable=True))


def downgrade() -> None:
    op.drop_index(INDEX, table_name="inbox")
    op.drop_column("inbox", "trace")
    op.drop_table("hash_key")
