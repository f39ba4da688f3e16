"""What stays is kept from the garbage collector, which goes on with everything else."""

from __future__ import annotations

import gc

import pytest

from bot.collecting import keeping


def test_what_is_made_inside_is_not_looked_at_again() -> None:
    frozen = gc.get_freeze_count()
    with keeping():
        assert not gc.isenabled()
        made = [[number] for number in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() - frozen >= len(made)
    gc.unfreeze()


def test_collecting_goes_on_after_a_fault() -> None:
    with pytest.raises(ZeroDivisionError), keeping():
        1 / 0  # noqa: B018 - the fault
    assert gc.isenabled()
    gc.unfreeze()
