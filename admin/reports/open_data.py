"""Aggregates as open data: a CSV whose columns docs/open-data-aggregates.md explains. Few people are hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from admin.reports.outline import Line, Outline
from bot.statistics.periods import Period
from bot.statistics.small_numbers import HIDDEN, hidden_cells, people_shown
from bot.statistics.tally import Judged
from knowledge.open_data.writing import write_table

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "municipality": ("市",),
    "first": ("期間の始まり",),
    "last": ("期間の終わり",),
    "kind": ("区分",),
    "name": ("項目",),
    "answered": ("そのまま答えた数",),
    "asked_back": ("候補を並べた数",),
    "referred": ("よその窓口を伝えた数",),
    "unanswered": ("答えられなかった数",),
    "questions": ("質問の数",),
    "people": ("LINEの人数",),
    "judged": ("確かめた答えの数",),
    "right": ("正しかった数",),
    "wrong": ("ちがう答えだった数",),
    "overreached": ("答えないほうがよかった数",),
}
_PARTS = ("answered", "asked_back", "referred", "unanswered", "questions")
ALL = "総数"
Cells = frozenset[tuple[int, int]]


def aggregates(outline: Outline) -> bytes:
    """The CSV file (UTF-8 with BOM) of a month of a city."""
    rows = [*_rows(outline)]
    return write_table([column for (column, *_) in COLUMNS.values()], COLUMNS, rows)


def _rows(outline: Outline) -> Iterator[dict[str, str]]:
    tables = _tables(outline)
    hidden, of_total = hidden_everywhere([*tables.values()])
    yield from _written(outline, ALL, tables["日"][-1:], frozenset((0, column) for column in of_total))
    for (kind, lines), cells in zip(tables.items(), hidden, strict=True):
        yield from _written(outline, kind, lines[:-1], cells)


def _tables(outline: Outline) -> dict[str, list[Line]]:
    """The tables by what they are split by; the last line of each is the total."""
    total = Line(ALL, outline.total, outline.judged)
    days = [Line(day.isoformat(), tally, Judged()) for day, tally in outline.counted.days.items()]
    split = {"分野": outline.groups, "言語": outline.languages, "どこから": outline.channels, "日": days}
    return {kind: [*lines, total] for kind, lines in split.items()}


def questions_shown(outline: Outline) -> dict[str, dict[str, str]]:
    """The number of questions of every line of every table, as everybody may read it."""
    tables = _tables(outline)
    hidden, _ = hidden_everywhere([*tables.values()])
    last = len(_PARTS) - 1
    return {
        kind: {
            line.name: HIDDEN if (row, last) in cells else str(line.tally.questions) for row, line in enumerate(lines)
        }
        for (kind, lines), cells in zip(tables.items(), hidden, strict=True)
    }


def hidden_everywhere(tables: Sequence[Sequence[Line]]) -> tuple[list[Cells], frozenset[int]]:
    """What is hidden in each table, and in their total (the last line of each).

    A total that one table has to hide would follow from another one: what one hides, all have to guard.
    """
    of_total: frozenset[int] = frozenset()
    while True:
        hidden = [_hidden_in(lines, of_total) for lines in tables]
        ends = [(len(lines) - 1, cells) for lines, cells in zip(tables, hidden, strict=True)]
        found = frozenset(column for end, cells in ends for row, column in cells if row == end)
        if found == of_total:
            return hidden, of_total
        of_total = found


def _hidden_in(lines: Sequence[Line], of_total: frozenset[int]) -> Cells:
    counts = [[int(getattr(line.tally, name)) for name in _PARTS] for line in lines]

    def exposed(row: int, column: int) -> int:
        """No more people than questions, and no more than the line has."""
        return min(counts[row][column], lines[row].tally.exposed)

    return hidden_cells(counts, exposed, [(len(lines) - 1, column) for column in of_total])


def _written(outline: Outline, kind: str, lines: Sequence[Line], hidden: Cells) -> Iterator[dict[str, str]]:
    for row, line in enumerate(lines):
        cells = {
            name: HIDDEN if (row, column) in hidden else str(getattr(line.tally, name))
            for column, name in enumerate(_PARTS)
        }
        yield {**_head(outline, kind, line.name), **cells, **_said(line, hidden=bool(hidden & _whole(row)))}


def _whole(row: int) -> Cells:
    return frozenset({(row, len(_PARTS) - 1)})


def _head(outline: Outline, kind: str, name: str) -> dict[str, str]:
    period: Period = outline.period
    first, last = period.first.isoformat(), period.last.isoformat()
    return {"municipality": outline.city.name, "first": first, "last": last, "kind": kind, "name": name}


def _said(line: Line, *, hidden: bool) -> dict[str, str]:
    """People, and what was judged: nothing of a line whose number of questions is hidden."""
    people = HIDDEN if hidden and line.tally.people else people_shown(line.tally.people)
    judged = line.judged
    counts = {"judged": judged.judged, "right": judged.right, "wrong": judged.wrong, "overreached": judged.overreached}
    return {"people": people, **{name: HIDDEN if hidden and n else str(n) for name, n in counts.items()}}
