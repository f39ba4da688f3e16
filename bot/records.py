"""What was asked and how it went: written by the worker and the look-up page, read by the admin."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select as columns
from sqlmodel import Session, col, delete, update

from bot.conversation.turn import Feedback, Person
from bot.intents import Recognition
from bot.intents.normalising import compact
from bot.responses.compose import Style
from bot.responses.reply import Reply
from bot.tables import PersonRow, UtteranceRow
from knowledge.dialects import insert_into

CONTEXT_LIFE = timedelta(minutes=30)
"""How long a short follow-up still speaks of the last topic."""
UNSOLVED = ("none of these", "not solved")
Who = tuple[str, str]
"""A municipality and a person there."""
_UNKNOWN: dict[str, object] = {"language": "ja", "large": False, "last_topic": None}


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


def record_utterances(session: Session, rows: Sequence[UtteranceRow]) -> None:
    """Writes down questions; one that is written down already stays as it is."""
    if rows:
        insert = insert_into(session, UtteranceRow).on_conflict_do_nothing(index_elements=["id"])
        session.connection().execute(insert, [row.model_dump() for row in rows])


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
        matter=recognition.outside[:60] if recognition.outside else None,
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


def find_people(session: Session, people: Collection[Who], now: datetime) -> dict[Who, Person]:
    """What is remembered of people; nothing for those we don't know."""
    if not people:
        return {}
    query = columns(
        col(PersonRow.municipality),
        col(PersonRow.person),
        col(PersonRow.language),
        col(PersonRow.large),
        col(PersonRow.last_topic),
        col(PersonRow.last_at),
    ).where(
        col(PersonRow.municipality).in_({municipality for municipality, _ in people}),
        col(PersonRow.person).in_({person for _, person in people}),
    )
    return {
        (municipality, person): Person(Style(language, large), topic if now - last_at <= CONTEXT_LIFE else None)
        for municipality, person, language, large, topic, last_at in session.connection().execute(query)
    }


def remember_topics(session: Session, topics: Mapping[Who, str], now: datetime) -> None:
    """Keeps what people last asked about, for follow-ups."""
    _remember(session, {who: {"last_topic": topic, "last_at": now} for who, topic in topics.items()})


def remember_styles(session: Session, styles: Mapping[Who, Style], now: datetime) -> None:
    """Keeps how people want to be answered."""
    wishes = {who: {"language": style.language, "large": style.large} for who, style in styles.items()}
    _remember(session, wishes, last_at=now)


def _remember(session: Session, values: Mapping[Who, Mapping[str, object]], **at_first: object) -> None:
    """Writes these values of people who are known, and makes rows of those who are not."""
    if not values:
        return
    # In one order, so that two that write about the same people wait for each other and not in a circle.
    rows = [{"municipality": who[0], "person": who[1], **_UNKNOWN, **at_first, **values[who]} for who in sorted(values)]
    insert = insert_into(session, PersonRow)
    changed = {name: insert.excluded[name] for name in next(iter(values.values()))}
    upsert = insert.on_conflict_do_update(index_elements=["municipality", "person"], set_=changed)
    session.connection().execute(upsert, rows)


def forget_person(session: Session, municipality: str, person: str) -> None:
    """Deletes what is remembered of a person who left."""
    session.exec(delete(PersonRow).where(col(PersonRow.municipality) == municipality, col(PersonRow.person) == person))
