"""LINE's side fails in every way it can; of some failures LINE has taken the reply and the service never hears."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from programs import until
from road import Fault
from world import SOAK, Count, World

EVENTS = 80 * SOAK
RATE = 40.0
SHARE = 0.4
BEFALLEN = EVENTS // 5


@pytest.mark.parametrize("fault", Fault, ids=lambda fault: fault.value)
def test_line_fails(world: World, count: Callable[..., Count], fault: Fault) -> None:
    """For a while a part of the replies meets the fault; then LINE is well again."""
    with count(world, seed=20 + list(Fault).index(fault)) as crowd:
        world.line.road.order(fault, SHARE, seed=2)
        with crowd.citizens.talking(EVENTS, RATE):
            pass
        until(lambda: world.line.road.happened[fault] >= BEFALLEN, f"{BEFALLEN} replies met the fault")
    # Who met no fault is answered, and most who did: they are tried again.
    assert crowd.figures.answered >= EVENTS * 0.7, crowd.figures


def test_line_is_away_and_comes_back(world: World, count: Callable[..., Count]) -> None:
    """Every reply fails for longer than a token is relied on: those end with a reason, later ones are answered."""
    with count(world, seed=19) as crowd:
        world.line.road.order(Fault.BROKEN)
        away = [crowd.citizens.happen({"kind": "text", "text": "カードをなくした"}) for _ in range(10)]
        for told in away:
            crowd.citizens.tell_until_heard(told)
        rows = world.settle(away, 45)
        world.line.road.order(None)
        with crowd.citizens.talking(20, RATE):
            pass
    # Who wrote twice waits for the first reply until both are too late: that one was never tried.
    reasons = {row.state: row.detail for row in rows.values()}
    assert set(reasons) <= {"undelivered", "expired"}
    assert reasons["undelivered"].startswith("HTTP 500"), "the reason is LINE's answer"
    assert len(rows) == 10
    assert crowd.figures.answered + crowd.figures.ended["skipped"] == 20
    assert crowd.figures.repeats == 0
