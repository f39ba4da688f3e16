"""A list on its way in: kept as sent, its columns matched, compared with what there is. Pure but for `kept`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rapidfuzz import fuzz
from sqlmodel import Session

from admin.catalogues.shelves import Item
from admin.jobs.queue import JobState
from admin.jobs.tables import JobRow
from bot.responses.days import in_japan
from knowledge.listing_store import brought_places
from knowledge.listings import PackListings, SmartphoneClass
from knowledge.open_data.columns import (
    EVENT_COLUMNS,
    EVENT_NAMES,
    FACILITY_COLUMNS,
    FACILITY_NAMES,
    WIFI_COLUMNS,
    WIFI_NAMES,
    Layout,
    Names,
    column_key,
)
from knowledge.open_data.events import REQUIRED_COLUMNS, events_of
from knowledge.open_data.grid import Grid, rows_of
from knowledge.open_data.places import facilities_of, wifi_of
from knowledge.open_data.procedures import PROCEDURE_COLUMNS, PROCEDURE_NAMES, procedures_of
from knowledge.open_data.table import Row
from knowledge.reading import Problem

KIND = "listing-file"
_ALIKE = 82.0
_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("identification", "管理番号"),
    "code": ("prefCode", "団体コード"),
    "body_prefecture": ("pref",),
    "body_city": ("city",),
    "name": ("name", "スポット名", "設置場所", "場所"),
    "address": ("address", "所在地", "設置場所住所"),
    "building": ("katagaki",),
    "latitude": ("latitude", "lat", "Y座標"),
    "longitude": ("longitude", "lon", "lng", "X座標"),
    "owner": ("installer", "設置主体"),
    "tel": ("telephoneNumber", "電話", "問合せ電話番号"),
    "extension": ("extensionNumber",),
    "ssid": ("ネットワーク名",),
    "area": ("area", "利用可能エリア"),
    "url": ("referenceObject", "ホームページ", "リンク"),
    "note": ("note", "その他", "特記事項"),
    "title": ("講座名", "教室名", "タイトル", "催し"),
    "start_date": ("日にち", "日付", "実施日", "開催日時"),
    "start_time": ("時間", "開始"),
    "end_time": ("終了",),
    "place": ("会場", "会場名", "場所"),
    "content": ("内容", "概要"),
    "capacity": ("募集人数", "人数"),
    "fee": ("参加費", "費用", "受講料"),
    "apply": ("申込期間", "申込方法", "申し込み", "申込"),
    "apply_until": ("申込締切", "締切", "申込期限"),
    "contact": ("問い合わせ先", "問合せ先", "担当課"),
    "hours": ("開館時間", "利用時間"),
}
"""Names that cities give their columns, beside those of the standard: a guess that a person sees and can change."""


@dataclass(frozen=True, slots=True)
class ListKind:
    """A list that can be brought in: its fields, those without which no row can be read, and its reader."""

    names: Names
    required: frozenset[str]
    columns: tuple[str, ...]
    read: Callable[[Iterable[Row], date], tuple[Sequence[Item], list[Problem]]]


def _both(columns: Mapping[Layout, tuple[str, ...]]) -> tuple[str, ...]:
    return (*columns["v2"], *columns["v3"])


KINDS: Mapping[str, ListKind] = {
    "events": ListKind(EVENT_NAMES, REQUIRED_COLUMNS, _both(EVENT_COLUMNS), lambda rows, _: events_of(rows)),
    "facilities": ListKind(FACILITY_NAMES, frozenset({"name"}), _both(FACILITY_COLUMNS), facilities_of),
    "wifi": ListKind(WIFI_NAMES, frozenset({"name"}), _both(WIFI_COLUMNS), wifi_of),
    "procedures": ListKind(
        PROCEDURE_NAMES,
        frozenset({"name", "events", "entrance", "visit", "sources"}),
        PROCEDURE_COLUMNS,
        lambda rows, _: procedures_of(rows),
    ),
}


def kept(session: Session, municipality: str, grid: Grid, kind: str, *, year: int, author: str, at: datetime) -> JobRow:
    """Keeps a file as it was sent until somebody has decided about it; it goes after a week, as all jobs do."""
    wanted = {
        "list": kind,
        "file": grid.file,
        "columns": list(grid.columns),
        "records": [[line, list(cells)] for line, cells in grid.records],
        "mapping": guess(grid, KINDS[kind].names),
        "year": year,
    }
    row = JobRow(kind=KIND, municipality=municipality, wanted=wanted, author=author, created_at=at)
    row.state, row.finished_at = JobState.DONE, at
    session.add(row)
    session.flush()
    return row


def is_clear(wanted: Mapping[str, Any]) -> bool:
    """Whether a file has nothing but the columns of its list, so that nobody need be asked what they are."""
    kind = KINDS[wanted["list"]]
    known = {column_key(column) for column in kind.columns}
    return kind.required <= set(wanted["mapping"]) and {column_key(c) for c in wanted["columns"] if c} <= known


def grid_of(wanted: Mapping[str, Any]) -> Grid:
    """The table of a kept file."""
    records = tuple((line, tuple(cells)) for line, cells in wanted["records"])
    return Grid(wanted["file"], tuple(wanted["columns"]), records)


def guess(grid: Grid, names: Names) -> dict[str, int]:
    """The column that each field probably stands in (field → position); each column is given once."""
    found: dict[str, int] = {}
    keys = [column_key(column) for column in grid.columns]
    for likely in (_exact, _alike):
        for field, known in names.items():
            free = [i for i, key in enumerate(keys) if key and i not in found.values()]
            position = likely((*known, *_OTHER_NAMES.get(field, ())), keys, free) if field not in found else None
            if position is not None and not (field == "id" and _only_counts(grid, position)):
                found[field] = position
    return found


def _exact(names: Sequence[str], keys: Sequence[str], free: Sequence[int]) -> int | None:
    wanted = [column_key(name) for name in names]
    return next((i for name in wanted for i in free if keys[i] == name), None)


def _alike(names: Sequence[str], keys: Sequence[str], free: Sequence[int]) -> int | None:
    wanted = [key for name in names if len(key := column_key(name)) > 2]
    scores = [(max((_score(keys[i], name) for name in wanted), default=0.0), -i) for i in free]
    best, position = max(scores, default=(0.0, 0))
    return -position if best >= _ALIKE else None


def _score(key: str, name: str) -> float:
    # 「問い合わせ先（市の担当課）」 begins with the name; a name within a longer word is something else.
    return 100.0 if key.startswith(name) else fuzz.ratio(key, name)


def _only_counts(grid: Grid, position: int) -> bool:
    """Whether a column only numbers the rows: next month the same number is something else."""
    texts = [cells[position] for _, cells in grid.records if position < len(cells) and cells[position]]
    return (
        len(texts) > 1 and texts == [str(n) for n in range(int(texts[0]), int(texts[0]) + len(texts))]
        if (texts and texts[0].isascii() and texts[0].isdigit() and len(texts[0]) < 10)
        else False
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A listing that a file brings. `before` is what stands under its id now."""

    item: Item
    before: Item | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that change."""
        old = self.before.model_dump() if self.before else {}
        return tuple(name for name, value in self.item.model_dump().items() if self.before and value != old.get(name))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file would do: `gone` stands here and not in the file; sessions that are over don't count."""

    new: tuple[Change, ...]
    changed: tuple[Change, ...]
    same: int
    gone: tuple[Item, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Why rows can't be read."""
        return tuple(problem for problem in self.problems if problem.level == "error")

    @property
    def unreadable(self) -> int:
        """How many rows can't be read."""
        return len({problem.line for problem in self.errors})

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """Values that were left out or put right."""
        return tuple(problem for problem in self.problems if problem.level != "error")


def compare(wanted: Mapping[str, Any], current: Sequence[Item], now: datetime) -> Comparison:
    """A kept file against what there is of its kind."""
    kind = KINDS[wanted["list"]]
    rows, problems = rows_of(grid_of(wanted), wanted["mapping"], kind.names, wanted["year"])
    items, faults = kind.read(rows, in_japan(now).date())
    before = {item.id: item for item in current}
    listed = {item.id for item in items}
    changes = [Change(item, before.get(item.id)) for item in items]
    changed = [change for change in changes if change.before is not None and not _equal(change.before, change.item)]
    return Comparison(
        tuple(change for change in changes if change.before is None),
        tuple(changed),
        sum(change.before is not None for change in changes) - len(changed),
        tuple(item for item in current if item.id not in listed and not _is_over(item, now)),
        tuple(sorted((*problems, *faults), key=lambda problem: problem.line)),
    )


def current_of(session: Session, municipality: str, kind: str, listings: PackListings) -> list[Item]:
    """What a list of this kind is compared with: for places only those that came in as such a list."""
    if kind == "events":
        return [item for item in listings.classes if not item.sample]
    if kind == "procedures":
        return list(listings.procedures)
    return list(brought_places(session, municipality, "wifi" if kind == "wifi" else "facility"))


def _equal(old: Item, new: Item) -> bool:
    """Whether they say the same; the day on which a place was last brought in is no change."""
    ignored = {"as_of"}
    return old.model_dump(exclude=ignored) == new.model_dump(exclude=ignored)


def _is_over(item: Item, now: datetime) -> bool:
    return isinstance(item, SmartphoneClass) and in_japan(item.ends) < in_japan(now)
