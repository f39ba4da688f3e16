"""An answer for class mode: one screen for the answer, one for each step. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.lookup.furigana import Segment, with_readings, without_readings
from bot.lookup.glossary import terms_in
from bot.lookup.links import Links
from bot.responses.reply import Choice, Reply
from bot.responses.signals import Signal, decode
from knowledge.glossary import Term
from knowledge.schema import Entry


@dataclass(frozen=True, slots=True)
class ClassLinks:
    """Addresses of class mode for one municipality; what was switched on (ふりがな) stays on."""

    links: Links
    kana: bool = False

    def to(self, path: str = "", /, **query: object) -> str:
        """A page of class mode. Values that are empty, 0 or false are left out."""
        kana = query.pop("kana", self.kana)
        given = {name: str(value) for name, value in query.items() if value}
        return self.links.to(f"/class{path}", **given, **({"kana": "1"} if kana else {}))

    def choice(self, choice: Choice) -> str:
        """Where a choice leads within class mode; empty for one that leads nowhere."""
        if not choice.data:
            return self.to(q=choice.says)
        tap = decode(choice.data)
        if tap is not None and tap.signal is Signal.TOPIC:
            return self.to(topic=tap.subject)
        return ""


@dataclass(frozen=True, slots=True)
class Screen:
    """What stands on the screen at once: the answer itself (`step` 0), or one step."""

    step: int
    lines: tuple[tuple[Segment, ...], ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """An answer, screen by screen. `shown` is the number of the screen to begin with; None shows all of them."""

    heading: tuple[Segment, ...]
    screens: tuple[Screen, ...]
    shown: int | None
    terms: tuple[Term, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    """Addresses behind QR codes: `page` on the learner's phone, `line` in the city's account."""

    @property
    def last(self) -> int:
        """The number of the last screen."""
        return len(self.screens) - 1


def lesson(reply: Reply, *, step: int, whole: bool, kana: bool, codes: Mapping[str, str]) -> Lesson:
    """The screens of an answer; a step beyond the last is the last."""
    body = tuple(segments(line, kana) for line in reply.body.split("\n") if line.strip())
    steps = [Screen(number, (segments(text, kana),)) for number, text in enumerate(reply.steps, start=1)]
    screens = (Screen(0, body), *steps)
    shown = None if whole or len(screens) == 1 else max(0, min(step, len(screens) - 1))
    return Lesson(segments(reply.heading, kana), screens, shown, terms_in(_text_of(reply)), codes)


def segments(text: str, kana: bool) -> tuple[Segment, ...]:
    """A text as pieces, with readings where they are wished."""
    return with_readings(text) if kana else without_readings(text)


def valid_until(entry: Entry) -> date:
    """The day until which a sheet of paper with this entry may be used: it is looked through then, or ends earlier."""
    return min(entry.review_by, entry.valid_until or entry.review_by)


def _text_of(reply: Reply) -> str:
    return "\n".join((reply.heading, reply.body, *reply.steps))
