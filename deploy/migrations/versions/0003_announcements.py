"""announcements: pauses and notices"""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("starts_at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", knowledge.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcement_municipality"), ["municipality"], unique=False)


def downgrade() -> None:

    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_announcement_municipality"))

    op.drop_table("announcement")
