"""One question and its answer, told by the very function that answers on LINE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.standing import Standing, reply_under
from bot.conversation.turn import Feedback, Person, take_turn
from bot.intents import Recognition, mask
from bot.observing.measures import DECISIONS, timed
from bot.responses.compose import Style
from bot.responses.reply import Reply

QUESTION_LIMIT = 500
"""Characters of a question that are read; the form takes no more."""
LANGUAGES: Mapping[str, str] = {
    "ja": "日本語",
    "easy": "やさしい日本語",
    "en": "English",
    "zh": "中文",
    "ko": "한국어",
    "vi": "Tiếng Việt",
    "pt": "Português",
    "tl": "Tagalog",
    "ne": "नेपाली",
}
"""Languages and variants, each by its own name, as addresses and packs call them."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told. `recognition` is set when somebody asked in words, `wish` when they asked to be answered in
    another way, `feedback` when they said something of an earlier answer."""

    reply: Reply
    recognition: Recognition | None = None
    wish: Style | None = None
    feedback: Feedback | None = None


def style_of(lang: str) -> Style:
    """The style that an address asks for; Japanese for what we don't know."""
    return Style(lang if lang in LANGUAGES else "ja")


def html_language(language: str) -> str:
    """The value of `lang` in HTML: easy Japanese is Japanese."""
    return "ja" if language == "easy" else language


def asked(text: str, city: CityKnowledge, style: Style, about: str, at: datetime, standing: Standing) -> Told:
    """The answer to a question. `about` is the id under which it is written down, or empty."""
    masked = mask(text[:QUESTION_LIMIT])
    inbound = Inbound(
        id=about, kind=InboundKind.TEXT, municipality=city.municipality, at=at, text=masked.text, masked=masked.kinds
    )
    return _told(inbound, city, style, standing)


def tapped(code: str, city: CityKnowledge, style: Style, at: datetime, standing: Standing) -> Told:
    """The answer to a button; `code` is its choice's `data`."""
    inbound = Inbound(id="", kind=InboundKind.TAP, municipality=city.municipality, at=at, data=code)
    return _told(inbound, city, style, standing)


def _told(inbound: Inbound, city: CityKnowledge, style: Style, standing: Standing) -> Told:
    with timed("lookup"):
        turn = take_turn(inbound, Person(style), city)
    if turn.recognition is not None:
        DECISIONS.labels("lookup", turn.recognition.decision).inc()
    assert turn.reply is not None, "texts and taps are always replied to"  # noqa: S101
    return Told(reply_under(standing, turn.reply, city, style), turn.recognition, turn.style, turn.feedback)
