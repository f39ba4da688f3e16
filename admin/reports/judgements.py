"""Staff's verdicts on answers drawn at random, as counts: what 正答率 and 誤答率 are reckoned from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlmodel import Session, col, select

from admin.review.sampling import Verdict
from admin.review.tables import AuditSampleRow
from bot.statistics.counting import group_of_entry
from bot.statistics.periods import Period
from bot.statistics.tally import Judged


def judged_rows(session: Session, municipality: str, period: Period) -> Sequence[AuditSampleRow]:
    """The judged answers to questions that were asked in these days."""
    row = AuditSampleRow
    query = select(row).where(
        row.municipality == municipality,
        col(row.asked_at) >= period.starts,
        col(row.asked_at) < period.ends,
        col(row.verdict).is_not(None),
    )
    return session.exec(query).all()


def judged_of(rows: Iterable[AuditSampleRow]) -> Judged:
    """The counts of some rows."""
    counts = Counter(row.verdict for row in rows)
    return Judged(counts[Verdict.RIGHT], counts[Verdict.WRONG], counts[Verdict.NOT_TO_ANSWER])


def judged_by(rows: Iterable[AuditSampleRow], key: Callable[[AuditSampleRow], str]) -> dict[str, Judged]:
    """The counts by a key of the row."""
    found: dict[str, list[AuditSampleRow]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return {name: judged_of(group) for name, group in sorted(found.items())}


def judged_by_week(rows: Iterable[AuditSampleRow]) -> dict[date, Judged]:
    """The counts by the Monday of the week."""
    return {date.fromisoformat(week): judged for week, judged in judged_by(rows, lambda r: r.week.isoformat()).items()}


def group_of(row: AuditSampleRow) -> str:
    """The group of the topic that was answered."""
    return group_of_entry(row.entry)
