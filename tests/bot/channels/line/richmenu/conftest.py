"""A font to draw with, if this machine has one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.line.richmenu.errors import FontMissing
from bot.channels.line.richmenu.fonts import find_font


@pytest.fixture(scope="session")
def font() -> Path:
    """A Japanese font; tests that draw are skipped without one."""
    try:
        return find_font()
    except FontMissing as error:
        pytest.skip(str(error))
