"""Asking: the form, what is shown while somebody types, the answer, and what they say of it.

Only a question that is sent is written down, masked, once. What is looked up while typing is not.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from bot import records
from bot.conversation.city import CityKnowledge
from bot.conversation.standing import Standing
from bot.lookup import asking
from bot.lookup.asking import Told, style_of
from bot.lookup.home import home_page
from bot.lookup.links import Links
from bot.lookup.view import show_of, standing_of
from bot.responses.compose import Style
from bot.responses.phrases import phrase
from bot.responses.reply import Reply
from bot.responses.signals import Signal, decode
from bot.web.freshness import PRIVATE
from bot.web.limits import Limit, address_of, too_many
from bot.web.same_origin import same_origin
from bot.web.state import Reading, Web, WebParts, Writing

QUESTIONS = Limit("questions", 120, 60)
"""A whole class behind one address may ask; a machine may not fill the database."""
SUGGESTIONS = Limit("suggestions", 600, 60)
TAPS = Limit("taps", 120, 60)
LEAST = 2
"""Characters before anything is looked up while somebody types."""

router = APIRouter(prefix="/lookup", dependencies=[Depends(same_origin)])


def _asking(request: Request, web: Web) -> Iterator[Session]:
    """A transaction that writes only when a question came that is written down."""
    writes = web.store_questions and request.query_params.get("q", "").strip()
    with web.database.writing() if writes else web.database.reading() as session:
        yield session


@router.get("/{municipality}")
def look_up(
    request: Request,
    web: Web,
    session: Annotated[Session, Depends(_asking, scope="function")],
    municipality: str,
    q: str = "",
    topic: str = "",
    lang: str = "",
) -> Response:
    """A question and its answer, or where to begin when nothing was asked yet."""
    city = web.library.city(session, municipality)
    links = Links(city, style_of(lang).language)
    standing = standing_of(session, web, city)
    if topic:
        return RedirectResponse(links.entry(topic), 301)
    if not q.strip():
        return home_page(request, links, standing)
    if wait := web.limits.wait(QUESTIONS, address_of(request)):
        raise too_many(wait)
    question = records.storable(q)
    about = uuid.uuid4().hex if web.store_questions else ""
    told = _shortened(question, asking.asked(question, city, style_of(lang), about, web.clock(), standing))
    if told.wish is not None:
        return _another_way(links, told.wish)
    _write_down(session, web, city, about, told)
    return answer_page(request, links, told, question)


def _another_way(links: Links, wish: Style) -> Response:
    """「English」 or 「やさしい日本語」 was typed: the page in that language. Letters grow in the browser."""
    return RedirectResponse(Links(links.city, wish.language).to(), 303)


def _shortened(question: str, told: Told) -> Told:
    if len(question) <= asking.QUESTION_LIMIT:
        return told
    notices = (phrase("too_long", told.reply.language), *told.reply.notices)
    return Told(told.reply.model_copy(update={"notices": notices}), told.recognition, told.wish, told.feedback)


def _write_down(session: Session, web: WebParts, city: CityKnowledge, about: str, told: Told) -> None:
    if about and told.recognition is not None:
        utterance = records.Asked(about, city.municipality, "lookup", web.clock())
        records.record_utterance(session, utterance, told.recognition, told.reply)


def answer_page(request: Request, links: Links, told: Told, question: str = "") -> Response:
    """The page with an answer. It stays in no cache: it shows what somebody typed."""
    options = () if _sent_as_form(told.reply) else told.reply.options
    shown = told.reply.model_copy(update={"options": options})
    page = show_of(
        request, "answer.html", links, reply=shown, options=told.reply.options, question=question, form=not options
    )
    page.headers["cache-control"] = PRIVATE
    return page


def _sent_as_form(reply: Reply) -> bool:
    """Whether picking an option tells which one was meant; it does when the question was written down."""
    taps = [decode(option.data) for option in reply.options]
    return any(tap and tap.about for tap in taps)


@router.post("/{municipality}/suggestions")
def suggestions(
    request: Request,
    web: Web,
    session: Reading,
    municipality: str,
    q: Annotated[str, Form()] = "",
    lang: Annotated[str, Form()] = "",
) -> Response:
    """What fits what was typed so far: a piece of HTML, of which nothing is kept. Not an address that logs show."""
    if wait := web.limits.wait(SUGGESTIONS, address_of(request)):
        raise too_many(wait)
    city = web.library.city(session, municipality)
    links = Links(city, style_of(lang).language)
    if len(q.strip()) < LEAST:
        return _private(show_of(request, "suggestions.html", links, topics=(), best=None))
    told = asking.asked(records.storable(q), city, style_of(lang), "", web.clock(), Standing())
    candidates = told.recognition.candidates if told.recognition else ()
    topics = [city.entries[c.topic] for c in candidates if c.topic in city.entries]
    best = told.reply if told.reply.topic or told.reply.cards else None
    others = [found for found in topics if best is None or found.entry.topic != best.topic]
    return _private(show_of(request, "suggestions.html", links, topics=others, best=best))


def _private(page: Response) -> Response:
    page.headers["cache-control"] = PRIVATE
    return page


@router.post("/{municipality}/taps")
def tap(
    request: Request,
    web: Web,
    session: Writing,
    municipality: str,
    code: Annotated[str, Form()],
    lang: Annotated[str, Form()] = "",
) -> Response:
    """A button below an answer: 解決した, しなかった and why, which one was meant, none of these. As on LINE."""
    if wait := web.limits.wait(TAPS, address_of(request)):
        raise too_many(wait)
    city = web.library.city(session, municipality)
    links = Links(city, style_of(lang).language)
    told = asking.tapped(code, city, style_of(lang), web.clock(), standing_of(session, web, city))
    if told.feedback is not None and web.store_questions:
        records.record_feedback(session, municipality, told.feedback)
    meant = decode(code)
    if meant is not None and meant.signal is Signal.TOPIC and meant.subject in city.entries:
        return RedirectResponse(links.entry(meant.subject), 303)
    return answer_page(request, links, told)
