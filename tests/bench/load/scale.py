"""Every municipality of the country in one process: `make bench-scale`. Prints a table, to be put into
docs/performance.md.

The measuring happens in a fresh process that does nothing else (`scale.py --measure ADDRESS …`).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parent))  # these programs are no package; they share modules all the same

from country import MUNICIPALITIES, country
from databases import Postgresql, Sqlite, postgresql
from processes import machine, memory
from report import BEGIN, END, SCALE, put

from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, take_turn
from bot.evaluation.questions import read_questions
from bot.library import MOST_CITIES, Library
from deploy import clock
from deploy.words import lexicon
from knowledge.database import Database
from knowledge.editing import add_revision, find_entry, publish, published_revision
from knowledge.schema import COMMON, Entry

QUESTIONS = Path(__file__).parents[2] / "bot/intents/questions.tsv"
RELEASES = 5
ASKED = 2_000
Numbers = dict[str, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Fills databases, measures each in a process of its own, prints the table."""
    asked = _asked(arguments)
    if asked.measure:
        measuring = Measuring(asked.measure, asked.questions)
        print(json.dumps(measuring.bounded() if asked.bounded else measuring.whole()))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("止められました。"))  # what was started ends too
    fill = country(asked.cities, asked.entries)
    with tempfile.TemporaryDirectory() as folder:
        found = {"SQLite": _measured(Sqlite(Path(folder), fill), asked.questions, bounded=asked.sqlite)}
        if not asked.sqlite:
            with postgresql(Path(folder), fill) as server:
                found["PostgreSQL"] = _measured(server, asked.questions, bounded=True)
    printed = "\n".join(_lines(found, asked.cities, asked.entries))
    print(printed)
    if asked.write:
        put(printed, asked.write)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--cities", type=int, default=MUNICIPALITIES)
    parser.add_argument("--entries", type=int, default=10, help="entries of its own in each city")
    parser.add_argument("--questions", type=int, default=ASKED)
    parser.add_argument("--sqlite", action="store_true", help="on SQLite only")
    parser.add_argument("--write", type=Path, help="put the table into this page too (docs/performance.md)")
    parser.add_argument("--measure", metavar="ADDRESS", help="measure this database in this process")
    parser.add_argument("--bounded", action="store_true", help="as many cities kept as usual, and not all")
    return parser.parse_args(arguments)


