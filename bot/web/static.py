"""Style sheets and scripts that all pages share, served from the program's own files."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from bot.web.line_breaks import with_breaks

DIRECTORY = Path(__file__).parent
JAPAN = timezone(timedelta(hours=9), "JST")


def static_files() -> StaticFiles:
    """The shared files."""
    return StaticFiles(directory=DIRECTORY / "static")


def templates(directory: Path) -> Jinja2Templates:
    """Templates of a part of the house, which build on the shared page. Values are escaped."""
    pages = Jinja2Templates(directory=[directory, DIRECTORY / "templates"])
    pages.env.filters["japan"] = japan_time
    pages.env.filters["phrases"] = with_breaks
    return pages


def japan_time(at: datetime) -> str:
    """A moment as people in Japan write it, to the minute."""
    there = at.astimezone(JAPAN)
    return f"{there.year}年{there.month}月{there.day}日 {there.hour}:{there.minute:02}"
