"""A small world: LINE outside, the service's real processes inside, one database. Tests break it and count."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from programs import Program, free_port, until
from road import Road
from sqlmodel import col, select
from traffic import CITY, QUESTIONS, SECRET, Citizens, Told
from verdict import Figures, judge

from bot.channels.line.standin import StandIn, create_standin_app
from bot.tables import InboxRow
from deploy import clock
from knowledge.database import Database
from knowledge.editing import add_revision, publish
from knowledge.published import Published
from knowledge.tables import CurrentReleaseRow, EntryRow, PackRow, SourceRow

SOAK = max(1, int(os.environ.get("MADOGUCHI_SOAK", "1")))
"""How many times the usual number of events and faults."""
SETTLED_SECONDS = 75.0
"""After the last fault every event has ended by then: the reply's deadline, a lease, a start."""
ALL: list[Figures] = []
"""What the run's summary shows."""
SHIFTED = (sys.executable, str(Path(__file__).with_name("shifted_clock.py")))


class Line:
    """LINE's stand-in in a thread of this process, and the road that leads to it."""

    def __init__(self) -> None:
        self.standin = StandIn()
        self.standin.add_channel(CITY, access_token="t")
        app = create_standin_app(self.standin)
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until(lambda: self._server.started, "the stand-in starts")
        self.road = Road(int(self._server.servers[0].sockets[0].getsockname()[1]))
        self.road.start()

    def refused(self) -> int:
        """Replies that were refused so far: their token was used, or is too old."""
        return sum(r.path.endswith("/reply") and r.status == 400 for r in list(self.standin.requests))

    def close(self) -> None:
        """Ends both."""
        self.road.close()
        self._server.should_exit = True
        self._thread.join(10)


@dataclass
class World:
    """Processes, database and LINE. `webs` are what LINE reaches."""

    folder: Path
    database: Database
    line: Line
    webs: list[Program] = field(default_factory=list)
    workers: list[Program] = field(default_factory=list)

    def citizens(self, seed: int) -> Citizens:
        """People, by seeded chance."""
        return Citizens(self.line.standin, [web.url for web in self.webs], seed)

    @property
    def programs(self) -> list[Program]:
        """All processes."""
        return [*self.webs, *(worker for worker in self.workers if worker not in self.webs)]

    def supervise(self) -> None:
        """Starts what does not run, as a supervisor does it: a process that starts without a database ends."""
        for program in self.programs:
            if not program.alive:
                program.start()

    def start(self) -> None:
        """Starts what does not run, and waits until all is ready."""
        self.supervise()
        for program in self.programs:
            program.wait()

    def stop(self) -> None:
        """Ends all processes."""
        for program in self.programs:
            program.stop()
        self.database.close()

    def rows(self, tolds: Sequence[Told]) -> dict[str, InboxRow]:
        """The inbox's rows of these events."""
        wanted = {told.id for told in tolds}
        with self.database.reading() as session:
            first = min(told.id for told in tolds)
            query = select(InboxRow).where(col(InboxRow.event_id) >= first[:8])
            return {row.event_id: row for row in session.exec(query).all() if row.event_id in wanted}

    def settle(self, tolds: Sequence[Told], seconds: float = SETTLED_SECONDS) -> dict[str, InboxRow]:
        """Waits until every event that is stored has ended; after `seconds` the rows are given as they are."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.rows(tolds)
            if all(row.finished_at for row in rows.values()) or time.monotonic() > deadline:
                return rows
            time.sleep(0.2)

    def count(self, name: str, tolds: Sequence[Told], *, refused: int, began: float) -> Figures:
        """The figures, when all has settled; fails when anything is lost or doubled, or a process gave up."""
        rows = self.settle(tolds)
        figures = judge(name, tolds, rows, list(self.line.standin.sent))
        figures.repeats = self.line.refused() - refused
        figures.seconds = time.monotonic() - began
        ALL.append(figures)
        assert not figures.lost, figures
        assert not figures.doubled, figures
        for program in self.programs:
            assert program.alive, f"{program.name} ended by itself: {program.log.read_text()[-3000:]}"
            log = program.log.read_text()
            assert not any(question in log for question in QUESTIONS), "logs carry no utterances"
        return figures


class Count:
    """Counts what happens in a test: `with Count(world, …) as crowd:`; `figures` are there afterwards."""

    def __init__(self, world: World, name: str, seed: int) -> None:
        self._world = world
        self._name = name
        self.citizens = world.citizens(seed)
        self.figures = Figures(name)

    def __enter__(self) -> Count:
        self._refused, self._began = self._world.line.refused(), time.monotonic()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.citizens.close()
        self._world.line.road.order(None)
        if kind is None:
            told = self.citizens.told
            self.figures = self._world.count(self._name, told, refused=self._refused, began=self._began)


def environment(database_url: str, line: Line, **more: str) -> dict[str, str]:
    """The settings of the service's processes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MADOGUCHI_")}
    return {
        **kept,
        "PYTHONSAFEPATH": "1",
        "MADOGUCHI_DATABASE_URL": database_url,
        "MADOGUCHI_HASH_KEY": "k" * 32,
        "MADOGUCHI_LINE_API": line.road.url,
        f"MADOGUCHI_LINE_{CITY.upper()}_CHANNEL_SECRET": SECRET,
        f"MADOGUCHI_LINE_{CITY.upper()}_ACCESS_TOKEN": "t",
        **more,
    }


def one_process(folder: Path, database_url: str, line: Line, **more: str) -> World:
    """Everything in one process, as on SQLite."""
    port = str(free_port())
    settings = environment(database_url, line, MADOGUCHI_PORT=port, **more)
    program = Program("serve", ("serve",), f"http://127.0.0.1:{port}", settings, folder / "serve.log")
    return World(folder, Database(database_url), line, [program], [program])


def many_processes(
    folder: Path, database_url: str, line: Line, *, webs: int, workers: int, command: Sequence[str] = (), **more: str
) -> World:
    """Receiving and answering apart, several of each, as on PostgreSQL."""
    world = World(folder, Database(database_url), line)
    for kind, variable, arguments, count, programs in (
        ("web", "MADOGUCHI_PORT", ("serve", "--no-worker"), webs, world.webs),
        ("worker", "MADOGUCHI_WORKER_PORT", ("worker",), workers, world.workers),
    ):
        for number in range(count):
            port, name = str(free_port()), f"{kind}{number}"
            settings = environment(database_url, line, **{variable: port}, **more)
            program = Program(name, arguments, f"http://127.0.0.1:{port}", settings, folder / f"{name}.log")
            program.command = command or program.command
            programs.append(program)
    return world


def fill(database: Database, published: Published) -> None:
    """Publishes a small knowledge base."""
    with database.writing() as session:
        at = clock.now()
        session.add(CurrentReleaseRow())
        session.add_all([PackRow(id=p.id, profile=p.model_dump(mode="json")) for p in published.packs.values()])
        facts = published.register.facts.values()
        session.add_all([SourceRow(id=f.id, content=f.model_dump(mode="json")) for f in facts])
        session.flush()
        changes = {}
        for item in published.entries:
            row = EntryRow(id=item.id, pack=item.pack, topic=item.entry.topic)
            session.add(row)
            session.flush()
            changes[row.id] = add_revision(session, row, item.entry, author="test", note="", at=at).id
        publish(session, changes, author="test", reason="first", at=at)
