"""pack profile: what staff set survives an upgrade; who wrote a draft, whose a release is, where a change came from"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("audit", sa.Column("origin", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("draft", sa.Column("writers", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("draft", sa.Column("takes_revision_id", sa.Integer(), nullable=True))
    op.add_column("entry", sa.Column("conflict_base_revision_id", sa.Integer(), nullable=True))
    op.add_column("pack", sa.Column("upstream", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("release", sa.Column("pack", sa.String(length=31), nullable=True))


def downgrade() -> None:
    for table, column in (
        ("release", "pack"),
        ("pack", "upstream"),
        ("entry", "conflict_base_revision_id"),
        ("draft", "takes_revision_id"),
        ("draft", "writers"),
        ("audit", "origin"),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
