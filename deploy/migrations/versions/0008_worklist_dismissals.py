"""what staff left as it is in a worklist"""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worklist_dismissal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("worklist", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_worklist_dismissal")),
        sa.UniqueConstraint("municipality", "worklist", "key", name=op.f("uq_worklist_dismissal_municipality")),
    )


def downgrade() -> None:
    op.drop_table("worklist_dismissal")
