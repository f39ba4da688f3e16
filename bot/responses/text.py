"""The reply as plain text: for the CLI, for screen readers, for tests."""

from __future__ import annotations

from bot.responses.phrases import phrase
from bot.responses.reply import Card, Reply


def plain_text(reply: Reply) -> str:
    """Everything the reply says, in reading order; choices that can only be tapped are left out."""
    parts = [*reply.notices]
    if reply.heading:
        parts.append(f"【{reply.heading}】")
    parts.append(reply.body)
    parts += [f"{number}. {step}" for number, step in enumerate(reply.steps, start=1)]
    parts += [f"・{option.says}" for option in reply.options]
    parts += [f"{button.label}: {button.value}" for button in reply.buttons]
    if reply.source:
        parts.append(f"{phrase('source', reply.language)}: {reply.source}")
    parts += [_card(card) for card in reply.cards]
    return "\n".join(parts)


def _card(card: Card) -> str:
    buttons = (f"{button.label}: {button.value}" for button in card.buttons)
    return "\n".join(["", f"■ {card.title}", *card.lines, *buttons, *filter(None, (card.note,))])


def summary(reply: Reply, limit: int) -> str:
    """One paragraph for notifications and screen readers, at most `limit` UTF-16 units."""
    spoken = " ".join(part for part in (reply.heading, reply.body, *reply.steps) if part)
    return clip(" ".join(spoken.split()), limit)


def utf16_length(text: str) -> int:
    """Length as LINE counts it: UTF-16 code units, so that an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clip(text: str, limit: int) -> str:
    """The text, cut with … so that it has at most `limit` UTF-16 units."""
    if utf16_length(text) <= limit:
        return text
    kept, used = [], 1
    for character in text:
        used += utf16_length(character)
        if used > limit:
            break
        kept.append(character)
    return "".join(kept) + "…"
