"""Addresses within a municipality's look-up page, in the language that somebody reads."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bot.conversation.city import CityKnowledge
from bot.conversation.turn import HUMAN_TOPIC
from bot.responses.reply import Choice
from bot.responses.signals import Signal, Tap, decode
from knowledge.published import VisibleEntry

_OPINIONS = frozenset({Signal.SOLVED, Signal.NOT_SOLVED, Signal.WHY, Signal.NONE_OF_THESE})
"""Taps that say something of an earlier answer: they are sent as a form, not followed as a link."""


def for_public(visible: VisibleEntry) -> bool:
    """Whether an entry is meant for people outside the city hall."""
    return bool({"citizen", "helper"} & set(visible.entry.audience))


def listed(visible: VisibleEntry) -> bool:
    """Whether it is something to look up, and no small talk."""
    return for_public(visible) and visible.entry.group != "conversation"


def is_opinion(choice: Choice) -> bool:
    """Whether this choice is a word about an answer that was written down."""
    tap = decode(choice.data)
    return tap is not None and bool(tap.about) and tap.signal in _OPINIONS


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses for one municipality and language."""

    city: CityKnowledge
    language: str = "ja"

    def to(self, path: str = "", /, **query: str) -> str:
        """A page below the municipality's; the language stays."""
        lang = {} if self.language == "ja" else {"lang": self.language}
        given = {**{name: value for name, value in query.items() if value}, **lang}
        return f"/lookup/{self.city.municipality}{path}" + (f"?{urlencode(given)}" if given else "")

    def entry(self, topic: str) -> str:
        """The page of an entry."""
        return self.to(f"/entries/{quote(topic)}")

    def choice(self, choice: Choice) -> str:
        """Where a choice leads; empty for one that leads nowhere but says something."""
        if not choice.data:
            return self.to(q=choice.says)
        tap = decode(choice.data)
        return self._tap(tap) if tap else ""

    def _tap(self, tap: Tap) -> str:
        if tap.signal is Signal.TOPIC:
            return self.entry(tap.subject)
        if tap.signal is Signal.GROUP:
            return self.to(f"/groups/{quote(tap.subject.partition(':')[0])}")
        if tap.signal is Signal.HUMAN:
            return self.entry(HUMAN_TOPIC) if HUMAN_TOPIC in self.city.entries else ""
        return self.to() if tap.signal in (Signal.MENU, Signal.FREQUENT) else ""
