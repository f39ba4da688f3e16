"""What became of every event: the one promise, counted."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from traffic import Told

from bot.channels.line.standin import SentReply
from bot.inbox import State
from bot.tables import InboxRow

ENDED = (State.SKIPPED, State.EXPIRED, State.UNDELIVERED, State.FAILED)


@dataclass
class Figures:
    """Events of one test. `lost` and `doubled` are ids; `repeats`: replies that LINE refused as given before."""

    name: str
    sent: int = 0
    deliveries: int = 0
    acknowledged: int = 0
    answered: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    repeats: int = 0
    seconds: float = 0.0


def judge(name: str, tolds: Sequence[Told], rows: Mapping[str, InboxRow], replies: Iterable[SentReply]) -> Figures:
    """Each acknowledged event was answered exactly once, or its row ended with a reason; nothing twice."""
    tokens = Counter(reply.reply_token for reply in replies)
    figures = Figures(name, len(tolds), sum(len(told.statuses) for told in tolds))
    for told in tolds:
        figures.acknowledged += told.acknowledged
        _one(figures, told, rows.get(told.id), tokens[told.token] if told.token else 0)
    if pushed := tokens[""]:
        figures.doubled.append(f"{pushed} messages without a reply token")
    return figures


def _one(figures: Figures, told: Told, row: InboxRow | None, replies: int) -> None:
    if replies > 1:
        figures.doubled.append(told.id)
    if row is None:
        if told.acknowledged or replies:
            figures.lost.append(f"{told.id}: no row, statuses {told.statuses}")
    elif row.state in ENDED and row.finished_at is not None and (row.detail or row.state != State.FAILED):
        figures.ended[row.state] += 1
    elif row.state == State.SENT and replies == 1:
        figures.answered += 1
    else:
        figures.lost.append(f"{told.id}: {row.state} ({row.detail}), {replies} replies, {row.attempts} attempts")


COLUMNS = (
    "試験",
    "出来事",
    "配達",
    "受け付けた",
    "一度答えた",
    "わけつきで終わった",
    "失った",
    "二度答えた",
    "断られた重複",
    "秒",
)


def table(all_figures: Sequence[Figures]) -> list[str]:
    """The figures as lines of text, with a sum."""
    lines = [COLUMNS, *(_cells(figures) for figures in [*all_figures, _sum(all_figures)])]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return ["  ".join(_padded(cell, width) for cell, width in zip(line, widths, strict=True)) for line in lines]


def _cells(figures: Figures) -> tuple[str, ...]:
    ended = " ".join(f"{state} {count}" for state, count in sorted(figures.ended.items())) or "0"
    counts = (figures.sent, figures.deliveries, figures.acknowledged, figures.answered)
    faults = (len(figures.lost), len(figures.doubled), figures.repeats)
    return (figures.name, *map(str, counts), ended, *map(str, faults), f"{figures.seconds:.0f}")


def _sum(all_figures: Sequence[Figures]) -> Figures:
    total = Figures("合計")
    for figures in all_figures:
        for each in (f.name for f in fields(Figures) if f.name != "name"):
            setattr(total, each, getattr(total, each) + getattr(figures, each))
    return total


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
