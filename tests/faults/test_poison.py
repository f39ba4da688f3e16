"""An event that can't be answered, however often it is tried: it is parked with a reason, and the others go on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from traffic import CITY, Told
from world import SOAK, Count, World

from bot import inbox
from bot.conversation.inbound import Inbound, InboundKind
from bot.inbox import ATTEMPTS, Received, State
from bot.tables import InboxRow
from deploy import clock

ANSWERED = {"state": State.ANSWERED, "attempts": 1}
POISONS: Mapping[str, Mapping[str, Any]] = {
    "broken event": {"inbound": {"kind": "nonsense"}},
    "no event at all": {"inbound": []},
    "unknown city": {"inbound": {"municipality": "atlantis"}},
    "nothing a database takes": {"inbound": {"message": "9" * 500}},
    "broken reply": {**ANSWERED, "reply": {"nothing": "like a reply"}},
    "no reply at all": {**ANSWERED, "reply": None},
}


def _poison(world: World, told: Told, changes: Mapping[str, Any]) -> None:
    """The event as if it had come in, but for what is broken about it."""
    now = clock.now()
    inbound = Inbound(id=told.id, municipality=CITY, kind=InboundKind.TEXT, at=now, text="カードをなくした")
    values = dict(changes)
    if isinstance(values.get("inbound"), dict):
        values["inbound"] = {**inbound.model_dump(mode="json"), **values["inbound"]}
    with world.database.writing() as session:
        inbox.receive(session, [Received(inbound, told.token, now)])
        session.exec(update(InboxRow).where(col(InboxRow.event_id) == told.id).values(**values))


def test_poisoned_events(either: World, count: Callable[..., Count]) -> None:
    world = either
    with count(world, seed=50) as crowd:
        people = crowd.citizens
        with people.talking(60 * SOAK, 30.0):
            poisoned = {name: people.happen({"kind": "text", "text": "毒"}) for name in POISONS}
            for name, told in poisoned.items():
                _poison(world, told, POISONS[name])
        rows = world.settle(people.told)
    for name, told in poisoned.items():
        row = rows.pop(told.id)
        if name == "nothing a database takes" and world.database.is_sqlite:
            assert row.state == State.SENT, "SQLite takes anything"
            continue
        assert (row.state, row.reply_token) == (State.FAILED, None), (name, row.state, row.detail)
        assert row.detail, f"{name}: the reason stands there"
        assert row.attempts == ATTEMPTS, name
    late = {row.event_id: row.detail for row in rows.values() if row.state not in (State.SENT, State.SKIPPED)}
    assert not late, "nobody else noticed"
