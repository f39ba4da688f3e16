"""Hand-outs: entries that somebody picks become sheets of A4 paper, from the browser's print or as a PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from bot.conversation.city import CityKnowledge
from bot.conversation.standing import Standing
from bot.conversation.turn import show_topic
from bot.lookup import asking
from bot.lookup.class_view import segments, valid_until
from bot.lookup.handout_pdf import can_make_pdf, pdf_of
from bot.lookup.links import Links, listed
from bot.lookup.qr import qr_picture
from bot.lookup.view import show_of
from bot.responses.compose import Style
from bot.responses.days import in_japan
from bot.responses.reply import Reply
from bot.web.addresses import absolute
from bot.web.freshness import PRIVATE
from bot.web.limits import Limit, address_of, too_many
from bot.web.state import Reading, Web
from knowledge.catalogue import catalogue
from knowledge.published import VisibleEntry
from knowledge.schema import Counter, Entry

MOST = 12
"""Entries of one hand-out: about as many sheets as a class reads."""
FOUND = 8
SEARCHES = Limit("hand-out searches", 120, 60)
PDFS = Limit("hand-out PDFs", 20, 60)
"""Setting type takes a second of the machine."""
Topics = Annotated[list[str], Query(alias="e")]

router = APIRouter(prefix="/lookup")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry on paper."""

    entry: Entry
    reply: Reply
    code: str

    @property
    def until(self) -> str:
        """The last day on which the sheet may be handed out, as people write it."""
        day = valid_until(self.entry)
        return f"{day.year}年{day.month}月{day.day}日"


@router.get("/{municipality}/handouts")
def picking(request: Request, web: Web, session: Reading, municipality: str, e: Topics = [], q: str = "") -> Response:  # noqa: B006 - FastAPI copies it
    """What to pick: what was found, what is picked, and everything by group. The choice stands in the address."""
    city = web.library.city(session, municipality)
    picked = picked_entries(city, e)
    found = _found(request, city, q) if q.strip() else []
    values = {
        "picked": picked,
        "found": [v for v in found if v not in picked],
        "question": q,
        "groups": _groups(city, picked, found),
        "most": MOST,
        "wishes": request.query_params,
        "can_make_pdf": can_make_pdf(),
    }
    return _private(show_of(request, "handout_pick.html", Links(city), **values))


@router.get("/{municipality}/handouts/print")
def sheets(request: Request, web: Web, session: Reading, municipality: str, e: Topics = []) -> Response:  # noqa: B006 - as above
    """The sheets, for the browser to print."""
    city = web.library.city(session, municipality)
    return _private(_sheets(request, city, e))


@router.get("/{municipality}/handouts/pdf")
async def pdf(request: Request, web: Web, municipality: str, e: Topics = []) -> Response:  # noqa: B006 - as above
    """The same sheets as a PDF; 404 where that is not installed."""
    if not can_make_pdf():
        raise HTTPException(404)
    if wait := web.limits.wait(PDFS, address_of(request)):
        raise too_many(wait)

    def made() -> bytes:
        with web.database.reading() as session:
            city = web.library.city(session, municipality)
        return pdf_of(bytes(_sheets(request, city, e).body).decode())

    headers = {"content-disposition": 'inline; filename="handout.pdf"', "cache-control": PRIVATE}
    return Response(await run_in_threadpool(made), media_type="application/pdf", headers=headers)


def picked_entries(city: CityKnowledge, topics: Iterable[str]) -> list[VisibleEntry]:
    """The entries of these topics in this order, each once; what is not published is left out. At most `MOST`."""
    found = [city.entries[t] for t in dict.fromkeys(topics) if t in city.entries and listed(city.entries[t])]
    return found[:MOST]


def _found(request: Request, city: CityKnowledge, q: str) -> list[VisibleEntry]:
    """Entries near to a search, best first. Nothing is written down: nobody asked, somebody makes paper."""
    web = request.app.state.web
    if wait := web.limits.wait(SEARCHES, address_of(request)):
        raise too_many(wait)
    told = asking.asked(q.encode("utf-8", "replace").decode(), city, Style(), "", web.clock(), Standing())
    topics = [c.topic for c in told.recognition.candidates] if told.recognition else []
    near = [city.entries[t] for t in dict.fromkeys((told.reply.topic or "", *topics)) if t in city.entries]
    return [v for v in near if listed(v)][:FOUND]


def _groups(
    city: CityKnowledge, picked: Sequence[VisibleEntry], found: Sequence[VisibleEntry]
) -> Mapping[str, list[VisibleEntry]]:
    above = {v.id for v in (*picked, *found)}
    rest = [v for v in city.entries.values() if listed(v) and v.id not in above]
    names = catalogue().groups
    return {name: some for key, name in names.items() if (some := [v for v in rest if v.entry.group == key])}


def _sheets(request: Request, city: CityKnowledge, topics: Iterable[str]) -> Response:
    picked = picked_entries(city, topics)
    if not picked:
        raise HTTPException(404)
    links, now = Links(city), request.app.state.web.clock()
    here = in_japan(now)
    made = [Sheet(v.entry, show_topic(v.entry.topic, city, Style(), "", now), _code(request, links, v)) for v in picked]
    given = request.query_params
    values = {
        "sheets": made,
        "counters": _counters(city),
        "kana": bool(given.get("kana")),
        "own_page": bool(given.get("own")),
        "only_list": bool(given.get("list")),
        "title": given.get("title", "")[:60],
        "day": f"{here.year}年{here.month}月{here.day}日",
        "read": segments,
        "back": links.to("/handouts") + "?" + request.url.query,
    }
    return show_of(request, "handout_sheets.html", links, **values)


def _code(request: Request, links: Links, visible: VisibleEntry) -> str:
    return qr_picture(absolute(request, links.entry(visible.entry.topic)))


def _counters(city: CityKnowledge) -> list[Counter]:
    """Whom to ask: the city's counter, and the national line where the city's telephone is not known."""
    return [city.pack.counter] if city.pack.counter.tel else [city.pack.counter, city.hotline]


def _private(page: Response) -> Response:
    page.headers["cache-control"] = PRIVATE
    return page
