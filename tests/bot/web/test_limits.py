"""Counting per address: within the window, per thing, and never with more memory than is set."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from bot.web import limits
from bot.web.limits import Limit, RateLimits


@dataclass
class Watch:
    """A clock that is moved by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_window_opens_again() -> None:
    watch, limit = Watch(), Limit("x", 2, 60)
    counts = RateLimits(watch)
    assert [counts.wait(limit, "192.0.2.1") for _ in range(3)] == [0, 0, 60]
    watch.now = 59.5
    assert counts.wait(limit, "192.0.2.1") == 1
    watch.now = 60
    assert counts.wait(limit, "192.0.2.1") == 0


def test_things_and_addresses_are_counted_apart_and_networks_together() -> None:
    one, other = Limit("one", 1, 60), Limit("other", 1, 60)
    counts = RateLimits(Watch())
    assert counts.wait(one, "192.0.2.1") == 0
    assert counts.wait(other, "192.0.2.1") == 0
    assert counts.wait(one, "192.0.2.2") == 0
    assert counts.wait(one, "2001:db8::1") == 0
    assert counts.wait(one, "2001:db8::ffff%eth0") > 0
    assert counts.wait(one, "2001:db8:0:1::1") == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 50)), max_size=60), st.integers(1, 5))
def test_nobody_ever_gets_more_than_the_limit_within_a_window(asked: list[tuple[str, float]], times: int) -> None:
    watch, limit = Watch(), Limit("x", times, 60)
    counts = RateLimits(watch)
    granted: list[tuple[str, float]] = []
    for address, later in asked:
        watch.now += later
        if counts.wait(limit, address) == 0:
            granted.append((address, watch.now))
    for address in "abc":
        moments = [at for who, at in granted if who == address]
        # Windows are fixed, so that two of them may meet: never more than twice the limit in any 60 seconds.
        assert all(sum(start <= at < start + 60 for at in moments) <= 2 * times for start in moments)


def test_no_address_is_kept() -> None:
    counts = RateLimits(Watch())
    counts.wait(Limit("x", 1, 60), "192.0.2.1")
    assert "192.0.2.1" not in repr(vars(counts))


def test_the_oldest_count_is_forgotten_first() -> None:
    counts, limit = RateLimits(Watch()), Limit("x", 1, 60)
    for number in range(limits.MOST_ADDRESSES + 1):
        counts.wait(limit, f"10.{number // 65536}.{number // 256 % 256}.{number % 256}")
    assert counts.wait(limit, "10.0.0.1") > 0
    assert counts.wait(limit, "10.0.0.0") == 0
