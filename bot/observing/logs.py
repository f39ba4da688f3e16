"""Log lines: JSON in production, readable text in development. They carry names, numbers and ids, never texts.

What an exception says may quote what somebody wrote, so in production a log line has its type and where it was
raised, and not its message.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from types import TracebackType
from typing import TextIO

from bot.observing import request_ids

FRAMES = 12
"""Innermost frames of a traceback that are logged."""
_TALKATIVE = ("httpx2", "httpx", "alembic")
"""The first log whole addresses, and an address may carry what somebody typed, or a sign-in's code; the last logs at
each look whether the database is ready."""
_FLOORS = Path(__file__).parents[2]


class JsonLines(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, request_id, and for exceptions types and places."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (request_id := request_ids.current()) is not None:
            line["request_id"] = request_id
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = list(_told(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


class TextLines(logging.Formatter):
    """For people who read along: time, level, logger, message, request id."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name that logging asks for
        """The line without a traceback."""
        request_id = request_ids.current()
        return super().formatMessage(record) + (f" [{request_id}]" if request_id else "")


def _told(error: BaseException) -> Iterator[dict[str, object]]:
    """The exception and what caused it, outermost first: types and places."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield {"type": type(at).__name__, "at": _places(at.__traceback__)}
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _places(traceback: TracebackType | None) -> list[str]:
    frames = [(frame.f_code, line) for frame, line in walk_tb(traceback)][-FRAMES:]
    return [f"{_short(code.co_filename)}:{line} {code.co_name}" for code, line in frames]


def _short(file: str) -> str:
    """The file from the root of the program, or of the installed packages."""
    path = Path(file)
    if path.is_relative_to(_FLOORS):
        path = path.relative_to(_FLOORS)
    parts = path.parts
    return "/".join(parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else parts)


def without_words(error: Exception) -> Exception:
    """The error to be logged in place of this one: its type and traceback, but not its message, which may quote what
    somebody wrote."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)


def log_to(stream: TextIO | None = None, *, as_json: bool, level: int = logging.INFO) -> None:
    """Sends the log of the whole process there (to stderr by default), from this level on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if as_json else TextLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
