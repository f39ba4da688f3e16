"""Log lines say what happened and never what somebody wrote."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from bot.observing import request_ids
from bot.observing.logs import log_to

log = logging.getLogger("madoguchi.test")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """The log of this test; afterwards the root logger is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_line_is_json_with_the_request_id(stream: io.StringIO) -> None:
    log_to(stream, as_json=True)
    with request_ids.bound("abcd-1234"):
        log.info("webhook events=%d", 3)
    log.info("later\nand on two lines")
    first, second = _lines(stream)
    assert (first["message"], first["level"], first["logger"]) == ("webhook events=3", "info", "madoguchi.test")
    assert first["request_id"] == "abcd-1234"
    assert first["time"].endswith("+00:00")
    assert "request_id" not in second


def _raise() -> None:
    try:
        raise KeyError("私は山田花子です")
    except KeyError as error:
        raise ValueError("090-1234-5678") from error


def test_an_exception_has_types_and_places_and_no_words(stream: io.StringIO) -> None:
    log_to(stream, as_json=True)
    try:
        _raise()
    except ValueError:
        log.exception("broken")
    (line,) = _lines(stream)
    assert [part["type"] for part in line["exception"]] == ["ValueError", "KeyError"]
    assert line["exception"][0]["at"][-1].startswith("tests/bot/observing/test_logs.py:")
    assert "山田" not in stream.getvalue()
    assert "090" not in stream.getvalue()


def test_text_lines_are_for_reading(stream: io.StringIO) -> None:
    log_to(stream, as_json=False, level=logging.WARNING)
    log.info("not shown")
    with request_ids.bound("abcd-1234"):
        log.warning("shown")
    assert stream.getvalue().rstrip().endswith("WARNING madoguchi.test shown [abcd-1234]")
    assert "not shown" not in stream.getvalue()
