"""「教室でこう聞かれた」: a helper tells staff of a question that had no answer, or a bad one, in two taps."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from bot import records
from bot.conversation.standing import Standing
from bot.conversation.turn import Feedback
from bot.intents import recognize
from bot.lookup import asking
from bot.lookup.asking import style_of
from bot.lookup.links import Links
from bot.lookup.view import show_of
from bot.responses.compose import Style
from bot.web.freshness import PRIVATE
from bot.web.limits import Limit, address_of
from bot.web.same_origin import same_origin
from bot.web.state import Reading, Web, Writing

REPORTS = Limit("reports", 20, 600)
CHANNEL = "class"
REASON = "helper report"
VERDICTS: Mapping[str, str] = {"none": "none of these", "bad": "not solved"}
"""What a helper can say, and the verdict by which it comes among the unanswered questions."""

router = APIRouter(prefix="/lookup", dependencies=[Depends(same_origin)])


@router.get("/{municipality}/reports")
def report_form(request: Request, web: Web, session: Reading, municipality: str, lang: str = "") -> Response:
    """An empty form, for a question that nobody looked up."""
    links = Links(web.library.city(session, municipality), style_of(lang).language)
    if not web.store_questions:
        raise HTTPException(404)
    return _private(show_of(request, "report.html", links, question="", told="", stopped=""))


@router.post("/{municipality}/reports")
def report(
    request: Request,
    web: Web,
    session: Writing,
    municipality: str,
    question: Annotated[str, Form()] = "",
    why: Annotated[str, Form()] = "none",
    lang: Annotated[str, Form()] = "",
) -> Response:
    """Writes the question down, masked, as asked in class. What was typed comes back when it can't be taken now."""
    city = web.library.city(session, municipality)
    links = Links(city, style_of(lang).language)
    if not web.store_questions:
        raise HTTPException(404)
    text = records.storable(question).strip()[: asking.QUESTION_LIMIT]
    if not text:
        return _again(request, links, "", "どんなことを聞かれたか、書いてください。", 400)
    if wait := web.limits.wait(REPORTS, address_of(request)):
        stopped = (
            f"続けてたくさん届いたので、少し休んでいます。{-(-wait // 60)}分ほどしてから、もう一度送ってください。"
        )
        page = _again(request, links, text, stopped, 429)
        page.headers["retry-after"] = str(wait)
        return page
    about = uuid.uuid4().hex
    told = asking.asked(text, city, Style(), about, web.clock(), Standing())
    recognition = told.recognition or recognize(text, city.index, thresholds=city.thresholds)
    records.record_utterance(session, records.Asked(about, municipality, CHANNEL, web.clock()), recognition, told.reply)
    records.record_feedback(session, municipality, Feedback(about, VERDICTS.get(why, VERDICTS["none"]), REASON))
    return _private(show_of(request, "report.html", links, question="", told=text, stopped=""))


def _again(request: Request, links: Links, question: str, stopped: str, status: int) -> Response:
    page = show_of(request, "report.html", links, question=question, told="", stopped=stopped)
    page.status_code = status
    return _private(page)


def _private(page: Response) -> Response:
    page.headers["cache-control"] = PRIVATE
    return page
