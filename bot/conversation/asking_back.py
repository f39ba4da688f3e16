"""Asking back: which of a few entries is meant, or just which situation with the card where two are as likely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bot.intents import Candidate
from bot.intents.situations import Situation, situation_of
from bot.responses import compose
from bot.responses.compose import Style
from bot.responses.phrases import phrase
from bot.responses.reply import Choice, Reply
from knowledge.schema import Entry

SHOWN = 3
AS_LIKELY = 2.0
"""Up to how many times likelier than the second the first may be for both to count as equally likely."""


def ask_back(candidates: Sequence[Candidate], entries: Sequence[Entry], style: Style, about: str) -> Reply:
    """The question back. `entries` are those of the candidates that are published, in the same order."""
    shown = entries[:SHOWN]
    reply = compose.ask(shown, style=style, about=about)
    if style.language not in ("ja", "easy") or not _two_situations(candidates):
        return reply
    labels = [_label(entry.topic) for entry in shown]
    once = Counter(labels)
    options = (
        _labelled(option, label) if label and once[label] == 1 else option
        for option, label in zip(reply.options, labels, strict=False)
    )
    return reply.model_copy(
        update={
            "body": phrase("which_situation", style.language),
            "options": (*options, *reply.options[len(shown) :]),
        }
    )


def _two_situations(candidates: Sequence[Candidate]) -> bool:
    """Whether the first two are about different situations with the card and about as likely as each other."""
    if len(candidates) < 2:
        return False
    one, other = candidates[:2]
    labels = _label(one.topic), _label(other.topic)
    return all(labels) and labels[0] != labels[1] and one.confidence <= AS_LIKELY * other.confidence


def _label(topic: str) -> str:
    """The name of the first situation that a topic is written for; empty where it has none."""
    named = situation_of(topic)
    first = next((s for s in Situation if s in named), None)
    return phrase(f"situation_{str(first.name).lower()}") if first is not None else ""


def _labelled(option: Choice, label: str) -> Choice:
    return option.model_copy(update={"label": label, "says": f"{label}: {option.says}"})
