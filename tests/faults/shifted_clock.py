"""Runs `madoguchi …` with a clock that a test moves: a file holds by how many seconds it is wrong.

Only the clock is replaced; what follows is the console command itself.
"""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.web.static import JAPAN
from deploy import clock

_OFFSET = Path(os.environ["MADOGUCHI_TEST_CLOCK"])
_true_now = clock.now


def _now() -> datetime:
    return _true_now() + timedelta(seconds=float(_OFFSET.read_text(encoding="ascii")))


def _today() -> date:
    return _now().astimezone(JAPAN).date()


clock.now, clock.today = _now, _today

if __name__ == "__main__":
    from deploy.cli import main

    main()
