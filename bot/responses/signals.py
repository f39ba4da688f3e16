"""What buttons send back: short, readable strings that carry no free text (LINE allows 300 characters)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode


class Signal(StrEnum):
    """What a tap means."""

    TOPIC = "topic"
    NONE_OF_THESE = "none"
    SOLVED = "solved"
    NOT_SOLVED = "unsolved"
    WHY = "why"
    HUMAN = "human"
    MENU = "menu"
    GROUP = "group"
    FREQUENT = "frequent"


@dataclass(frozen=True, slots=True)
class Tap:
    """A signal with its subject (a topic, or a reason) and the id of the utterance it speaks of."""

    signal: Signal
    subject: str = ""
    about: str = ""

    def encode(self) -> str:
        """The tap as postback data."""
        return urlencode([("do", self.signal), ("of", self.subject), ("at", self.about)])


def decode(data: str) -> Tap | None:
    """The tap that the data stands for; None when it is not ours (an old button, another system)."""
    fields = dict(parse_qsl(data[:300], keep_blank_values=True))
    try:
        return Tap(Signal(fields.get("do", "")), fields.get("of", ""), fields.get("at", ""))
    except ValueError:
        return None
