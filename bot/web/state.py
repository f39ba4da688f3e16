"""What every page works with, kept on the application: the database, the knowledge, the clock.

A route asks for a session of the kind it needs. Both have function scope: the transaction is committed before the
response goes out, so that a page never says 「保存しました」 about something that was not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from bot.library import Library
from bot.web.licences import Licence, licence_of
from bot.web.limits import RateLimits
from knowledge.database import Database


@dataclass(frozen=True, slots=True)
class WebParts:
    """What pages work with. `secure_cookies` is off only for trial runs without TLS.

    `store_questions`: whether the look-up page writes down (masked) what it is asked. `public_url` is where people
    outside find these pages; empty: where a request was sent to. `licence` is that of the open data. `line_ids` are
    the LINE accounts (@…) of municipalities, for QR codes that open them.
    """

    database: Database
    library: Library
    clock: Callable[[], datetime]
    secure_cookies: bool = True
    store_questions: bool = True
    public_url: str = ""
    licence: Licence = field(default_factory=lambda: licence_of("CC-BY-4.0"))
    limits: RateLimits = field(default_factory=RateLimits)
    line_ids: Mapping[str, str] = field(default_factory=dict)


def web_parts(request: Request) -> WebParts:
    """The parts of the application that serves this request."""
    parts: WebParts = request.app.state.web
    return parts


Web = Annotated[WebParts, Depends(web_parts)]


def _reading(web: Web) -> Iterator[Session]:
    with web.database.reading() as session:
        yield session


def _writing(web: Web) -> Iterator[Session]:
    with web.database.writing() as session:
        yield session


Reading = Annotated[Session, Depends(_reading, scope="function")]
Writing = Annotated[Session, Depends(_writing, scope="function")]
