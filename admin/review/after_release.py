"""What a release means for the queue: what waited is asked again, and so is what was taught on an entry's own page.

A chore asks for the work, which is done outside any request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlmodel import Session, col, select

from admin.jobs.queue import JobState, enqueue, latest_job
from admin.jobs.runner import Job
from admin.jobs.tables import JobRow
from admin.review.grouping import known_keys, lock
from admin.review.replaying import come_back, look_at, resolve_if_answered
from admin.review.states import OPEN, State
from admin.review.tables import QuestionGroupRow, ReviewSettingRow
from bot.conversation.city import CityKnowledge
from bot.intents.normalising import compact
from bot.web.static import JAPAN
from knowledge.database import Database
from knowledge.editing import current_release
from knowledge.releases import changes_of
from knowledge.schema import COMMON
from knowledge.tables import DraftRow, ReleaseChangeRow

KIND = "asking again"
REST = timedelta(minutes=5)
DUE = "先送りにした日になりました。"


def ask_again_when_released(database: Database, now: datetime) -> None:
    """Asks for the work where something was published, or a draft was given up, and brings back what is due."""
    with database.reading() as session:
        waiting = _waiting(session)
        due = session.exec(select(QuestionGroupRow.id).where(_due(now)).limit(1)).first()
    if not waiting and due is None:
        return
    with database.writing() as session:
        for row in session.exec(select(QuestionGroupRow).where(_due(now)).with_for_update()).all():
            row.postponed_until = None
            come_back(session, row, DUE, now)
        for municipality in waiting:
            job = latest_job(session, municipality, KIND)
            if job is None or not _is_enough(job, now):
                enqueue(session, KIND, municipality, {}, author="system", at=now)


def _waiting(session: Session) -> set[str]:
    """Municipalities for which there is something to do."""
    g, setting, release = QuestionGroupRow, ReviewSettingRow, current_release(session)
    late = select(g.municipality).where(_to_look_at(release)).distinct()
    untold = (
        select(g.municipality)
        .join(setting, col(setting.municipality) == col(g.municipality))
        .where(col(g.state).in_(OPEN), col(setting.released) < release)
        .distinct()
    )
    return {*session.exec(late).all(), *session.exec(untold).all()}


def _is_enough(job: JobRow, now: datetime) -> bool:
    """Whether the work is under way, or has just failed: then it rests a while."""
    under_way = job.state in (JobState.WAITING, JobState.RUNNING)
    return under_way or (job.state == JobState.FAILED and job.created_at > now - REST)


def _to_look_at(release: int) -> ColumnElement[bool]:
    """Groups whose entry (also one that names a counter) a later release may have changed, and those whose draft is
    gone."""
    g = QuestionGroupRow
    drafted = exists().where(col(DraftRow.entry_id) == col(g.entry))
    referred = and_(col(g.state) == State.DECLINED, col(g.entry).is_not(None))
    later = and_(or_(col(g.state).in_((State.PENDING, State.RESOLVED)), referred), col(g.checked) < release)
    return or_(later, and_(col(g.state) == State.PENDING, ~drafted))


def _due(now: datetime) -> ColumnElement[bool]:
    g, today = QuestionGroupRow, now.astimezone(JAPAN).date()
    return and_(col(g.state) == State.POSTPONED, col(g.postponed_until) <= today)


def ask_again(job: Job) -> Mapping[str, Any]:
    """The task: looks at what waits in a municipality. Its result counts what was resolved and what came back."""
    with job.database.reading() as session:
        job.library.city(session, job.municipality)  # a new index takes a moment, in which nobody should be locked out
    with job.database.writing() as session:
        setting = lock(session, job.municipality)
        city = job.library.city(session, job.municipality)
        release, now = current_release(session), job.clock()
        query = select(QuestionGroupRow).where(QuestionGroupRow.municipality == job.municipality, _to_look_at(release))
        rows = session.exec(query.order_by(col(QuestionGroupRow.id)).with_for_update()).all()
        before = [row.state for row in rows]
        for row in rows:
            look_at(session, city, row, release, now)
        after = [row.state for row, old in zip(rows, before, strict=True) if row.state != old]
        taught = _look_at_taught(session, city, setting, now)
        setting.released = release
    resolved = after.count(State.RESOLVED) + after.count(State.DECLINED) + taught
    return {"resolved": resolved, "back": after.count(State.BACK)}


def _look_at_taught(session: Session, city: CityKnowledge, setting: ReviewSettingRow, now: datetime) -> int:
    """Resolves open questions whose wording was published without the queue; returns how many."""
    entries = {compact(text)[:200]: entry for entry, text in _new_wordings(session, city, setting.released)}
    resolved = 0
    for key, group in known_keys(session, city.municipality, entries).items():
        query = select(QuestionGroupRow).where(QuestionGroupRow.id == group, col(QuestionGroupRow.state).in_(OPEN))
        row = session.exec(query.with_for_update()).one_or_none()
        resolved += row is not None and resolve_if_answered(session, city, row, entries[key], now)
    return resolved


def _new_wordings(session: Session, city: CityKnowledge, since: int) -> Iterator[tuple[str, str]]:
    """Entry and text of each wording that is new to the city since a release."""
    change = ReleaseChangeRow
    numbers = session.exec(select(change.release_number).where(change.release_number > since).distinct()).all()
    for number in sorted(numbers):
        for changed in changes_of(session, number):
            if changed.after is not None and changed.entry.split("/", 1)[0] in (city.municipality, COMMON):
                old = set(_wordings(changed.before.content)) if changed.before else set()
                yield from ((changed.entry, text) for text in _wordings(changed.after.content) if text not in old)


def _wordings(content: Mapping[str, Any]) -> Iterator[str]:
    yield content["question"]
    yield from content["phrasings"]
    for variant in content["variants"].values():
        yield from variant["phrasings"]
