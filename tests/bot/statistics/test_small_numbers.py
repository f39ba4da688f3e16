"""Hiding small numbers: what is left must not give them away."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.statistics.shares import Share
from bot.statistics.small_numbers import HIDDEN, LEAST, guarded, hidden_cells, people_shown

TABLES = st.integers(1, 5).flatmap(
    lambda wide: st.lists(st.lists(st.integers(0, 30), min_size=wide, max_size=wide), min_size=1, max_size=5)
)


def _with_sums(inner: list[list[int]]) -> list[list[int]]:
    lines = [[*line, sum(line)] for line in inner]
    return [*lines, [sum(column) for column in zip(*lines, strict=True)]]


@given(TABLES)
def test_no_hidden_count_follows_from_a_line_of_the_table(inner: list[list[int]]) -> None:
    counts = _with_sums(inner)
    hidden = hidden_cells(counts, lambda row, column: counts[row][column])
    rows, columns = range(len(counts)), range(len(counts[0]))
    for row in rows:
        for column in columns:
            assert not 0 < counts[row][column] < LEAST or (row, column) in hidden
    for line in [[(r, c) for c in columns] for r in rows] + [[(r, c) for r in rows] for c in columns]:
        inside = [cell for cell in line if cell in hidden]
        everything = len(inside) == len(line)
        assert not inside or everything or len(inside) > 1
        assert not inside or everything or sum(counts[r][c] for r, c in inside) >= LEAST


def test_a_table_without_small_counts_hides_nothing() -> None:
    counts = _with_sums([[10, 20], [30, 0]])
    assert hidden_cells(counts, lambda row, column: counts[row][column]) == frozenset()


def test_one_small_count_takes_another_one_with_it() -> None:
    counts = _with_sums([[100, 3], [50, 60]])
    hidden = hidden_cells(counts, lambda row, column: counts[row][column])
    assert (0, 1) in hidden
    assert len([cell for cell in hidden if cell[0] == 0]) > 1
    assert len([cell for cell in hidden if cell[1] == 1]) > 1


def test_many_questions_of_few_people_are_hidden() -> None:
    counts = _with_sums([[40, 50], [60, 70]])
    assert (0, 0) in hidden_cells(counts, lambda row, column: 2 if (row, column) == (0, 0) else 40)


def test_rates_give_bounds_where_part_or_rest_are_few() -> None:
    assert guarded(Share(2, 100)) == ("5.0%未満", "5件未満/100件")
    assert guarded(Share(98, 100)) == ("95.0%超", "100件のうち5件未満を除くすべて")
    assert guarded(Share(2, 3))[0] == HIDDEN
    assert guarded(Share(50, 100)) == ("50.0%", "50/100件")
    assert guarded(Share(0, 0)) == ("–", "なし")
    assert (people_shown(4), people_shown(5), people_shown(0)) == (HIDDEN, "5", "0")
