"""The load benchmark: `make bench-load`. Prints its tables, to be put into docs/performance.md.

Everything runs on this machine, each part in processes of its own: the generator (traffic.py), what takes LINE's place
(sink.py), the database, and one after another the echo of the SDK's examples and まどぐち in each of its forms.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # these programs are no package; they share modules all the same

from databases import Postgresql, Sqlite, postgresql
from measuring import Bench, Measured, Size, send
from processes import machine
from report import Around, lines, put
from services import FORMS, SECRET, Form, service, sink
from traffic import Plan

CITIES = ("fuchu", "kadoma", "kokubunji", "musashino", "oyama")
QUICK = Size(events=600, seconds=5)
SMOKE = Size(events=60, seconds=1, rate=40)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    asked = _asked(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("止められました。"))  # what was started ends too
    size = SMOKE if asked.smoke else QUICK if asked.quick else Size()
    names = asked.only or (["echo", "sqlite"] if asked.smoke else [form.name for form in FORMS])
    forms = [form for form in FORMS if form.name in names]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        printed = "\n".join(lines(*_measure(forms, size, Path(folder), stack)))
    print(printed)
    if asked.write:
        put(printed, asked.write)


def _asked(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--quick", action="store_true", help="600 events, 5 seconds: a first look")
    parser.add_argument("--smoke", action="store_true", help="a few events, to see that it works")
    parser.add_argument("--only", nargs="+", choices=[form.name for form in FORMS], help="only these rows")
    parser.add_argument("--write", type=Path, help="put the tables into this page too (docs/performance.md)")
    return parser.parse_args(arguments)


def _measure(forms: Sequence[Form], size: Size, folder: Path, stack: ExitStack) -> tuple[list[Measured], Size, Around]:
    databases: dict[str, Sqlite | Postgresql] = {}
    if any(form.database == "sqlite" for form in forms):
        databases["sqlite"] = Sqlite(folder)
    said = "－"
    if any(form.database == "postgresql" for form in forms):
        server = databases["postgresql"] = stack.enter_context(postgresql(folder))
        said = server.settings()
    taker, api = stack.enter_context(sink(folder))
    pids = databases["postgresql"].pids if "postgresql" in databases else tuple
    bench = Bench(api, taker, CITIES, size, pids)
    alone = _alone(api, size)
    found = []
    for form in forms:
        print(f"… {form.title}", file=sys.stderr, flush=True)
        with service(form, api, CITIES, databases, folder) as running:
            found.append(bench.measure(form, running))
    rows = {}
    if isinstance(server := databases.get("postgresql"), Postgresql) and "postgresql" in {form.name for form in forms}:
        rows = server.row_sizes("postgresql")
    return found, size, Around(machine(), said, alone, rows)


def _alone(api: str, size: Size) -> float:
    """Webhooks a second that the generator sends straight to the sink, which refuses them: how quick both are."""
    sent, _ = send(Plan(int(api.rsplit(":", 1)[1]), list(CITIES), SECRET, "alone", size.events))
    return len(sent) / (max(s["acknowledged"] for s in sent) - min(s["due"] for s in sent))


if __name__ == "__main__":
    main()
