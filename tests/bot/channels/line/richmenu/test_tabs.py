"""LINE tells the bot of every changed tab: nobody asked anything, so nothing is answered."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.channels.line.events import read_events
from bot.conversation.inbound import InboundKind
from bot.simulator.events import build_event

USER = "U" + "0" * 32
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def kind_of(wish: dict[str, str]) -> InboundKind:
    event = build_event(wish, USER, "token")
    (received,) = read_events([event], municipality="fuchu", pseudonym=lambda m, u: m + u[-1], now=NOW)
    return received.inbound.kind


def test_a_changed_tab_is_not_answered() -> None:
    assert kind_of({"kind": "switch", "alias": "madoguchi-card", "data": "tab=card"}) is InboundKind.IGNORED


def test_a_tile_is_answered() -> None:
    assert kind_of({"kind": "postback", "data": "do=human&of=&at="}) is InboundKind.TAP
