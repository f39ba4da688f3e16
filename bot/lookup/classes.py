"""Smartphone classes: the sessions to come, with a map, and as a calendar that telephones read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request, Response
from icalendar import Calendar, Event

from bot.conversation.classes import upcoming
from bot.lookup.asking import style_of
from bot.lookup.links import Links
from bot.lookup.view import kept, show_of, standing_of
from bot.responses.cards import CALENDAR, SAMPLE, class_card
from bot.responses.days import JAPAN
from bot.responses.phrases import phrase
from bot.responses.reply import Button, Card
from bot.web.freshness import REVALIDATED
from bot.web.state import Reading, Web
from knowledge.listings import SmartphoneClass

router = APIRouter(prefix="/lookup")


@router.get("/{municipality}/classes")
def classes(request: Request, web: Web, session: Reading, municipality: str, lang: str = "") -> Response:
    """The sessions that are not over, the nearest first."""
    city = web.library.city(session, municipality)
    links, standing, at = Links(city, style_of(lang).language), standing_of(session, web, city), web.clock()
    coming = upcoming(city.classes, at)

    def make() -> Response:
        cards = [_card(item, links, at) for item in coming]
        return show_of(request, "classes.html", links, cards=cards, standing=standing)

    return kept(request, links, standing, make, [item.id for item in coming])


def _card(session: SmartphoneClass, links: Links, at: datetime) -> Card:
    """The session as LINE shows it; its calendar is a file of ours instead of somebody else's page."""
    card = class_card(session, city=links.city.name, now=at)
    own = Button(
        kind="link",
        label=phrase("to_calendar"),
        value=f"/lookup/{links.city.municipality}/classes/{quote(session.id)}.ics",
    )
    others = (button for button in card.buttons if not button.value.startswith(CALENDAR))
    return card.model_copy(update={"buttons": (*others, own)})


@router.get("/{municipality}/classes.ics")
def all_classes(web: Web, session: Reading, municipality: str) -> Response:
    """The sessions to come as one calendar, which can be subscribed to."""
    city = web.library.city(session, municipality)
    return _file(upcoming(city.classes, web.clock()), Links(city), web.clock())


@router.get("/{municipality}/classes/{number}.ics")
def one_class(web: Web, session: Reading, municipality: str, number: str) -> Response:
    """One session as a calendar."""
    city = web.library.city(session, municipality)
    found = [item for item in upcoming(city.classes, web.clock()) if item.id == number]
    if not found:
        raise HTTPException(404)
    return _file(found, Links(city), web.clock())


def _file(sessions: Iterable[SmartphoneClass], links: Links, at: datetime) -> Response:
    name = f"classes-{links.city.municipality}.ics"
    headers = {"content-disposition": f'inline; filename="{name}"', "cache-control": REVALIDATED}
    content = calendar_of(sessions, links.city.municipality, links.city.name, at)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def calendar_of(sessions: Iterable[SmartphoneClass], municipality: str, city: str, at: datetime) -> bytes:
    """An iCalendar file (RFC 5545). Times are written in UTC, which every calendar shows in its own zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//madoguchi//classes//JA")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{city} スマホ教室")
    for session in sessions:
        calendar.add_component(_event(session, municipality, at))
    written: bytes = calendar.to_ical()
    return written


def _event(session: SmartphoneClass, municipality: str, at: datetime) -> Event:
    event = Event()
    title = session.title
    event.add("uid", f"{session.id}@{municipality}.classes.madoguchi")
    event.add("dtstamp", at)
    event.add("dtstart", _moment(session.starts))
    if session.ends > session.starts:  # where a list gives no end, the end is the start
        event.add("dtend", _moment(session.ends))
    marked = title if not session.sample or title.startswith(SAMPLE) else f"{SAMPLE}{title}"
    event.add("summary", f"{phrase('class_cancelled_mark')}{marked}" if session.cancelled else marked)
    if session.cancelled:
        event.add("status", "CANCELLED")
    event.add("location", " ".join(filter(None, (session.place, session.address))))
    apply = f"申し込み: {session.apply}" if session.apply else ""
    contact = " ".join(filter(None, (session.contact, session.tel)))
    about = filter(None, (session.content, apply, f"問い合わせ: {contact}" if contact else "", session.note))
    event.add("description", "\n".join(about))
    if session.url:
        event.add("url", session.url)
    return event


def _moment(local: datetime) -> datetime:
    from_japan = local if local.tzinfo else local.replace(tzinfo=JAPAN)
    return from_japan.astimezone(UTC)
