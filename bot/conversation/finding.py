"""Finding a class: when a question asks for one, its answer carries the sessions to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.conversation.city import CityKnowledge
from bot.conversation.classes import Found, find_classes, upcoming
from bot.intents import Candidate, Decision, Recognition
from bot.intents.model import group_of
from bot.intents.slots import Slots, find_slots
from bot.responses import compose
from bot.responses.cards import class_card
from bot.responses.days import in_japan
from bot.responses.phrases import phrase
from bot.responses.reply import Choice, Reply

FIND_A_CLASS = "smartphone-class/find-a-class"
GROUP = group_of(FIND_A_CLASS)
_WRITTEN = ("ja", "easy", "en")
"""Languages in which there are sentences about sessions; in the others the entry's own answer stays above them."""
_BESIDE = 3
"""Sessions shown below the answer to another question about classes."""
_BUTTONS = 4


def heard(recognition: Recognition, city: CityKnowledge, at: datetime, last_topic: str | None = None) -> Recognition:
    """The recognition, settled as asking for a class where only a date, place or subject tells so: 「夕方の教室」, or
    「来週は？」 just after classes were spoken of. Unchanged in cities that have no sessions to show."""
    visible = city.entries.get(FIND_A_CLASS)
    if visible is None or recognition.outside or not upcoming(city.classes, at):
        return recognition
    if not _asks(recognition, find_slots(recognition.utterance), last_topic):
        return recognition
    found = Candidate(visible.id, FIND_A_CLASS, recognition.confidence)
    others = tuple(c for c in recognition.candidates if c.topic != FIND_A_CLASS)
    return replace(recognition, decision=Decision.ANSWER, candidates=(found, *others), reason="asks for a class")


def _asks(recognition: Recognition, slots: Slots, last_topic: str | None) -> bool:
    if slots.only_when:
        return last_topic is not None and group_of(last_topic) == GROUP
    if recognition.decision is Decision.ANSWER:
        return False
    named = slots.when or (slots.says_class and (slots.places or slots.contents))
    return bool(named and recognition.candidates and group_of(recognition.candidates[0].topic) == GROUP)


def with_classes(reply: Reply, utterance: str, city: CityKnowledge, at: datetime | None) -> Reply:
    """The answer with the sessions that `utterance` asks for, as seen at `at`; unchanged where it asks for none.

    Another question about a class on some day (「来週の教室はいくら？」) keeps its answer and gets the sessions below.
    """
    if at is None or reply.topic is None or group_of(reply.topic) != GROUP:
        return reply
    coming = upcoming(city.classes, at)
    slots = find_slots(utterance)
    found = find_classes(coming, slots, in_japan(at).date())
    if not found.sessions:
        return reply
    if reply.topic == FIND_A_CLASS:
        return _told(reply, found, city, at)
    if slots.when and slots.says_class and found.as_asked:
        return _shown(reply, replace(found, sessions=found.sessions[:_BESIDE]), city, at)
    return reply


def _shown(reply: Reply, found: Found, city: CityKnowledge, at: datetime) -> Reply:
    cards = tuple(class_card(session, city=city.name, now=at) for session in found.sessions)
    return reply.model_copy(update={"cards": cards, "choices": (*_narrowing(), *reply.choices)})


def _told(reply: Reply, found: Found, city: CityKnowledge, at: datetime) -> Reply:
    """The sessions in place of the entry's answer, which says where else to ask: that stays in its buttons."""
    reply = _shown(reply, found, city, at)
    if reply.language not in _WRITTEN:
        return reply
    buttons = reply.buttons
    if not found.as_asked:
        known = {button.value for button in buttons}
        counter = compose.counter_buttons(city.pack, city.counter)
        buttons = (*buttons, *(button for button in counter if button.value not in known))[:_BUTTONS]
    source = phrase("classes_source", reply.language, city=city.name)
    body = _sentences(found, reply.language, city)
    return reply.model_copy(update={"body": body, "steps": (), "buttons": buttons, "source": source})


def _sentences(found: Found, language: str, city: CityKnowledge) -> str:
    if not found.as_asked:
        return phrase("classes_next", language, counter=city.counter.name)
    sentence = phrase("classes_found", language, count=str(len(found.sessions)))
    more = phrase("classes_more", language, count=str(found.more)) if found.more else ""
    return "\n".join(filter(None, (sentence, more)))


def _narrowing() -> tuple[Choice, ...]:
    words = phrase("narrow_by").split()
    return tuple(Choice(label=word, data="", says=phrase("narrow", when=word)) for word in words)
