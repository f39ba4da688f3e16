"""Indexes of the open rows alone: finding a person's earlier event, and the oldest ones, among millions that ended.

On PostgreSQL they are made beside running processes (CONCURRENTLY): with millions of rows the look through the table
takes seconds, and nobody who writes to the bot waits for it.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

from contextlib import nullcontext

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_inbox_open": ["channel", "person", "occurred_at", "id"],
    "ix_inbox_open_oldest": ["occurred_at", "id"],
}


def upgrade() -> None:
    context = op.get_context()
    is_open = sa.text("finished_at IS NULL")
    beside = context.autocommit_block() if context.dialect.name == "postgresql" else nullcontext()
    with beside:
        for name, columns in INDEXES.items():
            # A half-made one stays behind when making it was broken off.
            op.drop_index(name, table_name="inbox", if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                "inbox",
                columns,
                postgresql_where=is_open,
                postgresql_concurrently=True,
                sqlite_where=is_open,
            )


def downgrade() -> None:
    for name in INDEXES:
        op.drop_index(name, table_name="inbox")
