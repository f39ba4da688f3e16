"""The reply as a value. Every channel shows the same one: LINE as Flex, the look-up page as HTML, the CLI as text."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class ReplyKind(StrEnum):
    """What a reply does."""

    ANSWER = "answer"
    ASK = "ask"
    FALLBACK = "fallback"
    NOTICE = "notice"


class Frozen(BaseModel):
    """Immutable values that are stored as JSON on the inbox row."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Button(Frozen):
    """A telephone number or an official page."""

    kind: Literal["tel", "link"]
    label: str
    value: str


class Choice(Frozen):
    """Something to tap instead of typing. `data` is what comes back (see `bot.responses.signals`); `says` is
    what the talk room shows as the person's own words."""

    label: str
    data: str
    says: str


class Card(Frozen):
    """One of several things to choose from: a session of a class, a place. `note` is small and comes last."""

    title: str
    lines: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    note: str = ""


class Reply(Frozen):
    """What a citizen is told.

    `notices` come first and apart from the answer (a warning, a disaster notice). `options` are the candidates of
    an ask-back; `choices` are the small next steps below. `cards` come after everything else. `source` is the
    citation line without its label.
    """

    kind: ReplyKind
    body: str
    heading: str = ""
    notices: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    options: tuple[Choice, ...] = ()
    choices: tuple[Choice, ...] = ()
    cards: tuple[Card, ...] = ()
    source: str = ""
    language: str = "ja"
    large: bool = False
    entry: str | None = None
    topic: str | None = None
