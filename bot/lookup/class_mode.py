"""Class mode: for whoever helps in a smartphone class. Big type, one step at a time, no account."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from bot import records
from bot.conversation.city import CityKnowledge
from bot.conversation.standing import Standing, reply_under
from bot.conversation.turn import show_topic
from bot.lookup import asking
from bot.lookup.class_view import ClassLinks, Lesson, lesson, segments, valid_until
from bot.lookup.glossary import by_category
from bot.lookup.links import Links, listed
from bot.lookup.qr import line_address, qr_picture
from bot.lookup.view import show_of, standing_of
from bot.responses.compose import Style, topic_choice
from bot.responses.reply import Reply, ReplyKind
from bot.web.addresses import absolute
from bot.web.freshness import PRIVATE
from bot.web.limits import Limit, address_of, too_many
from bot.web.state import Reading, Web, WebParts

QUESTIONS = Limit("class questions", 120, 60)
"""A whole class behind one address may ask; a machine may not fill the database."""
FREQUENT = 8

router = APIRouter(prefix="/lookup")


def _asking(request: Request, web: Web) -> Iterator[Session]:
    """A transaction that writes only when a question came that is written down."""
    writes = web.store_questions and request.query_params.get("q", "").strip()
    with web.database.writing() if writes else web.database.reading() as session:
        yield session


@router.get("/{municipality}/class")
def class_mode(
    request: Request,
    web: Web,
    session: Annotated[Session, Depends(_asking, scope="function")],
    municipality: str,
    q: str = "",
    topic: str = "",
    step: str = "",
    whole: str = "",
    kana: str = "",
) -> Response:
    """The search, or an answer one step at a time."""
    city = web.library.city(session, municipality)
    links = ClassLinks(Links(city), bool(kana))
    standing = standing_of(session, web, city)
    if topic:
        reply = reply_under(standing, show_topic(topic, city, Style(), "", web.clock()), city, Style())
    elif q.strip():
        reply = _asked(request, session, web, city, q, standing)
    else:
        return _page(request, "class_mode.html", links, frequent=_frequent(city), standing=standing)
    number = int(step) if step.isdecimal() and len(step) < 4 else 0
    taught = _lesson(request, links, reply, number, bool(whole)) if reply.topic in city.entries else None
    values = {"reply": reply, "lesson": taught, "entry": _entry(city, reply), "question": q}
    return _page(request, "class_answer.html", links, **values)


@router.get("/{municipality}/class/words")
def words(request: Request, web: Web, session: Reading, municipality: str, kana: str = "") -> Response:
    """Words of the smartphone and what they mean."""
    links = ClassLinks(Links(web.library.city(session, municipality)), bool(kana))
    return _page(request, "class_words.html", links, categories=by_category())


def _page(request: Request, template: str, links: ClassLinks, /, **values: object) -> Response:
    """A page of class mode. What was asked stands on it, so no cache keeps it."""
    page = show_of(request, template, links.links, pages=links, kana=links.kana, read=segments, **values)
    page.headers["cache-control"] = PRIVATE
    return page


def _asked(request: Request, session: Session, web: WebParts, city: CityKnowledge, q: str, standing: Standing) -> Reply:
    """The answer to a question, which is written down, masked, unless that is switched off."""
    if wait := web.limits.wait(QUESTIONS, address_of(request)):
        raise too_many(wait)
    about = uuid.uuid4().hex if web.store_questions else ""
    told = asking.asked(records.storable(q), city, Style(), about, web.clock(), standing)
    if about and told.recognition is not None:
        asked = records.Asked(about, city.municipality, "class", web.clock())
        records.record_utterance(session, asked, told.recognition, told.reply)
    return told.reply


def _lesson(request: Request, links: ClassLinks, reply: Reply, step: int, whole: bool) -> Lesson | None:
    if reply.kind is not ReplyKind.ANSWER or reply.topic is None:
        return None
    return lesson(reply, step=step, whole=whole, kana=links.kana, codes=_codes(request, links, reply))


def _codes(request: Request, links: ClassLinks, reply: Reply) -> Mapping[str, str]:
    """Pictures that lead the learner's phone to the same answer."""
    city = links.links.city
    codes = {"page": qr_picture(absolute(request, links.links.entry(reply.topic or "")))}
    if basic_id := request.app.state.web.line_ids.get(city.municipality):
        codes["line"] = qr_picture(line_address(basic_id, reply.heading))
    return codes


def _entry(city: CityKnowledge, reply: Reply) -> Mapping[str, object]:
    visible = city.entries.get(reply.topic or "")
    return {"topic": visible.entry.topic, "until": valid_until(visible.entry)} if visible else {}


def _frequent(city: CityKnowledge) -> list[object]:
    topics = [t for t in city.frequent if t in city.entries and listed(city.entries[t])][:FREQUENT]
    return [topic_choice(city.entries[topic].entry, "", "ja") for topic in topics]
