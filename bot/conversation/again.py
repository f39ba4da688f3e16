"""Somebody who asks the same again and again is offered a person."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.city import CityKnowledge
from bot.conversation.turn import Turn
from bot.responses.compose import Style, counter_buttons, named
from bot.responses.phrases import phrase

TIMES = 3
MOST_BUTTONS = 4


def with_a_person(turn: Turn, times: int, city: CityKnowledge, style: Style) -> Turn:
    """The turn with the counter's telephone first, when the question was asked for the third time (`times`, this
    one counted) within the memory of the conversation."""
    if turn.reply is None or turn.recognition is None or times < TIMES:
        return turn
    buttons = dict.fromkeys((*counter_buttons(city.pack, city.counter), *turn.reply.buttons))
    notice = phrase("asked_again", style.language, counter=named(city.counter))
    return replace(
        turn,
        reply=turn.reply.model_copy(
            update={"notices": (notice, *turn.reply.notices), "buttons": tuple(buttons)[:MOST_BUTTONS]}
        ),
    )
