"""The clock jumps while events are under way: nothing waits for ever, nothing is answered twice."""

from __future__ import annotations

from collections.abc import Callable

from road import Fault
from world import SOAK, Count, World

MINUTES, DAY = 600.0, 86_400.0
EVENTS = 30 * SOAK
Moved = tuple[World, Callable[[float], None]]


def test_the_clock_jumps(moved: Moved, count: Callable[..., Count]) -> None:
    """Forwards and back, by ten minutes and by a day, each with replies that wait to be tried again."""
    world, move = moved
    for number, offset in enumerate((MINUTES, 0.0, DAY, 0.0, -MINUTES, -DAY, 0.0)):
        with count(world, seed=30 + number, name=f"clock_jumps_to[{offset:+.0f} s]") as crowd:
            world.line.road.order(Fault.BROKEN, 0.7)
            with crowd.citizens.talking(EVENTS, 60.0):
                pass
            move(offset)
            world.line.road.order(None)
            with crowd.citizens.talking(EVENTS, 60.0):
                pass
        assert crowd.figures.answered >= EVENTS * 0.8, crowd.figures
        assert crowd.figures.seconds < 60, "nothing waits until the clock comes round"
