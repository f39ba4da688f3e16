"""What was asked and how it went: written by the worker and the look-up page, read by the admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, update

from bot.conversation.turn import Feedback, Person
from bot.intents import Recognition
from bot.intents.normalising import compact
from bot.responses.compose import Style
from bot.responses.reply import Reply
from bot.tables import PersonRow, UtteranceRow

CONTEXT_LIFE = timedelta(minutes=30)
"""How long a short follow-up still speaks of the last topic."""
UNSOLVED = ("none of these", "not solved")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked where and when. `message` is the channel's message id, if it has one; `release` what was published."""

    id: str
    municipality: str
    channel: str
    at: datetime
    person: str | None = None
    message: str | None = None
    release: int = 0


def record_utterance(session: Session, asked: Asked, recognition: Recognition, reply: Reply) -> None:
    """Writes down a question, masked, with what was decided."""
    session.merge(utterance_row(asked, recognition, reply))


def utterance_row(asked: Asked, recognition: Recognition, reply: Reply) -> UtteranceRow:
    """What is kept of a question."""
    return UtteranceRow(
        id=asked.id,
        municipality=asked.municipality,
        channel=asked.channel,
        at=asked.at,
        person=asked.person,
        text=storable(recognition.utterance)[:1000],
        key=compact(recognition.utterance)[:200],
        decision=recognition.decision,
        entry=reply.entry,
        confidence=recognition.confidence,
        candidates=[{"entry": c.entry, "confidence": round(c.confidence, 4)} for c in recognition.candidates[:3]],
        message=asked.message,
        language=recognition.language,
        repaired=bool(recognition.repairs),
        release=asked.release,
        matter=recognition.outside,
    )


def storable(text: str) -> str:
    """The text without what a database refuses: NUL characters and lone surrogates."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def record_feedback(session: Session, municipality: str, feedback: Feedback) -> None:
    """Writes what a person said of an earlier answer; an utterance that is gone meanwhile is no error."""
    session.exec(
        update(UtteranceRow)
        .where(col(UtteranceRow.id) == feedback.about, col(UtteranceRow.municipality) == municipality)
        .values(verdict=feedback.verdict, reason=feedback.reason[:120] or None)
    )


def forget_message(session: Session, municipality: str, message: str) -> None:
    """Deletes the text of a message that its sender took back."""
    session.exec(
        delete(UtteranceRow).where(col(UtteranceRow.municipality) == municipality, col(UtteranceRow.message) == message)
    )


def find_person(session: Session, municipality: str, person: str | None, now: datetime) -> Person:
    """What is remembered of a person; nothing for one we don't know."""
    row = session.get(PersonRow, (municipality, person)) if person else None
    if row is None:
        return Person()
    fresh = now - row.last_at <= CONTEXT_LIFE
    return Person(Style(row.language, row.large), row.last_topic if fresh else None)


def remember_topic(session: Session, municipality: str, person: str, topic: str, now: datetime) -> None:
    """Keeps the topic for follow-ups."""
    row = _person_row(session, municipality, person, now)
    row.last_topic, row.last_at = topic, now


def remember_style(session: Session, municipality: str, person: str, style: Style, now: datetime) -> None:
    """Keeps how a person wants to be answered."""
    row = _person_row(session, municipality, person, now)
    row.language, row.large = style.language, style.large


def _person_row(session: Session, municipality: str, person: str, now: datetime) -> PersonRow:
    row = session.get(PersonRow, (municipality, person))
    if row is None:
        row = PersonRow(municipality=municipality, person=person, last_at=now)
        session.add(row)
    return row


def forget_person(session: Session, municipality: str, person: str) -> None:
    """Deletes what is remembered of a person who left."""
    session.exec(delete(PersonRow).where(col(PersonRow.municipality) == municipality, col(PersonRow.person) == person))
