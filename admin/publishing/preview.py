"""Publish previews: which drafts each is about, whether it still tells the truth, and which one lets drafts out.

A preview speaks of certain revisions on top of a certain release. When either moves on it no longer tells the truth,
and has to be made again: `fits` says whether it still does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from admin.jobs.queue import JobState, enqueue, find_job, latest_job
from admin.jobs.tables import JobRow
from knowledge.editing import current_release
from knowledge.schema import COMMON
from knowledge.tables import DraftRow, PinnedRow

KIND = "preview"
READY = "preview ready"
_READY_FOR = timedelta(minutes=10)
_LOOKED_BACK = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a preview is about: revisions by entry, which of these are taken down, on top of which release, and in
    which cities (a common entry changes all of them)."""

    drafts: Mapping[str, int]
    removals: tuple[str, ...]
    release: int
    cities: tuple[str, ...] = ()

    @property
    def common(self) -> bool:
        """Whether an entry of all cities is among them."""
        return any(entry.startswith(f"{COMMON}/") for entry in self.drafts)

    def of(self, entry: str) -> tuple[int | None, bool]:
        """What becomes of an entry: its revision, and whether it is taken down."""
        return self.drafts.get(entry), entry in self.removals

    def is_still(self, other: Wanted) -> bool:
        """Whether both speak of the same texts on the same release."""
        mine, theirs = ((w.drafts, w.removals, w.release) for w in (self, other))
        return mine == theirs


def wanted_now(session: Session, entries: Collection[str] | None, cities: Sequence[str] = ()) -> Wanted:
    """What a preview of these drafts would be about now. Entries that nobody is changing are left out."""
    query = select(DraftRow).where(col(DraftRow.entry_id).in_(entries or [])).order_by(col(DraftRow.entry_id))
    rows = [row for row in session.exec(query).all() if row.revision_id is not None]
    texts = {row.entry_id: row.revision_id for row in rows if row.revision_id is not None}
    gone = tuple(row.entry_id for row in rows if row.removal)
    return Wanted(texts, gone, current_release(session), tuple(cities))


def wanted_by(told: Mapping[str, Any]) -> Wanted:
    """What a preview was made about, as it stands on its job."""
    return Wanted(told["drafts"], tuple(told["removals"]), told["release"], tuple(told["cities"]))


def start_preview(session: Session, municipality: str, wanted: Wanted, *, author: str, at: datetime) -> JobRow:
    """Puts a preview in the queue; one of just this that is under way is taken instead."""
    for job in _previews(session, municipality):
        same = wanted_by(job.wanted) == wanted
        if same and job.state in (JobState.WAITING, JobState.RUNNING):
            return job
    return enqueue(session, KIND, municipality, asdict(wanted), author=author, at=at)


def get_ready(session: Session, municipality: str, *, author: str, at: datetime) -> None:
    """Has the published state asked ahead, so that a preview that somebody is about to start only asks the drafts."""
    last = latest_job(session, municipality, READY)
    if last is None or at - last.created_at > _READY_FOR:
        enqueue(session, READY, municipality, {}, author=author, at=at)


def _previews(session: Session, municipality: str) -> Iterator[JobRow]:
    query = select(JobRow).where(JobRow.municipality == municipality, JobRow.kind == KIND)
    yield from session.exec(query.order_by(col(JobRow.id).desc()).limit(_LOOKED_BACK)).all()


def find_preview(session: Session, municipality: str, number: int) -> JobRow | None:
    """A preview of this municipality."""
    return find_job(session, municipality, KIND, number)


def fits(session: Session, job: JobRow) -> bool:
    """Whether a preview still tells the truth: its drafts are as they were, nothing was published since, and no
    question was pinned that it did not ask."""
    wanted = wanted_by(job.wanted)
    return wanted.is_still(wanted_now(session, wanted.drafts)) and _asked_every_pin(session, job, wanted)


def _asked_every_pin(session: Session, job: JobRow, wanted: Wanted) -> bool:
    query = select(PinnedRow.id, PinnedRow.topic)
    if not wanted.common:
        query = query.where(PinnedRow.municipality == job.municipality)
    asked = {(number, topic) for number, topic in (job.result or {}).get("pins", [])}
    return asked.issuperset(session.exec(query).all()) or job.result is None


def fitting_preview(session: Session, municipality: str, entries: Collection[str]) -> JobRow | None:
    """The newest finished preview of exactly these entries' drafts as they are now; None: it has to be made (again)."""
    now = wanted_now(session, entries)
    if not now.drafts or len(now.drafts) != len(set(entries)):
        return None
    same = (job for job in _finished(session, municipality, entries) if wanted_by(job.wanted).is_still(now))
    newest = next(same, None)
    return newest if newest is not None and _asked_every_pin(session, newest, now) else None


def covering_previews(session: Session, municipality: str, entries: Collection[str]) -> list[JobRow] | None:
    """For each draft the newest finished preview that it was in as it is now, alone or not, whatever was published
    since: what was looked at before its publishing was put off. None when one of them was in none."""
    now = wanted_now(session, entries)
    found = [_newest_with(session, municipality, entry, now) for entry in entries]
    return [job for job in found if job is not None] if None not in found else None


def _newest_with(session: Session, municipality: str, entry: str, now: Wanted) -> JobRow | None:
    if entry not in now.drafts:
        return None
    done = _finished(session, municipality, [entry])
    return next((job for job in done if wanted_by(job.wanted).of(entry) == now.of(entry)), None)


def waited_for(session: Session) -> set[int]:
    """Numbers of the previews that drafts will go out by at a set time: they are not to be dropped before."""
    query = select(DraftRow.entry_id).where(col(DraftRow.publish_at).is_not(None))
    packs = {entry: entry.split("/", 1)[0] for entry in session.exec(query).all()}
    found = (covering_previews(session, pack, [entry]) or [] for entry, pack in packs.items())
    return {job.id for jobs in found for job in jobs if job.id is not None}


def _finished(session: Session, municipality: str, entries: Collection[str]) -> Iterator[JobRow]:
    """Finished previews, newest first; for common entries of any municipality: pinned questions are asked in all."""
    query = select(JobRow).where(JobRow.kind == KIND, JobRow.state == JobState.DONE)
    if not all(entry.startswith(f"{COMMON}/") for entry in entries):
        query = query.where(JobRow.municipality == municipality)
    yield from session.exec(query.order_by(col(JobRow.id).desc()).limit(_LOOKED_BACK)).all()
