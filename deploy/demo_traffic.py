"""Made-up traffic for trying: people, days and questions by chance, answered by the real recogniser.

The same seed makes the same traffic. Nothing of it comes from real people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from random import Random

import jpholiday

from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, Turn, take_turn
from bot.intents import Decision, Recognition, mask
from bot.records import Asked as Asking
from bot.records import utterance_row
from bot.statistics.flags import HELPER_REPORT
from bot.statistics.periods import Period
from bot.tables import UtteranceRow
from bot.web.static import JAPAN
from deploy.demo_texts import Asked, Repertoire, repertoire, some_question, typed_in_trouble

PREFIX = "demo-"
"""How the ids of made-up questions begin."""
_SHARES = (28, 22, 20, 16, 14)
"""How busy cities are, in order of their names."""
_HOURS = (2, 1, 1, 1, 1, 3, 8, 18, 34, 52, 62, 50, 38, 46, 54, 48, 42, 36, 30, 34, 38, 30, 16, 6)
_CLASS_HOURS = (10, 11, 13, 14, 15)
_REST = 0.6
"""How much is asked on a day off, next to a working day."""
_WHY = ("wrong", "wrong", "wrong", "hard", "old", "more")
_VISITS = 4
"""Questions a person has in a month, on average."""


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up question as it is stored, and the topics that would have been right."""

    row: UtteranceRow
    topics: frozenset[str]

    @property
    def right(self) -> bool:
        """Whether the entry that was shown is a right one."""
        return self.row.entry is not None and self.row.entry.split("/", 1)[1] in self.topics


def traffic(cities: Mapping[str, CityKnowledge], period: Period, events: int, seed: int) -> Iterator[Made]:
    """So many questions of the cities in these days."""
    chance = Random(seed)  # noqa: S311 - made-up traffic is to be repeatable
    names = sorted(cities)
    weights = [_SHARES[n % len(_SHARES)] for n in range(len(names))]
    towns = {name: _Town(cities[name], events * weights[n] // sum(weights), chance) for n, name in enumerate(names)}
    days = list(period.each_day())
    busy = [_business(day) for day in days]
    numbers = count(1)
    left = events
    while left > 0:
        town = towns[chance.choices(names, weights)[0]]
        day = chance.choices(days, busy)[0]
        for made in town.visit(day, f"{PREFIX}{seed}-", numbers, left):
            left -= 1
            yield made


def _business(day: date) -> float:
    return _REST if day.weekday() > 4 or jpholiday.is_holiday(day) else 1.0


class _Town:
    """A city, the people who ask there, and what they are told."""

    def __init__(self, city: CityKnowledge, questions: int, chance: Random) -> None:
        self._city = city
        self._chance = chance
        self._repertoire: Repertoire = repertoire(city, chance)
        self._people = [f"{chance.getrandbits(160):040x}" for _ in range(max(3, questions // _VISITS))]
        self._turn = cache(self._taken)

    def visit(self, day: date, prefix: str, numbers: Iterator[int], most: int) -> Iterator[Made]:
        """What one person asks, one thing after another."""
        channel = self._chance.choices(("line", "lookup", "class"), (72, 19, 9))[0]
        at = self._moment(day, channel)
        person = self._chance.choice(self._people) if channel == "line" else None
        for asked in self._questions()[:most]:
            yield self._made(asked, f"{prefix}{next(numbers):07}", channel, at, person)
            at += timedelta(seconds=self._chance.randrange(20, 150))

    def _questions(self) -> list[Asked]:
        if self._chance.random() < 0.02:
            return typed_in_trouble(self._chance)
        times = self._chance.choices((1, 2, 3, 5), (55, 28, 12, 5))[0]
        return [some_question(self._repertoire, self._chance) for _ in range(times)]

    def _moment(self, day: date, channel: str) -> datetime:
        hours = self._chance.choices(range(24), _HOURS)[0] if channel != "class" else self._chance.choice(_CLASS_HOURS)
        minute, second = self._chance.randrange(60), self._chance.randrange(60)
        return datetime.combine(day, time(hours, minute, second), JAPAN)

    def _made(self, asked: Asked, number: str, channel: str, at: datetime, person: str | None) -> Made:
        turn = self._turn(asked.text)
        if turn.recognition is None or turn.reply is None:  # a wish for another language, an empty text
            plain = Recognition(mask(asked.text).text, Decision.FALLBACK, 0.0, (), "nothing close")
            turn = Turn(turn.reply or self._turn("?").reply, plain)
        assert turn.recognition is not None  # noqa: S101 - for the type checker
        assert turn.reply is not None  # noqa: S101
        asking = Asking(number, self._city.municipality, channel, at, person, None, self._city.index.release)
        row = utterance_row(asking, turn.recognition, turn.reply)
        made = Made(row, asked.topics)
        row.verdict, row.reason = self._said(made)
        return made

    def _taken(self, text: str) -> Turn:
        masked = mask(text)
        noon = datetime.combine(date(2026, 10, 15), time(12), JAPAN)
        inbound = Inbound(
            id="demo", kind=InboundKind.TEXT, municipality=self._city.municipality, at=noon, text=masked.text,
            masked=masked.kinds,
        )  # fmt: skip
        return take_turn(inbound, Person(), self._city)

    def _said(self, made: Made) -> tuple[str | None, str | None]:
        """What the person tapped below the answer, if anything."""
        row, chance = made.row, self._chance
        if row.channel == "class":
            reported = row.decision == Decision.FALLBACK and chance.random() < 0.06
            return ("none of these", HELPER_REPORT) if reported else (None, None)
        if row.decision == Decision.ASK:
            return self._picked(made)
        if row.decision == Decision.FALLBACK or chance.random() > 0.3:
            return None, None
        if chance.random() < (0.9 if made.right else 0.2):
            return "solved", None
        return "not solved", chance.choice(_WHY) if chance.random() < 0.7 else None

    def _picked(self, made: Made) -> tuple[str | None, str | None]:
        shown = [str(c["entry"]) for c in made.row.candidates]
        fitting = next((entry for entry in shown if entry.split("/", 1)[1] in made.topics), None)
        if self._chance.random() < 0.25:
            return None, None
        return ("chosen", fitting) if fitting else ("none of these", None)
