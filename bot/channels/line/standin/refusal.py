"""LINE's refusals, and bodies that are checked before anything else happens."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request

from bot.channels.line.standin.rules import Rule, Violation


class LineRefusal(Exception):
    """An error as LINE answers it."""

    def __init__(self, status: int, message: str, details: list[Violation] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"message": message}
        if details:
            self.body["details"] = [{"message": d.message, "property": d.property} for d in details]


async def checked_body(request: Request, rule: Rule) -> dict[str, Any]:
    """The JSON body, when it keeps the rule. Raises LineRefusal."""
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise LineRefusal(400, "The request body could not be parsed as JSON") from None
    if details := list(rule(body, "")):
        raise LineRefusal(400, f"The request body has {len(details)} error(s)", details)
    checked: dict[str, Any] = body
    return checked
