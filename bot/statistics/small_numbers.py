"""Hiding what speaks of few people, in tables that are given to everybody. Pure.

A count of fewer than five people is hidden. So is a count from which a hidden one would follow by subtraction: in
every line of a table that adds up, at least two counts are hidden, and those hidden make five or more together. Both
kinds get the same mark, so that the mark itself says nothing of the number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bot.statistics.shares import Share

LEAST = 5
"""Fewest people of whom a number may speak."""
HIDDEN = "×"

Cell = tuple[int, int]
"""Row and column of a count."""


def hidden_cells(
    counts: Sequence[Sequence[int]],
    exposed: Callable[[int, int], int],
    already: Iterable[Cell] = (),
    least: int = LEAST,
) -> frozenset[Cell]:
    """Which counts are hidden. The last column of `counts` is the sum of its row, the last row that of its column.

    `exposed` says of how many people a count speaks; `already` is hidden for another reason. A zero speaks of nobody;
    it hides only to guard another count.
    """
    hidden = {
        (row, column)
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
        if count and exposed(row, column) < least
    }
    hidden |= set(already)
    lines = [*_lines(len(counts), len(counts[0]))] if counts else []
    while (more := _next(lines, counts, hidden, least)) is not None:
        hidden.add(more)
    return frozenset(hidden)


def _lines(rows: int, columns: int) -> list[list[Cell]]:
    across = [[(row, column) for column in range(columns)] for row in range(rows)]
    down = [[(row, column) for row in range(rows)] for column in range(columns)]
    return [*across, *down]


def _next(
    lines: Sequence[Sequence[Cell]], counts: Sequence[Sequence[int]], hidden: set[Cell], least: int
) -> Cell | None:
    """The smallest count of a line from which a hidden one would follow; None when there is no such line."""
    for line in lines:
        inside = [cell for cell in line if cell in hidden]
        together = sum(counts[row][column] for row, column in inside)
        if not inside or (len(inside) > 1 and together >= least):
            continue
        left = [cell for cell in line if cell not in hidden]
        if left:
            return min(left, key=lambda cell: (not counts[cell[0]][cell[1]], counts[cell[0]][cell[1]], cell))
    return None


def people_shown(people: int, least: int = LEAST) -> str:
    """A number of people as everybody may read it."""
    return str(people) if people == 0 or people >= least else HIDDEN


def guarded(share: Share, least: int = LEAST) -> tuple[str, str]:
    """A rate and what it is made of, as everybody may read them: bounds where part or rest speak of few people."""
    if not share.whole:
        return "–", "なし"
    if share.whole < least:
        return HIDDEN, f"{least}件未満"
    rest = share.whole - share.part
    if 0 < share.part < least:
        return f"{least / share.whole * 100:.1f}%未満", f"{least}件未満/{share.whole:,}件"
    if 0 < rest < least:
        return f"{(1 - least / share.whole) * 100:.1f}%超", f"{share.whole:,}件のうち{least}件未満を除くすべて"
    return share.percent, f"{share.part:,}/{share.whole:,}件"
