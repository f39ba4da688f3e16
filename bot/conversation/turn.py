"""One turn of the conversation: what came in, and what is told in return. Pure: the worker stores and sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.conversation import browsing
from bot.conversation.asking_back import SHOWN, ask_back
from bot.conversation.city import CityKnowledge
from bot.conversation.finding import heard, with_classes
from bot.conversation.hours import counter_now
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.japanese_only import in_japanese
from bot.conversation.life_events import event_recognised, procedures_asked
from bot.conversation.nearby import nearby
from bot.conversation.wishes import wished_style
from bot.intents import Context, Decision, Recognition, recognize
from bot.responses import compose
from bot.responses.compose import Style
from bot.responses.counter_now import CounterNow
from bot.responses.phrases import phrase
from bot.responses.reply import Choice, Reply
from bot.responses.signals import Signal, Tap, decode
from knowledge.published import VisibleEntry

HUMAN_TOPIC = "digital-support/talk-to-staff"
MENU_TOPIC = "conversation/help"


@dataclass(frozen=True, slots=True)
class Person:
    """What is remembered of a person: how they like to be answered, and what they last asked about."""

    style: Style = field(default_factory=Style)
    last_topic: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person said of an earlier answer. `about` is that utterance's id."""

    about: str
    verdict: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """The result of a turn. `recognition` is set when somebody asked in words, `style` when they asked to be answered
    in another way from now on."""

    reply: Reply | None = None
    recognition: Recognition | None = None
    feedback: Feedback | None = None
    style: Style | None = None
    forget_person: bool = False
    forget_message: str | None = None


