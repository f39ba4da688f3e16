"""What is counted of questions, and the rates that follow from the counts: each by itself, none hides another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from bot.statistics.shares import Share


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of the questions of a city, a day, an entry …

    `answered`, `asked_back`, `referred` (not answered here, and whom to ask was said) and `unanswered` add up to
    `questions`. `chosen` and `none_of_these` are what became of asking back; `solved` and `unsolved` what people said.
    `people` are different known people; `unknown` questions came from pages that know nobody. `typing` shows signs of
    trouble with typing; `out_of_hours` came while the counter was closed.
    """

    questions: int = 0
    answered: int = 0
    asked_back: int = 0
    referred: int = 0
    unanswered: int = 0
    chosen: int = 0
    none_of_these: int = 0
    solved: int = 0
    unsolved: int = 0
    typing: int = 0
    out_of_hours: int = 0
    unknown: int = 0
    people: int = 0

    @property
    def answer_rate(self) -> Share:
        """回答率: something else than 「答えられません」, which says nothing about whether it was right."""
        return Share(self.answered + self.asked_back, self.questions)

    @property
    def ask_rate(self) -> Share:
        """聞き返し率."""
        return Share(self.asked_back, self.questions)

    @property
    def choice_rate(self) -> Share:
        """Of the questions asked back: those where one of the candidates was picked."""
        return Share(self.chosen, self.asked_back)

    @property
    def solved_rate(self) -> Share:
        """解決率: of those who said whether it helped."""
        return Share(self.solved, self.solved + self.unsolved)

    @property
    def typing_rate(self) -> Share:
        """入力につまずいた割合."""
        return Share(self.typing, self.questions)

    @property
    def out_of_hours_rate(self) -> Share:
        """Questions while the counter was closed."""
        return Share(self.out_of_hours, self.questions)

    @property
    def exposed(self) -> int:
        """How many people at least a count speaks of; a question of nobody known counts as a person of its own."""
        return self.people + self.unknown


COUNTED = tuple(field.name for field in fields(Tally) if field.name != "people")
"""What adds up. People don't: one person asks on several days."""


def together(tallies: Iterable[Tally], people: int = 0) -> Tally:
    """The sum; `people` can't be summed and is given."""
    found = list(tallies)
    return Tally(**{name: sum(getattr(t, name) for t in found) for name in COUNTED}, people=people)


@dataclass(frozen=True, slots=True)
class Judged:
    """What staff said of answers drawn at random: the right one, a wrong one, or none should have been given."""

    right: int = 0
    wrong: int = 0
    overreached: int = 0

    @property
    def judged(self) -> int:
        """How many were judged."""
        return self.right + self.wrong + self.overreached

    @property
    def right_rate(self) -> Share:
        """正答率, of the answers drawn."""
        return Share(self.right, self.judged)

    @property
    def wrong_rate(self) -> Share:
        """誤答率: another entry was the right one."""
        return Share(self.wrong, self.judged)

    @property
    def overreach_rate(self) -> Share:
        """答えるべきでなかった割合: no entry was."""
        return Share(self.overreached, self.judged)


def judged_together(found: Iterable[Judged]) -> Judged:
    """The sum."""
    rows = list(found)
    return Judged(*(sum(getattr(j, name) for j in rows) for name in ("right", "wrong", "overreached")))
