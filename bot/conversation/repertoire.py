"""Everything a city can be made to say: each entry in each language and size, and each sentence of the service.

For checks that want to see all of it (LINE's own validation, contract tests); answering does not need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, product
from typing import Any, get_args

from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, reply_to, show_topic, take_turn
from bot.intents import Candidate, Decision, PersonalKind, Recognition
from bot.responses.compose import Style
from bot.responses.reply import Reply
from bot.responses.signals import Signal, Tap
from knowledge.schema import Language

LANGUAGES = ("ja", *get_args(Language))
STYLES = tuple(Style(language, large) for language, large in product(LANGUAGES, (False, True)))
_ABOUT = "01KANX0000000000000000000A"
"""As long as LINE's event ids are."""
_MOMENTS = (datetime(2026, 11, 20, 2, 0, tzinfo=UTC), datetime(2026, 11, 20, 13, 0, tzinfo=UTC))
"""A working Friday in Japan: 11 o'clock, when counters are open, and 22 o'clock, when they are closed."""
_UNKNOWN = "ゑゐゑゐ"
_TEXTS = ("", _UNKNOWN, "大きい字で", "ふつうの字で", "やさしい日本語", "English")
_TAPS = (
    *(Tap(signal, about=_ABOUT) for signal in Signal if signal is not Signal.WHY),
    *(Tap(Signal.WHY, reason, _ABOUT) for reason in ("wrong", "hard", "old", "more")),
)
_SHOWN_AT_ONCE = 3


@dataclass(frozen=True, slots=True)
class Told:
    """A reply and the name of what it came from: an entry's id, or what a person did."""

    name: str
    reply: Reply


def repertoire(city: CityKnowledge) -> Iterator[Told]:
    """Every reply, in every language and size; many are equal, because not all is written in all languages."""
    for style in STYLES:
        mark = f"[{style.language}{' large' if style.large else ''}]"
        for name, reply in chain(_entries(city, style), _questions_back(city, style), _turns(city, style)):
            yield Told(f"{name} {mark}", reply)
    yield from _elsewhere(city)


def _entries(city: CityKnowledge, style: Style) -> Iterator[tuple[str, Reply]]:
    for topic, visible in city.entries.items():
        yield visible.id, show_topic(topic, city, style, _ABOUT)


def _questions_back(city: CityKnowledge, style: Style) -> Iterator[tuple[str, Reply]]:
    """Each entry once among the candidates of a question back; large letters don't change what LINE counts."""
    if style.large:
        return
    for topics in _in_threes(tuple(city.entries)):
        found = tuple(Candidate(city.entries[topic].id, topic, 0.3) for topic in topics)
        yield f"ask {' '.join(topics)}", reply_to(_recognised(Decision.ASK, found), city, style, _ABOUT)


def _elsewhere(city: CityKnowledge) -> Iterator[Told]:
    """Each matter that is not answered here, in Japanese: in other languages and sizes the same words stand."""
    for matter in city.matters:
        outside = _recognised(Decision.FALLBACK, outside=matter)
        yield Told(f"elsewhere/{matter}", reply_to(outside, city, Style(), _ABOUT))


def _in_threes(topics: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (topics[start : start + _SHOWN_AT_ONCE] for start in range(0, len(topics), _SHOWN_AT_ONCE))


def _recognised(decision: Decision, candidates: tuple[Candidate, ...] = (), outside: str | None = None) -> Recognition:
    return Recognition("", decision, 0.3, candidates, "repertoire", outside=outside)


def _turns(city: CityKnowledge, style: Style) -> Iterator[tuple[str, Reply]]:
    for name, inbound in _inbounds(city.municipality):
        reply = take_turn(inbound, Person(style), city).reply
        if reply is not None:
            yield name, reply


def _inbounds(municipality: str) -> Iterator[tuple[str, Inbound]]:
    for at in _MOMENTS:
        for name, values in _doings():
            yield name, Inbound.model_validate({"id": _ABOUT, "municipality": municipality, "at": at, **values})


def _doings() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((f"text「{text}」", {"kind": InboundKind.TEXT, "text": text}) for text in _TEXTS)
    yield from ((f"tap {tap.signal} {tap.subject}", {"kind": InboundKind.TAP, "data": tap.encode()}) for tap in _TAPS)
    yield "tap of an old button", {"kind": InboundKind.TAP, "data": "old"}
    for kind in PersonalKind:
        yield f"typed {kind.name}", {"kind": InboundKind.TEXT, "text": _UNKNOWN, "masked": (kind,)}
    yield from ((f"{kind}", {"kind": kind}) for kind in InboundKind if kind not in (InboundKind.TEXT, InboundKind.TAP))
