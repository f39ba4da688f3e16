"""What stands over every answer: a pause of the service, and notices such as 災害のお知らせ."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.conversation.city import CityKnowledge
from bot.conversation.turn import Turn
from bot.responses import compose
from bot.responses.compose import Style
from bot.responses.reply import Reply

EMERGENCY_TOPIC = "conversation/emergency"


@dataclass(frozen=True, slots=True)
class Standing:
    """`pause` is the message while the service rests; `notices` are put above every answer."""

    pause: str | None = None
    notices: tuple[str, ...] = ()


def under(standing: Standing, turn: Turn, city: CityKnowledge, style: Style) -> Turn:
    """The turn as it is told while `standing` holds. Danger is answered even during a pause."""
    if turn.reply is None:
        return turn
    return replace(turn, reply=reply_under(standing, turn.reply, city, style))


def reply_under(standing: Standing, reply: Reply, city: CityKnowledge, style: Style) -> Reply:
    """The same for a reply."""
    if standing.pause is not None and reply.topic != EMERGENCY_TOPIC:
        reply = compose.notice(standing.pause, style=style, buttons=compose.counter_buttons(city.pack, city.counter))
    return reply.model_copy(update={"notices": (*standing.notices, *reply.notices)}) if standing.notices else reply
