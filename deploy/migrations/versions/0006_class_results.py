"""class results: how smartphone classes went"""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "class_result",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("understanding", sa.JSON(), nullable=False),
        sa.Column("satisfaction", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("class_key", sa.String(length=60), nullable=True),
        sa.Column("created_at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_result")),
    )
    with op.batch_alter_table("class_result", schema=None) as batch_op:
        batch_op.create_index("ix_class_result_municipality_held_on", ["municipality", "held_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("class_result", schema=None) as batch_op:
        batch_op.drop_index("ix_class_result_municipality_held_on")

    op.drop_table("class_result")
