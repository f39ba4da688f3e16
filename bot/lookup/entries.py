"""An entry's own page: stable, in every language it is written in, and readable by search engines."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, HTTPException, Request, Response

from bot.conversation.classes import upcoming
from bot.conversation.standing import Standing, reply_under
from bot.conversation.turn import show_topic
from bot.lookup.asking import LANGUAGES, html_language, style_of
from bot.lookup.links import Links, listed
from bot.lookup.view import kept, show_of, standing_of
from bot.responses.reply import Reply
from bot.web.addresses import absolute
from bot.web.state import Reading, Web
from knowledge.catalogue import catalogue
from knowledge.published import VisibleEntry
from knowledge.schema import Entry

DESCRIPTION = 110
"""Characters of a page's description: what search engines show."""

router = APIRouter(prefix="/lookup")


@router.get("/{municipality}/entries/{group}/{name}")
def entry(
    request: Request, web: Web, session: Reading, municipality: str, group: str, name: str, lang: str = ""
) -> Response:
    """The answer of one entry, with its source and date."""
    city = web.library.city(session, municipality)
    visible = city.entries.get(f"{group}/{name}")
    if visible is None:
        raise HTTPException(404)
    links, standing = Links(city, style_of(lang).language), standing_of(session, web, city)
    coming = [c.id for c in upcoming(city.classes, web.clock())] if group == "smartphone-class" else []

    def make() -> Response:
        reply = show_topic(visible.entry.topic, city, style_of(lang), "", web.clock())
        return _page(request, links, visible, reply_under(standing, reply, city, style_of(lang)), standing)

    return kept(request, links, standing, make, visible.id, coming)


def _page(request: Request, links: Links, visible: VisibleEntry, reply: Reply, standing: Standing) -> Response:
    rests = standing.pause is not None and reply.topic is None
    own = Links(links.city, reply.language)
    address = _address(request, visible.entry.topic, links.city.municipality, reply.language)
    return show_of(
        request,
        "entry.html",
        links,
        visible=visible,
        heading=reply.heading or visible.entry.question,
        reply=reply.model_copy(update={"heading": ""}),
        group=catalogue().groups.get(visible.entry.group, visible.entry.group),
        description=_description(reply),
        canonical=address,
        alternates=[] if rests else list(_alternates(request, visible.entry, links.city.municipality)),
        spoken=written_in(visible.entry),
        faq=None if rests else faq(reply, address, visible.entry),
        own=own,
        indexed=listed(visible) and not rests,
    )


def written_in(entry: Entry) -> tuple[str, ...]:
    """The languages in which an entry can be read today; a translation of an older text is not shown."""
    return ("ja", *(lang for lang in LANGUAGES if lang in entry.variants and lang not in entry.stale_variants()))


def _address(request: Request, topic: str, municipality: str, language: str) -> str:
    lang = "" if language == "ja" else language
    return absolute(request, f"/lookup/{municipality}/entries/{topic}", lang=lang)


def _alternates(request: Request, entry: Entry, municipality: str) -> Iterator[tuple[str, str]]:
    """(hreflang, address) of every language. Easy Japanese has no code of its own: readers find it on the page."""
    for language in written_in(entry):
        if language != "easy":
            yield language, _address(request, entry.topic, municipality, language)
    yield "x-default", _address(request, entry.topic, municipality, "ja")


def _description(reply: Reply) -> str:
    text = " ".join((reply.body, *reply.steps)).split()
    joined = " ".join(text)
    return joined if len(joined) <= DESCRIPTION else joined[: DESCRIPTION - 1] + "…"


def faq(reply: Reply, address: str, entry: Entry) -> dict[str, object]:
    """The page as a schema.org FAQPage."""
    steps = [f"{number}. {step}" for number, step in enumerate(reply.steps, start=1)]
    answer = {
        "@type": "Answer",
        "text": "\n".join((reply.body, *steps)),
        "dateModified": entry.as_of.isoformat(),
        "url": address,
    }
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": html_language(reply.language),
        "mainEntity": [{"@type": "Question", "name": reply.heading, "acceptedAnswer": answer}],
    }
