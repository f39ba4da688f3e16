"""The copy of a city's answers for places without a network: the same replies, readings and QR codes as online, and
what people say for each, for a simple search on the device. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime

from bot.conversation.city import CityKnowledge
from bot.conversation.standing import Standing
from bot.conversation.turn import show_topic
from bot.intents.danger import DANGER
from bot.lookup.class_view import segments, valid_until
from bot.lookup.glossary import terms_in
from bot.lookup.links import listed
from bot.lookup.qr import qr_modules
from bot.responses import compose
from bot.responses.compose import Style, counter_buttons, named
from bot.responses.reply import Button
from knowledge.elsewhere import Matter
from knowledge.glossary import glossary
from knowledge.published import VisibleEntry

MOST_BYTES = 400 * 1024
"""Gzipped, per city: a minute on the slowest mobile network."""
FREQUENT = 8


def city_copy(city: CityKnowledge, at: datetime, standing: Standing, address: Callable[[str], str]) -> bytes:
    """The copy as JSON in UTF-8, as it is at `at`; `address` makes the whole address of a topic's page."""
    found = {
        "city": city.name,
        "release": city.index.release,
        "at": at.isoformat(),
        "pause": standing.pause or "",
        "notices": list(standing.notices),
        "counter": named(city.counter),
        "buttons": _buttons(counter_buttons(city.pack, city.counter)),
        "danger": DANGER,
        "terms": [[term.word, _flat(term.meaning)] for term in glossary()],
        "frequent": [t for t in city.frequent if t in city.entries and listed(city.entries[t])][:FREQUENT],
        "entries": [_entry(e, city, at, address) for e in city.entries.values()],
        "matters": [_matter(matter, city) for matter in city.matters.values()],
    }
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _entry(visible: VisibleEntry, city: CityKnowledge, at: datetime, address: Callable[[str], str]) -> object:
    entry = visible.entry
    reply = show_topic(entry.topic, city, Style(), "", at)
    text = "\n".join((reply.heading, reply.body, *reply.steps))
    numbers = {term.word: number for number, term in enumerate(glossary())}
    return {
        "topic": entry.topic,
        "ways": list(dict.fromkeys((entry.question, *entry.phrasings, *visible.inherited))),
        "heading": _flat(reply.heading),
        "body": [_flat(line) for line in reply.body.split("\n") if line.strip()],
        "steps": [_flat(step) for step in reply.steps],
        "buttons": _buttons(reply.buttons),
        "cards": [[card.title, list(card.lines), card.note] for card in reply.cards],
        "source": reply.source,
        "until": valid_until(entry).isoformat(),
        "related": [a.value for a in entry.actions if a.kind == "ask" and a.value in city.entries],
        "terms": [numbers[term.word] for term in terms_in(text)],
        "code": qr_modules(address(entry.topic)),
    }


def _matter(matter: Matter, city: CityKnowledge) -> object:
    """What is not answered here; of a pack's own also what is said then, as online."""
    told = {"name": matter.name, "counter": matter.counter or "", "ways": list(matter.phrasings)}
    if not matter.says:
        return told
    reply = compose.fallback(city.pack, city.counter, style=Style(), matter=matter)
    return {**told, "says": matter.says["ja"], "buttons": _buttons(reply.buttons)}


def _buttons(buttons: Iterable[Button]) -> list[tuple[str, str, str]]:
    return [(button.kind, button.label, button.value) for button in buttons]


def _flat(text: str) -> list[str]:
    """A text and its readings in turn: [国分寺市, こくぶんじし, の, "", …]."""
    return [part for segment in segments(text, kana=True) for part in segment]
