"""LINE tells again and again: by several processes at once, in any order, in bodies of any size."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from traffic import Told
from world import SOAK, Count, World

EVENTS = 100 * SOAK
TIMES = 20


def _bodies(told: list[Told], chance: random.Random) -> list[list[Told]]:
    """Each event twenty times, shuffled, one to five in a body."""
    deliveries = told * TIMES
    chance.shuffle(deliveries)
    bodies: list[list[Told]] = []
    while deliveries:
        size = chance.randint(1, 5)
        bodies.append(list({item.id: item for item in deliveries[:size]}.values()))
        del deliveries[:size]
    return bodies


def test_redelivery_storm(world: World, count: Callable[..., Count]) -> None:
    chance = random.Random(6)
    with count(world, seed=6) as crowd:
        told = [crowd.citizens.happen() for _ in range(EVENTS)]
        with ThreadPoolExecutor(16) as threads:
            urls = [web.url for web in world.webs]
            statuses = list(threads.map(lambda b: crowd.citizens.tell(b, chance.choice(urls)), _bodies(told, chance)))
    assert set(statuses) == {200}
    skipped = sum(item.token is None for item in told)
    assert (crowd.figures.answered, crowd.figures.ended) == (EVENTS - skipped, {"skipped": skipped})
    assert crowd.figures.repeats == 0, "no reply was even tried twice"
