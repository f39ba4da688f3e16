"""Every reply before LINE's own check: in batches, each kind once, and every refusal with the name of its reply."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels.line.account import VALIDATED_AT_ONCE, Refusal
from bot.channels.line.messages import to_line
from bot.conversation.repertoire import Told

Json = dict[str, Any]
Validate = Callable[[Sequence[Json]], Sequence[Refusal]]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The messages of a reply, and the name of the reply."""

    name: str
    messages: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome for one batch: how many replies it had, and what was refused, by the name of the reply."""

    replies: int
    refused: tuple[tuple[str, Refusal], ...] = ()


def rendered(told: Iterable[Told]) -> Iterator[Rendered]:
    """The replies as LINE messages; of equal ones only the first."""
    seen = set()
    for item in told:
        messages = tuple(to_line(item.reply))
        key = json.dumps(messages, sort_keys=True)
        if key not in seen:
            seen.add(key)
            yield Rendered(item.name, messages)


def batches(items: Iterable[Rendered]) -> Iterator[tuple[Rendered, ...]]:
    """Replies side by side, as many as one request takes; the messages of a reply stay together."""
    batch: list[Rendered] = []
    for item in items:
        if batch and sum(len(b.messages) for b in batch) + len(item.messages) > VALIDATED_AT_ONCE:
            yield tuple(batch)
            batch = []
        batch.append(item)
    if batch:
        yield tuple(batch)


def check(items: Iterable[Rendered], validate: Validate) -> Iterator[Checked]:
    """Has every batch validated; the replies of a refused one are asked for one by one, so that names are sure."""
    for batch in batches(items):
        if not validate([message for item in batch for message in item.messages]):
            yield Checked(len(batch))
        else:
            refused = [(item.name, refusal) for item in batch for refusal in validate(item.messages)]
            yield Checked(len(batch), tuple(refused))