def _measured(database: Sqlite | Postgresql, questions: int, *, bounded: bool) -> Numbers:
    """With every city kept, and (it costs the same on each database) with as many as usual: a process each."""
    url = database.fresh("country")
    whole = _child("--measure", url, "--questions", str(questions))
    less = ("--measure", url, "--questions", str(max(questions // 2, 2)), "--bounded")
    return whole | (_child(*less) if bounded else {})


def _child(*arguments: str) -> Numbers:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    found: Numbers = json.loads(done.stdout)
    return found


class Measuring:
    """Measures one database. Times in seconds, memory in megabytes."""

    def __init__(self, url: str, questions: int) -> None:
        self._database = Database(url)
        self._questions = questions
        self._texts = [q.utterance for q in read_questions(QUESTIONS.read_text(encoding="utf-8"))]
        self._words = lexicon()
        self._chance = random.Random(1)
        self._cities: tuple[str, ...] = ()

    def bounded(self) -> Numbers:
        """With as many cities kept as the setting has unless somebody changes it."""
        with self._database.reading() as session:
            self._cities = Library(self._words, clock.today).published(session).municipalities
        return self._bounded("anywhere", self._anywhere()) | self._bounded("by size", self._by_size())

    def whole(self) -> Numbers:
        """With every city kept."""
        library = Library(self._words, clock.today, most_cities=100_000)
        found = {"started": resident()}
        with self._database.reading() as session:
            found["load"] = timed(lambda: library.published(session))
            self._cities = library.published(session).municipalities
        found |= {"loaded": resident()}
        found |= self._made(library)
        found |= named("all", self._answers(library, self._anywhere()))
        found |= self._releases(library)
        return found

    def _made(self, library: Library) -> Numbers:
        """Memory and time of making the first city, a hundred, and all."""
        held, taken = [], []
        for number, city in enumerate(self._cities, 1):
            with self._database.reading() as session:
                taken.append(timed(lambda: library.city(session, city)))  # noqa: B023 - called at once
            if number in (1, 100, len(self._cities)):
                held.append(resident())
        memories = {"one": held[0], "hundred": held[1], "every": held[-1]}
        return {**memories, "making": median(taken), "making all": sum(taken)}

    def _answers(self, library: Library, cities: Iterator[str]) -> list[float]:
        """The time of each answer: release looked up, city found or made, question understood, reply composed."""
        return [self._answer(library, next(cities)) for _ in range(self._questions)]

    def _answer(self, library: Library, city: str) -> float:
        text = self._chance.choice(self._texts)
        inbound = Inbound(id="x", municipality=city, kind=InboundKind.TEXT, at=clock.now(), text=text)

        def answer() -> object:
            with self._database.reading() as session:
                return take_turn(inbound, Person(), library.city(session, city))

        return timed(answer)

    def _releases(self, library: Library) -> Numbers:
        """From the commit of a release until the first answer with it; and what the next city's first answer takes."""
        found: dict[str, list[float]] = {"city": [], "beside": [], "common": [], "after common": []}
        for number in range(RELEASES):
            mine, other = self._chance.sample(self._cities, 2)
            own = self._first_entry(library, mine)
            self._release(own, number)
            found["city"].append(self._answer(library, mine))
            found["beside"].append(self._answer(library, other))
        for number in range(RELEASES):
            mine, other = self._chance.sample(self._cities, 2)
            self._release(f"{COMMON}/mynumber-card/lost-card", number)
            found["common"].append(self._answer(library, mine))
            found["after common"].append(self._answer(library, other))
        return {f"release {name}": median(times) for name, times in found.items()}

    def _first_entry(self, library: Library, city: str) -> str:
        with self._database.reading() as session:
            return library.published(session).entries_of(city)[0].id

    def _release(self, entry: str, number: int) -> None:
        with self._database.writing() as session:
            row = find_entry(session, entry, lock=True)
            revision = published_revision(session, row)
            assert revision is not None
            text = Entry.model_validate(revision.content)
            changed = text.model_copy(update={"phrasings": (*text.phrasings, f"新しい聞き方その{number}")})
            written = add_revision(session, row, changed, author="bench", note="", at=clock.now())
            publish(session, {entry: written.id}, author="bench", reason="bench", at=clock.now())

    def _bounded(self, name: str, cities: Iterator[str]) -> Numbers:
        library = Library(self._words, clock.today)
        with self._database.reading() as session:
            library.published(session)
        for _ in range(min(MOST_CITIES, len(self._cities))):
            self._answer(library, next(cities))
        found = named(name, self._answers(library, cities))
        return {**found, f"{name} memory": resident()}

    def _anywhere(self) -> Iterator[str]:
        while True:
            yield self._chance.choice(self._cities)

    def _by_size(self) -> Iterator[str]:
        """Cities as if the n-th largest had 1/n of the largest's people (Zipf)."""
        weights = list(accumulate(1 / rank for rank in range(1, len(self._cities) + 1)))
        while True:
            yield self._chance.choices(self._cities, cum_weights=weights)[0]


def timed(work: Callable[[], object]) -> float:
    """Seconds that it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def resident() -> float:
    """Megabytes of this process that are in memory."""
    gc.collect()
    return memory(os.getpid())[0]


def named(name: str, times: Sequence[float]) -> Numbers:
    """The times' middle, and what 99 of 100 took at most."""
    return {f"{name} p50": median(times), f"{name} p99": quantiles(times, n=100)[98]}


_ROWS: Sequence[tuple[str, Callable[[Numbers], str]]] = (
    ("公開中のものを読み、共通の索引を作る（起動のとき）", lambda n: f"{n['load']:.1f} 秒"),
    ("メモリー: 読み終えて、市はまだ一つも作っていない", lambda n: f"{n['loaded']:,.0f} MB"),
    (
        "メモリー: 1 市・100 市・すべての市の索引を作ったあと",
        lambda n: f"{n['one']:,.0f}・{n['hundred']:,.0f}・{n['every']:,.0f} MB",
    ),
    ("一つの市の索引づくり（初めて聞かれたとき）", lambda n: _ms(n["making"])),
    ("すべての市の索引づくり（続けて作ると）", lambda n: f"{n['making all']:,.0f} 秒"),
    ("答え: でたらめな市に聞く（すべて作ってある）p50 / p99", lambda n: _pair(n, "all")),
    ("一つの市の公開から、その市の最初の答えまで", lambda n: _ms(n["release city"])),
    ("その公開のあと、ほかの市の最初の答え", lambda n: _ms(n["release beside"])),
    ("共通パックの公開から、最初の答えまで", lambda n: _ms(n["release common"])),
    ("その公開のあと、次の市の最初の答え", lambda n: _ms(n["release after common"])),
    (f"{MOST_CITIES} 市だけ持つとき、でたらめな市に聞く p50 / p99", lambda n: _pair(n, "anywhere")),
    (f"{MOST_CITIES} 市だけ持つとき、大きい市ほど多く聞かれる p50 / p99", lambda n: _pair(n, "by size")),
    (
        f"メモリー: {MOST_CITIES} 市だけ持つとき",
        lambda n: f"{n['by size memory']:,.0f} MB" if "by size memory" in n else "－",
    ),
)


def _ms(seconds: float | None) -> str:
    if seconds is None:
        return "－"

    return f"{seconds:.1f} 秒" if seconds >= 1 else f"{seconds * 1e3:.1f} ミリ秒"


def _pair(found: Numbers, name: str) -> str:
    return f"{_ms(found.get(f'{name} p50'))} / {_ms(found.get(f'{name} p99'))}"


def _lines(found: dict[str, Numbers], cities: int, entries: int) -> Iterator[str]:
    yield BEGIN.format(SCALE)
    yield f"`{SCALE}`: {machine()}。{cities:,} 市区町村、それぞれ {entries} 項目、共通パックは本物。"
    yield ""
    yield f"| {cities:,} 市区町村を一つのプロセスで | {' | '.join(found)} |"
    yield "|---|" + "---|" * len(found)
    for title, shown in _ROWS:
        yield f"| {title} | {' | '.join(shown(numbers) for numbers in found.values())} |"
    yield END.format(SCALE)


if __name__ == "__main__":
    main()
