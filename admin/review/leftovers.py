"""Forgetting: groups go with the last of their questions, and so do answers of the sample that nobody judged."""

from __future__ import annotations

from sqlmodel import Session, col, delete, select

from admin.review.tables import AuditSampleRow, QuestionGroupRow, QuestionMemberRow, QuestionNoteRow
from bot.tables import UtteranceRow


def drop_left_over(session: Session) -> int:
    """Deletes what the purge of questions left over; returns how many groups that were."""
    alive = select(QuestionMemberRow.group_id)
    empty = select(QuestionGroupRow.id).where(col(QuestionGroupRow.id).not_in(alive))
    session.exec(delete(QuestionNoteRow).where(col(QuestionNoteRow.group_id).in_(empty)))
    dropped = session.exec(delete(QuestionGroupRow).where(col(QuestionGroupRow.id).not_in(alive)))
    there = select(UtteranceRow.id)
    unjudged = delete(AuditSampleRow).where(col(AuditSampleRow.verdict).is_(None))
    session.exec(unjudged.where(col(AuditSampleRow.utterance_id).not_in(there)))
    return int(dropped.rowcount)
