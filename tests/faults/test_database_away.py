"""The database is stopped and started again; no process of the service is."""

from __future__ import annotations

from collections.abc import Callable

from postgres import Postgres
from programs import until
from world import SOAK, Count, World


def test_the_database_goes_away_and_comes_back(world: World, server: Postgres, count: Callable[..., Count]) -> None:
    before = [program.starts for program in world.programs]
    with count(world, seed=8) as crowd, crowd.citizens.talking(200 * SOAK, 25.0):
        until(lambda: len(crowd.citizens.told) > 40, "people write")
        server.stop()
        until(lambda: {p.ready() for p in world.programs} == {503}, "every process tells that it is not ready", 30)
        unheard = crowd.citizens.happen()
        assert crowd.citizens.tell([unheard]) >= 500, "LINE is told to come again"
        server.start()
        until(lambda: {p.ready() for p in world.programs} == {200}, "every process is ready again", 30)
        crowd.citizens.tell_until_heard(unheard)
    assert crowd.figures.acknowledged == len(crowd.citizens.told)
    assert crowd.figures.answered >= 120 * SOAK, crowd.figures
    assert [program.starts for program in world.programs] == before, "nobody started anything anew"
