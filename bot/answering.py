"""Answers to several people's events at once: a few queries for all of them instead of some for each.

Nobody may have two events in one go: what the first leaves behind (the topic, a wish) belongs to the second's answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot import announcements, counting, records
from bot.conversation.again import with_a_person
from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound
from bot.conversation.standing import Standing, under
from bot.conversation.turn import Person, Turn, take_turn
from bot.library import Library
from bot.observing import measures
from bot.records import Who


@dataclass(frozen=True, slots=True)
class _Place:
    """What holds for a municipality now."""

    city: CityKnowledge
    standing: Standing


def answer(session: Session, library: Library, events: Sequence[Inbound], now: datetime) -> list[Turn]:
    """One turn for each event, in their order; what is to be kept of them is written down.

    Raises UnknownMunicipality, and whatever an event that can't be answered gives rise to.
    """
    municipalities = sorted({event.municipality for event in events})
    places = {m: _Place(library.city(session, m), announcements.standing(session, m, now)) for m in municipalities}
    people = records.find_people(session, {who for event in events if (who := _who(event))}, now)
    questions = {(event.municipality, event.person, event.text) for event in events if event.person}
    times = counting.times_asked(session, questions, now)
    turns = [
        _turn(
            event,
            people.get(_who(event) or ("", ""), Person()),
            times.get((event.municipality, event.person or "", event.text), 1),
            places[event.municipality],
        )
        for event in events
    ]
    releases = [places[event.municipality].city.index.release for event in events]
    _record(session, list(zip(events, turns, releases, strict=True)), now)
    return turns


def _who(event: Inbound) -> Who | None:
    return (event.municipality, event.person) if event.person else None


def _turn(event: Inbound, person: Person, times: int, place: _Place) -> Turn:
    with measures.timed("line"):
        turn = with_a_person(take_turn(event, person, place.city), times, place.city, person.style)
    return under(place.standing, turn, place.city, person.style)


def _record(session: Session, answered: Sequence[tuple[Inbound, Turn, int]], now: datetime) -> None:
    utterances = []
    for event, turn, release in answered:
        if turn.recognition is not None and turn.reply is not None:
            whose = (event.person, event.message)
            asked = records.Asked(event.id, event.municipality, "line", event.at, *whose, release)
            utterances.append(records.utterance_row(asked, turn.recognition, turn.reply))
    records.record_utterances(session, utterances)
    for event, turn, _ in answered:
        _record_wishes(session, event, turn)
    styles = {who: turn.style for event, turn, _ in answered if turn.style is not None and (who := _who(event))}
    records.remember_styles(session, styles, now)
    topics = {who: topic for event, turn, _ in answered if (topic := _topic(turn)) and (who := _who(event))}
    records.remember_topics(session, topics, now)


def _record_wishes(session: Session, event: Inbound, turn: Turn) -> None:
    """What few events ask for."""
    if turn.feedback is not None:
        records.record_feedback(session, event.municipality, turn.feedback)
    if turn.forget_message is not None:
        records.forget_message(session, event.municipality, turn.forget_message)
    if turn.forget_person and event.person:
        records.forget_person(session, event.municipality, event.person)


def _topic(turn: Turn) -> str | None:
    return turn.reply.topic if turn.reply is not None and not turn.forget_person else None
