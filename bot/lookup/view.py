"""What all look-up pages have in common: the frame, the language, and what a page is made from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from fastapi import Request, Response
from sqlmodel import Session

from bot import announcements
from bot.conversation.city import CityKnowledge
from bot.conversation.standing import Standing
from bot.lookup.asking import LANGUAGES, html_language
from bot.lookup.links import Links, is_opinion
from bot.responses.days import in_japan
from bot.responses.phrases import phrase
from bot.web.freshness import fresh, tag_of
from bot.web.state import WebParts, web_parts
from bot.web.static import templates

_HERE = Path(__file__).parent
_pages = templates(_HERE / "templates")
_pages.env.globals.update(languages=LANGUAGES, html_language=html_language, say=phrase)
_pages.env.tests["opinion"] = is_opinion


def _build() -> str:
    """Changes with the program: a browser must not go on showing what an older one made."""
    files = sorted(path for path in _HERE.parent.rglob("*") if path.suffix in (".py", ".html"))
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=8).hexdigest()


BUILD = _build()


def show(request: Request, template: str, /, **values: object) -> Response:
    """A page that belongs to no municipality."""
    return _pages.TemplateResponse(request, template, values)


def show_of(request: Request, template: str, links: Links, /, **values: object) -> Response:
    """A page of a municipality, in the language of its links."""
    stored = web_parts(request).store_questions
    return show(request, template, links=links, city=links.city, lang=links.language, stored=stored, **values)


def standing_of(session: Session, web: WebParts, city: CityKnowledge) -> Standing:
    """What stands above every page of a city now."""
    return announcements.standing(session, city.municipality, web.clock())


def kept(request: Request, links: Links, standing: Standing, make: Callable[[], Response], *also: object) -> Response:
    """A page that browsers keep until the knowledge, the notices, the day or the program change, or one of `also`."""
    web = web_parts(request)
    day = in_japan(web.clock()).date()
    made_from = (BUILD, links.city.index.release, day, standing, links.language, web.public_url, *also)
    return fresh(request, tag_of(*made_from), make)
