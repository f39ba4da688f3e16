"""The queue of jobs: put in, claim, tell how far, finish."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, delete, or_, select

from admin.jobs.tables import JobRow

SILENCE = timedelta(seconds=60)
"""A job whose runner said nothing for so long is taken up again: the process died."""
ATTEMPTS = 3
KEPT = timedelta(days=7)


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def enqueue(
    session: Session, kind: str, municipality: str, wanted: Mapping[str, Any], *, author: str, at: datetime
) -> JobRow:
    """Puts a job in the queue; the row has its id."""
    row = JobRow(kind=kind, municipality=municipality, wanted=dict(wanted), author=author, created_at=at)
    session.add(row)
    session.flush()
    return row


def find_job(session: Session, municipality: str, kind: str, number: int) -> JobRow | None:
    """A job of this municipality and kind."""
    row = session.get(JobRow, number)
    return row if row is not None and (row.municipality, row.kind) == (municipality, kind) else None


def latest_job(session: Session, municipality: str, kind: str) -> JobRow | None:
    """The newest job of this kind."""
    query = select(JobRow).where(JobRow.municipality == municipality, JobRow.kind == kind)
    return session.exec(query.order_by(col(JobRow.id).desc()).limit(1)).first()


def claim(session: Session, now: datetime) -> JobRow | None:
    """The next job to work on, marked as running. One that was dropped too often is failed."""
    free = or_(
        col(JobRow.state) == JobState.WAITING,
        (col(JobRow.state) == JobState.RUNNING) & (col(JobRow.beat_at) < now - SILENCE),
    )
    query = select(JobRow).where(free).order_by(col(JobRow.id)).limit(1).with_for_update(skip_locked=True)
    row = session.exec(query).first()
    if row is None:
        return None
    if row.attempts >= ATTEMPTS:
        fail(row, "途中で何度も止まりました。もう一度始めてください。", now)
        return None
    row.state, row.beat_at, row.attempts = JobState.RUNNING, now, row.attempts + 1
    return row


def progress(session: Session, number: int, done: int, total: int, now: datetime) -> None:
    """Notes how far a job is."""
    row = session.get(JobRow, number)
    if row is not None:
        row.done, row.total, row.beat_at = done, total, now


def finish(row: JobRow, result: Mapping[str, Any], now: datetime) -> None:
    """Ends a job with its result (JSON)."""
    row.state, row.result, row.finished_at, row.done = JobState.DONE, dict(result), now, row.total


def fail(row: JobRow, fault: str, now: datetime) -> None:
    """Ends a job that did not work out; `fault` is a Japanese sentence."""
    row.state, row.fault, row.finished_at = JobState.FAILED, fault[:200], now


def drop_old(session: Session, now: datetime, keep: Collection[int] = ()) -> None:
    """Deletes jobs that ended a week ago, but for those in `keep`: their results hold (masked) questions."""
    session.exec(delete(JobRow).where(col(JobRow.finished_at) < now - KEPT, col(JobRow.id).not_in(keep)))
