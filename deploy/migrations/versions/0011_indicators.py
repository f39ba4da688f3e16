"""indicators: what only the city knows, its targets, and who gets the daily digest"""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator_value",
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "indicator", "period", name=op.f("pk_indicator_value")),
    )
    op.create_table(
        "indicator_target",
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("indicator", sa.String(length=60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "indicator", "year", name=op.f("pk_indicator_target")),
    )
    op.create_table(
        "digest_recipient",
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("addresses", sa.String(length=1000), nullable=False),
        sa.Column("sent_until", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("municipality", "section", name=op.f("pk_digest_recipient")),
    )


def downgrade() -> None:
    for table in ("digest_recipient", "indicator_target", "indicator_value"):
        op.drop_table(table)
