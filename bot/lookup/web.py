"""The look-up page: the same answers as on LINE, in a browser, for helpers, families and people without LINE."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, Response

from bot import announcements, records
from bot.conversation.city import CityKnowledge
from bot.conversation.finding import heard
from bot.conversation.life_events import procedures_asked
from bot.conversation.standing import reply_under
from bot.conversation.turn import reply_to, show_topic
from bot.intents import recognize
from bot.responses.compose import Style
from bot.responses.reply import Choice, Reply
from bot.responses.signals import Signal, decode
from bot.web.state import Reading, Web, Writing
from bot.web.static import templates
from knowledge.catalogue import catalogue
from knowledge.published import VisibleEntry

QUESTION_LIMIT = 500

router = APIRouter(prefix="/lookup")
_pages = templates(Path(__file__).parent / "templates")


@router.get("")
def cities(request: Request, web: Web, session: Reading) -> Response:
    """The municipalities to choose from."""
    published = web.library.published(session)
    found = [(city, published.packs[city].name) for city in published.municipalities]
    return _pages.TemplateResponse(request, "cities.html", {"cities": found})


@router.get("/{municipality}")
def look_up(
    request: Request,
    web: Web,
    session: Writing,
    municipality: str,
    q: Annotated[str, Query(max_length=QUESTION_LIMIT)] = "",
    topic: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """A question and its answer, or the groups of questions when nothing was asked yet."""
    city = web.library.city(session, municipality)
    reply = None
    if topic:
        reply = show_topic(topic, city, Style(), about="", at=web.clock())
    elif q.strip():
        asked = records.Asked(uuid.uuid4().hex, municipality, "lookup", web.clock())
        recognition = heard(recognize(q, city.index, thresholds=city.thresholds), city, asked.at)
        reply = procedures_asked(q, city, Style(), asked.id)
        reply = reply or reply_to(recognition, city, Style(), asked.id, asked.at)
        records.record_utterance(session, asked, recognition, reply)
    if reply is not None:
        standing = announcements.standing(session, municipality, web.clock())
        reply = reply_under(standing, reply, city, Style())
    return _page(request, city, q, reply)


@router.get("/{municipality}/groups/{group}")
def group(request: Request, web: Web, session: Reading, municipality: str, group: str) -> Response:
    """All questions of one group."""
    city = web.library.city(session, municipality)
    entries = [e for e in city.entries.values() if e.entry.group == group and _for_public(e)]
    if not entries:
        raise HTTPException(404)
    values = {"city": city, "name": catalogue().groups.get(group, group), "entries": entries}
    return _pages.TemplateResponse(request, "group.html", values)


def _page(request: Request, city: CityKnowledge, question: str, reply: Reply | None) -> Response:
    present = {e.entry.group for e in city.entries.values() if _for_public(e)}
    groups = [(key, name) for key, name in catalogue().groups.items() if key in present and key != "conversation"]
    values = {"city": city, "question": question, "reply": reply, "groups": groups, "link": _links(city.municipality)}
    return _pages.TemplateResponse(request, "lookup.html", values)


def _for_public(visible: VisibleEntry) -> bool:
    return bool({"citizen", "helper"} & set(visible.entry.audience))


def _links(municipality: str) -> Callable[[Choice], str]:
    """Addresses for choices that lead to another answer; the empty string for the others."""

    def link(choice: Choice) -> str:
        if not choice.data:
            return f"/lookup/{municipality}?{urlencode({'q': choice.says})}"
        tap = decode(choice.data)
        if tap is None or tap.signal is not Signal.TOPIC:
            return ""
        return f"/lookup/{municipality}?{urlencode({'topic': tap.subject})}"

    return link
