"""Putting failed questions together, outside any request: the same text first, then what asks the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from admin.jobs.queue import JobState, enqueue, latest_job
from admin.jobs.runner import Job
from admin.jobs.tables import JobRow
from admin.review.causes import Evidence, proposed_for
from admin.review.feeds import Failed, evidence_of, has_ungrouped, ungrouped
from admin.review.likeness import Groups, taken_apart
from admin.review.states import Feed, State
from admin.review.tables import QuestionGroupRow, QuestionMemberRow, QuestionNoteRow, ReviewSettingRow
from bot.conversation.city import CityKnowledge
from bot.tables import UtteranceRow
from knowledge.database import Database
from knowledge.editing import current_release
from knowledge.tables import PackRow

KIND = "grouping"
RECENT = timedelta(days=2)
CHUNK = 400
SEEN_LATELY = 50
"""Questions of a group, the latest ones, from which its cause is proposed."""
CAME_AGAIN = "解決したあと、また答えられませんでした。"


@dataclass(frozen=True, slots=True)
class Placed:
    """A failed question and its group: one there is, or (negative) one to be made; what has the same number goes
    together."""

    failed: Failed
    group: int


def ask_for_grouping(session: Session, municipality: str, *, author: str, at: datetime, full: bool = False) -> JobRow:
    """Puts the work in the queue; what waits already is taken instead."""
    job = latest_job(session, municipality, KIND)
    if job is not None and job.state == JobState.WAITING:
        return job
    return enqueue(session, KIND, municipality, {"full": full}, author=author, at=at)


def grouping_under_way(session: Session, municipality: str, now: datetime) -> JobRow | None:
    """The job that groups just now, if questions wait for it; it is put in the queue when there is none."""
    job = latest_job(session, municipality, KIND)
    if job is not None and job.state in (JobState.WAITING, JobState.RUNNING):
        return job
    if not has_ungrouped(session, municipality, now - RECENT):
        return None
    return ask_for_grouping(session, municipality, author="system", at=now)


def group_regularly(database: Database, now: datetime) -> None:
    """Asks for grouping where it is needed, so that it is done when somebody looks in the morning."""
    with database.writing() as session:
        for municipality in session.exec(select(PackRow.id)).all():
            grouping_under_way(session, municipality, now)


def group_all(database: Database, now: datetime) -> None:
    """Asks for grouping of whatever is in no group, however old: a verdict may come long after the question."""
    with database.writing() as session:
        for municipality in session.exec(select(PackRow.id)).all():
            if has_ungrouped(session, municipality, None):
                ask_for_grouping(session, municipality, author="system", at=now, full=True)


def group_questions(job: Job) -> Mapping[str, Any]:
    """The task: groups what is in no group yet. Its result counts questions and new groups."""
    since = None if job.wanted.get("full") else job.clock() - RECENT
    with job.database.reading() as session:
        city = job.library.city(session, job.municipality)
        new = ungrouped(session, job.municipality, since)
        placed = place(session, city, new, job.tell)
    with job.database.writing() as session:
        lock(session, job.municipality)
        made = store(session, city, _still_new(session, placed), job.clock())
    return {"questions": len(new), "groups": made}


def lock(session: Session, municipality: str) -> ReviewSettingRow:
    """The municipality's settings, locked: nobody else groups or draws a sample until the transaction ends."""
    if session.get(ReviewSettingRow, municipality) is None:
        session.add(ReviewSettingRow(municipality=municipality, released=current_release(session)))
        session.flush()
    query = select(ReviewSettingRow).where(ReviewSettingRow.municipality == municipality).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).one()


def place(
    session: Session, city: CityKnowledge, new: Sequence[Failed], tell: Callable[[int, int], None] = lambda _d, _t: None
) -> list[Placed]:
    """To which group each question goes."""
    keys = known_keys(session, city.municipality, {f.key for f in new})
    first = {f.key: f for f in reversed(new) if f.key not in keys}
    if first:
        known = _wordings(session, city.municipality)
        keys |= _placed_by_likeness(known, list(first.values()), city, tell)
    return [Placed(f, keys[f.key]) for f in new]


def _placed_by_likeness(
    known: Iterable[tuple[int, str, str, str | None]],
    new: Sequence[Failed],
    city: CityKnowledge,
    tell: Callable[[int, int], None],
) -> dict[str, int]:
    lexicon = city.index.lexicon
    old = [(group, taken_apart(text, language, lexicon, nearest)) for group, text, language, nearest in known]
    asked = [(f.key, taken_apart(f.text, f.evidence.language, lexicon, f.nearest)) for f in new]
    groups = Groups([*(a for _, a in old), *(a for _, a in asked)])
    for position, (group, _) in enumerate(old):
        groups.add(position, group)
    found: dict[str, int] = {}
    for number, (key, _) in enumerate(asked):
        tell(number, len(asked))
        like = groups.find(len(old) + number)
        found[key] = like if like is not None else -1 - number
        groups.add(len(old) + number, found[key])
    return found


def known_keys(session: Session, municipality: str, keys: Iterable[str]) -> dict[str, int]:
    """Group by text, of texts that are in one; the newest group where a text was in several."""
    found: dict[str, int] = {}
    for chunk in chunks(sorted(keys)):
        query = (
            columns(col(UtteranceRow.key), func.max(col(QuestionMemberRow.group_id)))
            .join(QuestionMemberRow, col(QuestionMemberRow.utterance_id) == col(UtteranceRow.id))
            .where(col(UtteranceRow.municipality) == municipality, col(UtteranceRow.key).in_(chunk))
            .group_by(col(UtteranceRow.key))
        )
        found.update((str(key), int(group)) for key, group in session.connection().execute(query))
    return found


