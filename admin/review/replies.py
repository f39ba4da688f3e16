"""What people were told, in the words of staff's pages."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.city import CityKnowledge
from bot.intents import Decision
from bot.tables import UtteranceRow

LIKELY = 15
"""Percent from which an entry is offered beside the question."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """An entry that was near. `percent` is the probability that it was meant, when the question was asked."""

    topic: str
    question: str
    percent: int


def told(row: UtteranceRow, city: CityKnowledge) -> str:
    """What was answered or offered, as a short Japanese sentence."""
    if row.decision == Decision.ANSWER:
        return f"「{_question(row.entry, city)}」と答えました"
    if row.decision == Decision.ASK:
        names = [_question(str(c["entry"]), city) for c in row.candidates]
        return f"{'、'.join(f'「{name}」' for name in names)}から選んでもらいました"
    matter = city.matters.get(row.matter or "")
    if matter is not None:
        return f"「{matter.name}」は{matter.counter or '市の窓口'}へ、と案内しました"
    return "答えがなく、窓口の電話を案内しました"


def worth_adding(row: UtteranceRow, city: CityKnowledge) -> list[Nearest]:
    """The one or two entries that the wording likely belongs to; not the one whose answer did not help."""
    told_already = row.entry.split("/", 1)[1] if row.entry else ""
    likely = [near for near in nearest(row, city) if near.percent >= LIKELY and near.topic != told_already]
    return likely[:2]


def nearest(row: UtteranceRow, city: CityKnowledge) -> list[Nearest]:
    """The nearest entries that there still are, the likeliest first."""
    topics = [(str(c["entry"]).split("/", 1)[1], float(c["confidence"])) for c in row.candidates]
    return [Nearest(t, city.entries[t].entry.question, round(p * 100)) for t, p in topics if t in city.entries]


def _question(entry: str | None, city: CityKnowledge) -> str:
    visible = city.entries.get(entry.split("/", 1)[1]) if entry else None
    return visible.entry.question if visible is not None else "今はない項目"
