"""kill -9 of anything at random moments, while people write."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import pytest
from postgres import Postgres
from road import Fault
from world import SOAK, Count, World

EVENTS = 500 * SOAK
RATE = 30.0


def test_kill_9_of_anything(world: World, server: Postgres, count: Callable[..., Count]) -> None:
    """Web, worker and the whole of PostgreSQL, by chance; each starts again at once, as supervisors do it."""
    chance = random.Random(11)
    victims = [*world.programs, server] * SOAK
    chance.shuffle(victims)
    with count(world, seed=1, name="kill_9[postgresql]") as crowd:
        with crowd.citizens.talking(EVENTS, RATE):
            for victim in victims:
                time.sleep(chance.uniform(0.3, 1.5))
                if victim is server or victim.alive:
                    victim.kill()
                    victim.start()
                world.supervise()
        world.start()
    assert crowd.figures.acknowledged == EVENTS
    assert crowd.figures.answered >= EVENTS * 0.6, crowd.figures


def test_kill_9_of_the_one_process(village: World, count: Callable[..., Count]) -> None:
    """SQLite: receiving, answering and the database are one process."""
    chance = random.Random(12)
    (program,) = village.programs
    with count(village, seed=2, name="kill_9[sqlite]") as crowd:
        with crowd.citizens.talking(EVENTS // 2, RATE) as they_talk:
            for _ in range(3 * SOAK):
                time.sleep(chance.uniform(0.2, 1.0))
                program.kill()
                program.start()
                if they_talk():
                    program.wait()
        village.start()
    assert crowd.figures.acknowledged == EVENTS // 2
    assert crowd.figures.answered >= EVENTS // 2 * 0.6, crowd.figures


@pytest.mark.parametrize("victim", ["worker", "web"])
def test_kill_9_with_replies_under_way(world: World, count: Callable[..., Count], victim: str) -> None:
    """Killed while LINE has replies that it has not answered: taken or not, nobody hears twice or is forgotten."""
    with count(world, seed=3 if victim == "web" else 4) as crowd:
        world.line.road.order(Fault.LATE, 0.5)
        with crowd.citizens.talking(60 * SOAK, 60.0):
            time.sleep(0.5)
            for program in world.workers if victim == "worker" else world.webs:
                program.kill()
            world.line.road.order(None)
            world.start()
    assert crowd.figures.answered >= 30 * SOAK, crowd.figures