def _wordings(session: Session, municipality: str) -> list[tuple[int, str, str, str | None]]:
    """Group, text, language and nearest entry of each wording that is in a group."""
    member, u = QuestionMemberRow, UtteranceRow
    one_each = (
        columns(func.min(col(u.id)))
        .join(member, col(member.utterance_id) == col(u.id))
        .where(col(u.municipality) == municipality)
        .group_by(col(member.group_id), col(u.key))
    )
    query = (
        columns(col(member.group_id), col(u.text), col(u.language), col(u.candidates))
        .join(u, col(u.id) == col(member.utterance_id))
        .where(col(u.id).in_(one_each))
        .order_by(col(member.group_id), col(u.id))
    )
    rows = session.connection().execute(query)
    return [(group, text, lang, str(c[0]["entry"]) if c else None) for group, text, lang, c in rows]


def _still_new(session: Session, placed: Sequence[Placed]) -> list[Placed]:
    """Without what somebody else grouped, or its sender took back, in between."""
    there: set[str] = set()
    for chunk in chunks([p.failed.id for p in placed]):
        here = select(UtteranceRow.id).where(col(UtteranceRow.id).in_(chunk))
        gone = select(QuestionMemberRow.utterance_id).where(col(QuestionMemberRow.utterance_id).in_(chunk))
        there |= set(session.exec(here).all()) - set(session.exec(gone).all())
    return [p for p in placed if p.failed.id in there]


def store(session: Session, city: CityKnowledge, placed: Sequence[Placed], now: datetime) -> int:
    """Writes members and new groups; returns how many groups are new."""
    new: dict[int, list[Failed]] = defaultdict(list)
    for p in placed:
        if p.group < 0:
            new[p.group].append(p.failed)
    rows = {number: _new_group(city, of_group, now) for number, of_group in new.items()}
    session.add_all(rows.values())
    session.flush()
    members = [(p.failed, (rows[p.group].id or 0) if p.group < 0 else p.group) for p in placed]
    new_members = [{"utterance_id": f.id, "group_id": g, "feed": f.evidence.feed} for f, g in members]
    if new_members:
        session.connection().execute(insert(QuestionMemberRow), new_members)
    latest: dict[int, datetime] = {}
    for p in placed:
        if p.group > 0:
            latest[p.group] = max(p.failed.at, latest.get(p.group, p.failed.at))
    _touch(session, latest, now)
    return len(rows)


def _new_group(city: CityKnowledge, of_group: Sequence[Failed], now: datetime) -> QuestionGroupRow:
    last = of_group[-1]
    return QuestionGroupRow(
        municipality=city.municipality,
        language=last.evidence.language,
        state=State.NEW,
        proposed=proposed_for(f.evidence for f in of_group),
        section=_section(city, last),
        created_at=now,
        changed_at=now,
    )


def _section(city: CityKnowledge, failed: Failed) -> str:
    """The section in charge of the nearest entry, when that is near enough to be about the same thing."""
    near = city.entries.get(failed.nearest.split("/", 1)[1]) if failed.nearest else None
    sure = max(failed.evidence.confidences, default=0.0) >= city.thresholds.ask
    return (near.entry.section or "") if near is not None and sure else ""


def _touch(session: Session, latest: Mapping[int, datetime], now: datetime) -> None:
    """New questions may speak for another cause; a question that counted as resolved is not."""
    for chunk in chunks(sorted(latest)):
        rows = session.exec(select(QuestionGroupRow).where(col(QuestionGroupRow.id).in_(chunk)).with_for_update()).all()
        proposals = proposals_of(session, chunk)
        for row in rows:
            row.proposed = proposals.get(row.id or 0, row.proposed)
            if row.state == State.RESOLVED and latest[row.id or 0] > (row.resolved_at or now):
                row.state, row.why, row.version = State.BACK, CAME_AGAIN, row.version + 1
                session.add(QuestionNoteRow(group_id=row.id, author="", action="back", text=CAME_AGAIN, at=now))


def proposals_of(session: Session, groups: Sequence[int]) -> dict[int, str]:
    """The cause that the latest questions of each group speak for."""
    u, member = UtteranceRow, QuestionMemberRow
    names = ("decision", "key", "candidates", "verdict", "reason", "repaired", "language", "matter")
    query = (
        columns(col(member.group_id), col(member.feed), *(getattr(u, name) for name in names))
        .join(u, col(u.id) == col(member.utterance_id))
        .where(col(member.group_id).in_(groups))
        .order_by(col(u.at).desc(), col(u.id))
    )
    found: dict[int, list[Evidence]] = defaultdict(list)
    for row in session.connection().execute(query):
        if len(found[row.group_id]) < SEEN_LATELY:
            found[row.group_id].append(evidence_of(row, Feed(row.feed)))
    return {group: proposed_for(evidence) for group, evidence in found.items()}


def chunks(items: Sequence[Any]) -> Iterable[Any]:
    """The items in parts that a query can name."""
    return (items[i : i + CHUNK] for i in range(0, len(items), CHUNK))