def take_turn(inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    """What to do about `inbound`. Same input, same turn."""
    turn = _TURNS.get(inbound.kind, _unreadable)
    return turn(inbound, person, city)


def understood(text: str, city: CityKnowledge, at: datetime, last_topic: str | None = None) -> Recognition:
    """What is understood of a question that was asked at `at`; the publish preview asks here too."""
    return heard(recognize(text, city.index, Context(last_topic), city.thresholds), city, at, last_topic)


def reply_to(
    recognition: Recognition, city: CityKnowledge, style: Style, about: str, at: datetime | None = None
) -> Reply:
    """The reply that a recognition leads to; the same for LINE, the look-up page and the CLI.

    Who asks in another language is answered in it, as far as somebody wrote it down. `at` is when they asked: with
    it a reply that names the counter says whether it is open.
    """
    if style.language == "ja":
        style = replace(style, language=recognition.language)
    entries = [city.entries[c.topic] for c in recognition.candidates if c.topic in city.entries]
    if recognition.decision is Decision.ANSWER and entries:
        answer = _answer(entries[0], city, style, about)
        return with_classes(answer, recognition.utterance, city, at)
    shown = [entry.entry.topic for entry in entries[:SHOWN]] if recognition.decision is Decision.ASK else []
    if recognition.outside is None and recognition.language != "ja":
        told = in_japanese(recognition.utterance, city, style, about, shown)
        if told is not None:
            return told
    if shown:
        return ask_back(recognition.candidates, [e.entry for e in entries], style, about)
    matter = city.matters.get(recognition.outside or "")
    return compose.fallback(city.pack, city.counter, style=style, matter=matter, now=_counter_at(at, city))


def _counter_at(at: datetime | None, city: CityKnowledge) -> CounterNow | None:
    opening = city.counter.opening
    return counter_now(opening, at) if opening is not None and at is not None else None


def show_topic(topic: str, city: CityKnowledge, style: Style, about: str, at: datetime | None = None) -> Reply:
    """The answer of a topic that was chosen, or the counter when it is not published (any more)."""
    visible = city.entries.get(topic)
    if visible is None:
        return compose.fallback(city.pack, city.counter, style=style, now=_counter_at(at, city))
    return with_classes(_answer(visible, city, style, about), "", city, at)


def _answer(visible: VisibleEntry, city: CityKnowledge, style: Style, about: str) -> Reply:
    return compose.answer(compose.shown(visible, dict(city.entries), city.register), style=style, about=about)


def _text(inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    if not inbound.text.strip():
        return Turn(compose.notice(phrase("empty"), style=person.style, choices=_examples()))
    if (style := wished_style(inbound.text, person.style)) is not None:
        return Turn(compose.notice(phrase("style_set", style.language), style=style, choices=_examples()), style=style)
    if browsing.asks_to_browse(inbound.text):
        return Turn(browsing.frequent_questions(city, person.style, inbound.id))
    if (told := procedures_asked(inbound.text, city, person.style, inbound.id)) is not None:
        return Turn(_warned(told, inbound, person), event_recognised(inbound.text))
    recognition = understood(inbound.text, city, inbound.at, person.last_topic)
    reply = reply_to(recognition, city, person.style, inbound.id, inbound.at)
    if reply.topic == MENU_TOPIC:
        reply = _with_groups(reply)
    return Turn(_warned(reply, inbound, person), recognition)


def _warned(reply: Reply, inbound: Inbound, person: Person) -> Reply:
    """The reply under a kind word not to send personal data, where somebody did."""
    if not inbound.masked:
        return reply
    personal = "my_number" if _typed_my_number(inbound) else "personal"
    return reply.model_copy(update={"notices": (phrase(personal, person.style.language), *reply.notices)})


def _typed_my_number(inbound: Inbound) -> bool:
    return any(kind.name in ("MY_NUMBER", "TWELVE_DIGITS") for kind in inbound.masked)


def _tap(inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    tap = decode(inbound.data)
    if tap is None:
        return Turn(compose.notice(phrase("empty"), style=person.style, choices=_examples()))
    return _TAPS[tap.signal](tap, inbound, person, city)


def _topic(tap: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    reply = show_topic(tap.subject, city, person.style, inbound.id, inbound.at)
    chosen = Feedback(tap.about, "chosen", reply.entry) if tap.about and reply.entry else None
    return Turn(reply, feedback=chosen)


def _none_of_these(tap: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    now = _counter_at(inbound.at, city)
    reply = compose.fallback(city.pack, city.counter, style=person.style, sentence="not_among", now=now)
    return Turn(reply, feedback=Feedback(tap.about, "none of these"))


def _solved(tap: Tap, _: Inbound, person: Person, __: CityKnowledge) -> Turn:
    reply = compose.notice(phrase("thanks_solved", person.style.language), style=person.style)
    return Turn(reply, feedback=Feedback(tap.about, "solved"))


def _not_solved(tap: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    language = person.style.language
    reply = compose.notice(
        compose.with_hours(phrase("why_not", language), _counter_at(inbound.at, city), language, city.counter),
        style=person.style,
        choices=compose.reasons(language, tap.about),
        buttons=compose.counter_buttons(city.pack, city.counter),
    )
    return Turn(reply, feedback=Feedback(tap.about, "not solved"))


def _why(tap: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    language = person.style.language
    text = phrase("thanks_why", language, counter=city.counter.name)
    text = compose.with_hours(text, _counter_at(inbound.at, city), language)
    buttons = compose.counter_buttons(city.pack, city.counter)
    return Turn(
        compose.notice(text, style=person.style, buttons=buttons),
        feedback=Feedback(tap.about, "not solved", tap.subject),
    )


def _human(_: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    visible = city.entries.get(HUMAN_TOPIC)
    now = _counter_at(inbound.at, city)
    reply = compose.fallback(city.pack, city.counter, style=person.style, sentence="counter_only", now=now)
    if visible is not None:
        answer = _answer(visible, city, person.style, inbound.id)
        body = compose.with_hours(answer.body, now, answer.language, city.counter)
        buttons = tuple(dict.fromkeys((*reply.buttons, *answer.buttons)))[:4]
        notice = phrase("counter_only", person.style.language, counter=compose.named(city.counter))
        reply = answer.model_copy(update={"notices": (notice,), "body": body, "buttons": buttons})
    return Turn(reply)


def _menu(_: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    visible = city.entries.get(MENU_TOPIC)
    if visible is None:
        return Turn(compose.notice(phrase("empty"), style=person.style, choices=_examples()))
    reply = _answer(visible, city, person.style, inbound.id)
    return Turn(_with_groups(reply))


def _with_groups(reply: Reply) -> Reply:
    """How to use this, with the ways to find an answer without typing; the last choice is a person."""
    return reply.model_copy(update={"choices": (*browsing.group_choices(), reply.choices[-1])})


def _group(tap: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    return Turn(browsing.questions_of(tap.subject, city, person.style, inbound.id))


def _frequent(_: Tap, inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    return Turn(browsing.frequent_questions(city, person.style, inbound.id))


def _follow(_: Inbound, person: Person, city: CityKnowledge) -> Turn:
    body = f"{phrase('follow', city=city.name)}\n{phrase('follow_privacy')}"
    return Turn(compose.notice(body, style=person.style, choices=_examples()))


def _unfollow(_: Inbound, __: Person, ___: CityKnowledge) -> Turn:
    return Turn(forget_person=True)


def _unsend(inbound: Inbound, _: Person, __: CityKnowledge) -> Turn:
    return Turn(forget_message=inbound.message)


def _nothing(_: Inbound, __: Person, ___: CityKnowledge) -> Turn:
    return Turn()


def _unreadable(inbound: Inbound, person: Person, _: CityKnowledge) -> Turn:
    body = phrase("only_text", kind=phrase(inbound.kind))
    return Turn(compose.notice(body, style=person.style, choices=_examples()))


def _location(inbound: Inbound, person: Person, city: CityKnowledge) -> Turn:
    if inbound.latitude is None or inbound.longitude is None:
        return _unreadable(inbound, person, city)
    here = (inbound.latitude, inbound.longitude)
    return Turn(nearby(here, inbound.at, city, person.style, _examples()))


def _examples() -> tuple[Choice, ...]:
    return tuple(compose.say(phrase(f"example_{number}")) for number in (1, 2, 3))


_TURNS: Mapping[InboundKind, Callable[[Inbound, Person, CityKnowledge], Turn]] = {
    InboundKind.TEXT: _text,
    InboundKind.TAP: _tap,
    InboundKind.LOCATION: _location,
    InboundKind.FOLLOW: _follow,
    InboundKind.UNFOLLOW: _unfollow,
    InboundKind.UNSEND: _unsend,
    InboundKind.IGNORED: _nothing,
}
_TAPS: Mapping[Signal, Callable[[Tap, Inbound, Person, CityKnowledge], Turn]] = {
    Signal.TOPIC: _topic,
    Signal.NONE_OF_THESE: _none_of_these,
    Signal.SOLVED: _solved,
    Signal.NOT_SOLVED: _not_solved,
    Signal.WHY: _why,
    Signal.HUMAN: _human,
    Signal.MENU: _menu,
    Signal.GROUP: _group,
    Signal.FREQUENT: _frequent,
}
