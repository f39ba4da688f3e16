"""Rates, intervals and days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.statistics.periods import Period, fiscal_name, fiscal_period, fiscal_year, month_before, month_of
from bot.statistics.shares import Share, points


def test_wilsons_interval_is_that_of_the_books() -> None:
    low, high = Share(81, 263).interval or (0, 0)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)  # R. Newcombe, Statistics in Medicine 17 (1998), table I
    low, high = Share(0, 20).interval or (1, 1)
    assert (round(low, 4), round(high, 4)) == (0.0, 0.1611)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_the_rate_and_stays_between_nothing_and_all(counts: tuple[int, int]) -> None:
    share = Share(*counts)
    low, high = share.interval or (2, -1)
    assert 0 <= low <= (share.value or 0) + 1e-12
    assert (share.value or 0) - 1e-12 <= high <= 1


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert (Share(0, 0).value, Share(0, 0).percent, Share(0, 0).interval) == (None, "–", None)
    assert points(Share(1, 2), Share(0, 0)) is None
    assert points(Share(1, 2), Share(1, 4)) == 25


def test_a_day_begins_at_midnight_in_japan() -> None:
    period = month_of("2026-10")
    assert period.starts == datetime(2026, 9, 30, 15, tzinfo=UTC)
    assert period.ends == datetime(2026, 10, 31, 15, tzinfo=UTC)
    assert period.before == Period(date(2026, 8, 31), date(2026, 9, 30))
    assert month_before(period) == Period(date(2026, 9, 1), date(2026, 9, 30))


def test_fiscal_years_begin_in_april() -> None:
    assert (fiscal_year(date(2027, 3, 31)), fiscal_year(date(2026, 4, 1))) == (2026, 2026)
    assert fiscal_period(2026) == Period(date(2026, 4, 1), date(2027, 3, 31))
    assert fiscal_name(2026) == "令和8年度"


@pytest.mark.parametrize("wrong", ["2026", "10月", "2026-13", ""])
def test_what_is_no_month_is_said(wrong: str) -> None:
    with pytest.raises(ValueError, match="2026-10"):
        month_of(wrong)


def test_a_period_has_an_order_and_an_end() -> None:
    with pytest.raises(ValueError, match="後に"):
        Period(date(2026, 2, 2), date(2026, 2, 1))
    with pytest.raises(ValueError, match="日まで"):
        Period(date(2020, 1, 1), date(2026, 1, 1))
