"""An answer as LINE shows it: the real reply, through the real adapter, as the JSON that LINE would draw."""

from __future__ import annotations

from typing import Any

from bot.channels.line.messages import to_line
from bot.conversation.city import CityKnowledge
from bot.responses.compose import Style, answer, fallback, shown
from bot.responses.reply import Reply
from knowledge.elsewhere import is_elsewhere, matter_of
from knowledge.published import VisibleEntry
from knowledge.schema import Entry


def line_messages(reply: Reply) -> list[dict[str, Any]]:
    """The messages LINE gets for a reply; templates draw them with `line.html`."""
    return to_line(reply)


def answer_messages(entry: Entry, pack: str, city: CityKnowledge, style: Style) -> list[dict[str, Any]]:
    """The messages for an entry's answer, as if it were published; of one that says whom to ask, the refusal."""
    if is_elsewhere(entry):
        matter = matter_of(VisibleEntry(pack, entry))
        return line_messages(fallback(city.pack, city.counter, style=style, matter=matter))
    item = shown(VisibleEntry(pack, entry), dict(city.entries), city.register)
    return line_messages(answer(item, style=style, about=""))
