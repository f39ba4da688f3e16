"""Where somebody begins: the municipalities, and what can be found without typing."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, HTTPException, Request, Response

from bot.conversation import browsing
from bot.conversation.life_events import procedures_reply
from bot.conversation.standing import Standing, reply_under
from bot.lookup.asking import style_of
from bot.lookup.links import Links, listed
from bot.lookup.view import BUILD, kept, show, show_of, standing_of
from bot.responses.compose import Style, topic_choice
from bot.responses.phrases import phrase
from bot.web.freshness import fresh, tag_of
from bot.web.state import Reading, Web
from knowledge.catalogue import catalogue
from knowledge.listings import Event
from knowledge.published import VisibleEntry

EVENTS: tuple[Event, ...] = ("moving", "birth", "marriage", "condolence", "work", "care", "disaster")
"""Life events whose procedures are told together."""

router = APIRouter(prefix="/lookup")


@router.get("")
def cities(request: Request, web: Web, session: Reading) -> Response:
    """The municipalities to choose from."""
    published = web.library.published(session)
    found = [(city, published.packs[city].name) for city in published.municipalities]
    return fresh(request, tag_of(BUILD, found), lambda: show(request, "cities.html", cities=found))


def home_page(request: Request, links: Links, standing: Standing) -> Response:
    """The form, what is asked most, life events, and the groups of questions."""
    city = links.city
    frequent = [t for t in city.frequent if t in city.entries and listed(city.entries[t])][: browsing.PAGE]
    questions = [topic_choice(city.entries[topic].entry, "", links.language) for topic in frequent]
    known = {event for procedure in city.procedures for event in procedure.events}
    events = [(event, phrase(f"event_{event}", links.language)) for event in EVENTS if event in known]
    present = {e.entry.group for e in city.entries.values() if listed(e)}
    groups = [(key, name) for key, name in catalogue().groups.items() if key in present]
    values = {"frequent": questions, "events": events, "groups": groups, "standing": standing}
    return kept(request, links, standing, lambda: show_of(request, "lookup.html", links, **values), frequent)


@router.get("/{municipality}/groups/{group}")
def group(request: Request, web: Web, session: Reading, municipality: str, group: str, lang: str = "") -> Response:
    """All questions of one group: those asked most come first."""
    city = web.library.city(session, municipality)
    links = Links(city, style_of(lang).language)
    entries = [e for e in city.entries.values() if e.entry.group == group and listed(e)]
    if not entries:
        raise HTTPException(404)
    order = sorted(entries, key=lambda e: _order(e, city.frequent))
    values = {
        "name": catalogue().groups.get(group, group),
        "questions": [topic_choice(e.entry, "", links.language) for e in order],
    }
    standing = standing_of(session, web, city)
    return kept(request, links, standing, lambda: show_of(request, "group.html", links, **values))


def _order(visible: VisibleEntry, frequent: tuple[str, ...]) -> tuple[int, int, str]:
    topic, known = visible.entry.topic, catalogue().topics
    rank = frequent.index(topic) if topic in frequent else len(frequent)
    return rank, known[topic].priority if topic in known else 9, topic


@router.get("/{municipality}/events/{event}")
def life_event(
    request: Request,
    web: Web,
    session: Reading,
    municipality: str,
    event: str,
    lang: str = "",
) -> Response:
    """All procedures of a life event that are known here."""
    city = web.library.city(session, municipality)
    links = Links(city, style_of(lang).language)
    found = next((known for known in get_args(Event) if known == event and known in EVENTS), None)
    reply = procedures_reply(found, city, Style(links.language), "") if found else None
    if reply is None:
        raise HTTPException(404)
    standing = standing_of(session, web, city)
    shown = reply_under(standing, reply, city, Style(links.language))
    values = {"reply": shown, "event": event}
    return kept(request, links, standing, lambda: show_of(request, "event.html", links, **values))
