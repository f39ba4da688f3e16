"""review: failed questions in groups, what staff did about them, and the weekly sample of answers"""

import sqlalchemy as sa
from alembic import op

import knowledge.database

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_sample",
        sa.Column("utterance_id", sa.String(length=64), nullable=False),
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("entry", sa.String(length=120), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("asked_at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=24), nullable=True),
        sa.Column("judged_by", sa.String(length=80), nullable=True),
        sa.Column("judged_at", knowledge.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("utterance_id", name=op.f("pk_audit_sample")),
    )
    with op.batch_alter_table("audit_sample", schema=None) as batch_op:
        batch_op.create_index("ix_audit_sample_municipality_week", ["municipality", "week"], unique=False)

    op.create_table(
        "question_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=True),
        sa.Column("counter_name", sa.String(length=60), nullable=False),
        sa.Column("counter_tel", sa.String(length=20), nullable=False),
        sa.Column("assignee", sa.String(length=80), nullable=True),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("postponed_until", sa.Date(), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("entry", sa.String(length=120), nullable=True),
        sa.Column("waits_since", sa.Integer(), nullable=False),
        sa.Column("checked", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("resolved_at", knowledge.database.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_group")),
    )
    with op.batch_alter_table("question_group", schema=None) as batch_op:
        batch_op.create_index("ix_question_group_municipality_state", ["municipality", "state"], unique=False)
        batch_op.create_index("ix_question_group_state_checked", ["state", "checked"], unique=False)

    op.create_table(
        "review_setting",
        sa.Column("municipality", sa.String(length=31), nullable=False),
        sa.Column("weekly_sample", sa.Integer(), nullable=False),
        sa.Column("released", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", name=op.f("pk_review_setting")),
    )
    op.create_table(
        "question_member",
        sa.Column("utterance_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("feed", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["question_group.id"], name=op.f("fk_question_member_group_id")),
        sa.ForeignKeyConstraint(
            ["utterance_id"], ["utterance.id"], name=op.f("fk_question_member_utterance_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("utterance_id", name=op.f("pk_question_member")),
    )
    with op.batch_alter_table("question_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_member_group_id"), ["group_id"], unique=False)

    op.create_table(
        "question_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("at", knowledge.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["question_group.id"], name=op.f("fk_question_note_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_note")),
    )
    with op.batch_alter_table("question_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_note_group_id"), ["group_id"], unique=False)

    op.add_column("utterance", sa.Column("matter", sa.String(length=60), nullable=True))
    with op.batch_alter_table("utterance", schema=None) as batch_op:
        batch_op.create_index("ix_utterance_municipality_at", ["municipality", "at"], unique=False)
        batch_op.create_index("ix_utterance_municipality_person", ["municipality", "person", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("question_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_note_group_id"))

    op.drop_table("question_note")
    with op.batch_alter_table("question_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_member_group_id"))

    op.drop_table("question_member")
    op.drop_table("review_setting")
    with op.batch_alter_table("question_group", schema=None) as batch_op:
        batch_op.drop_index("ix_question_group_state_checked")
        batch_op.drop_index("ix_question_group_municipality_state")

    op.drop_table("question_group")
    with op.batch_alter_table("audit_sample", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_sample_municipality_week")

    op.drop_table("audit_sample")

    with op.batch_alter_table("utterance", schema=None) as batch_op:
        batch_op.drop_index("ix_utterance_municipality_person")
        batch_op.drop_index("ix_utterance_municipality_at")
        batch_op.drop_column("matter")
