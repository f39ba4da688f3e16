"""Pinned questions: what must go on being answered by its topic. A change that breaks one waits for an approver."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, func, select

from admin.jobs.tables import JobRow
from admin.publishing.asked import pinned_rows
from admin.publishing.preview import covering_previews, fitting_preview
from admin.publishing.replay import Outcome, outcome
from bot.conversation.city import CityKnowledge
from bot.intents import mask
from knowledge.tables import PinnedRow

MOST = 200
"""Pinned questions of a municipality: more than anybody looks through when one of them breaks."""
LONGEST = 200


class PinRefused(ValueError):
    """A question can't be pinned; the message is a Japanese sentence."""


@dataclass(frozen=True, slots=True)
class BlockingPin:
    """A pinned question that drafts would lead elsewhere. `instead` is the topic it would lead to, if any."""

    city: str
    text: str
    topic: str
    decision: str
    instead: str | None


@dataclass(frozen=True, slots=True)
class TestedPin:
    """A pinned question and what becomes of it now, and with all drafts."""

    row: PinnedRow
    now: Outcome
    drafted: Outcome

    @property
    def holds(self) -> bool:
        """Whether it leads to its topic now."""
        return self.now.led_to == self.row.topic

    @property
    def would_hold(self) -> bool:
        """Whether it would with all drafts."""
        return self.drafted.led_to == self.row.topic


def pin(session: Session, city: CityKnowledge, text: str, topic: str, *, author: str, at: datetime) -> PinnedRow:
    """Pins a question (masked) to a topic; one that is pinned already moves there. Raises PinRefused."""
    plain = mask(" ".join(text.split())).text[:LONGEST]
    if not plain:
        raise PinRefused("質問を書いてください。")
    if city.published(topic) is None:
        raise PinRefused("答えになる項目を選んでください。")
    query = select(PinnedRow).where(PinnedRow.municipality == city.municipality, PinnedRow.text == plain)
    row = session.exec(query).one_or_none()
    if row is None:
        _refuse_too_many(session, city.municipality)
        row = PinnedRow(municipality=city.municipality, text=plain, topic=topic, author=author, at=at)
        session.add(row)
    row.topic, row.author, row.at = topic, author, at
    session.flush()
    return row


def _refuse_too_many(session: Session, municipality: str) -> None:
    query = select(func.count()).select_from(PinnedRow).where(PinnedRow.municipality == municipality)
    if session.exec(query).one() >= MOST:
        raise PinRefused(f"ピン留めは {MOST} 件までです。いらなくなったものを外してください。")


def unpin(session: Session, municipality: str, number: int) -> PinnedRow | None:
    """Lets go of a pinned question; returns what it was, None when there is none of that number here."""
    row = session.get(PinnedRow, number)
    if row is None or row.municipality != municipality:
        return None
    session.delete(row)
    return row


def tested_pins(session: Session, now: CityKnowledge, drafted: CityKnowledge, at: datetime) -> list[TestedPin]:
    """Every pinned question with what becomes of it; those that don't hold first."""
    rows = pinned_rows(session, now.municipality)
    tested = [TestedPin(row, outcome(row.text, now, at), outcome(row.text, drafted, at)) for row in rows]
    return sorted(tested, key=lambda t: (t.holds, t.would_hold))


def unseen(session: Session, municipality: str, entries: Collection[str], *, by_clock: bool = False) -> bool:
    """Whether nobody has looked yet at what these drafts, as they are now, change for citizens.

    A person who publishes must have seen just these texts on what is published now. What goes out `by_clock` was
    looked at when it was put off: other releases in between are no reason to hold it back.
    """
    if by_clock:
        return covering_previews(session, municipality, entries) is None
    return fitting_preview(session, municipality, entries) is None


def blocking_pins(
    session: Session, municipality: str, entries: Collection[str], *, by_clock: bool = False
) -> list[BlockingPin]:
    """Pinned questions that these drafts, as they are now, would break and that no approver has confirmed.

    Told from the previews that `unseen` asks for; without one there is nothing to tell.
    """
    if by_clock:
        jobs = covering_previews(session, municipality, entries) or []
    else:
        jobs = [job] if (job := fitting_preview(session, municipality, entries)) is not None else []
    return list(dict.fromkeys(pin for job in jobs for pin in waiting_pins(job)))


def waiting_pins(job: JobRow) -> list[BlockingPin]:
    """The pinned questions of a finished preview that wait for an approver."""
    if job.result is None or job.result["confirmed"] is not None:
        return []
    told = ("city", "text", "topic", "decision", "instead")
    return [BlockingPin(*(blocking[name] for name in told)) for blocking in job.result["blocking"]]


def confirm_pins(job: JobRow, *, author: str, at: datetime) -> list[BlockingPin]:
    """Notes that an approver wants the change though it breaks pinned questions; returns these.

    It holds for the preview's revisions on its release: a later edit needs another preview, and another yes.
    """
    waiting = waiting_pins(job)
    if job.result is not None and waiting:
        job.result = {**job.result, "confirmed": {"by": author, "at": at.isoformat()}}
    return waiting
