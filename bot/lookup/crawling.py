"""For search engines: which pages there are (sitemaps), and which are not for them (robots.txt)."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from bot.conversation.city import CityKnowledge
from bot.lookup.entries import written_in
from bot.lookup.links import Links, listed
from bot.lookup.view import BUILD, kept, show, show_of, standing_of
from bot.web.addresses import absolute
from bot.web.freshness import fresh, tag_of
from bot.web.state import Reading, Web, web_parts

_CLOSED = ("/admin", "/simulator", "/line/", "/lookup/*?q=", "/lookup/*/taps", "/lookup/*/reports")
_XML = "application/xml"

router = APIRouter()


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """What crawlers leave alone: everything that is not a page to look something up on."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED)]
    return PlainTextResponse("\n".join([*lines, f"Sitemap: {absolute(request, '/sitemap.xml')}", ""]))


@router.get("/sitemap.xml")
def sitemaps(request: Request, web: Web, session: Reading) -> Response:
    """The list of the municipalities' sitemaps."""
    cities = web.library.published(session).municipalities
    found = [absolute(request, f"/lookup/{city}/sitemap.xml") for city in cities]

    def make() -> Response:
        return _xml(show(request, "sitemaps.xml", sitemaps=found))

    return fresh(request, tag_of(BUILD, found), make)


@router.get("/lookup/{municipality}/sitemap.xml")
def sitemap(request: Request, web: Web, session: Reading, municipality: str) -> Response:
    """Every page of a municipality; entries in every language, and which pages are translations of each other."""
    links = Links(web.library.city(session, municipality))

    def make() -> Response:
        pages = [absolute(request, path) for path in _pages(links)]
        entries = list(_entries(request, links.city))
        return _xml(show_of(request, "sitemap.xml", links, pages=pages, entries=entries))

    return kept(request, links, standing_of(session, web, links.city), make, web_parts(request).public_url)


def _pages(links: Links) -> Iterator[str]:
    yield links.to()
    for group in dict.fromkeys(e.entry.group for e in links.city.entries.values() if listed(e)):
        yield links.to(f"/groups/{group}")
    yield from (links.to(f"/{page}") for page in ("procedures", "classes", "places"))
    yield f"/open-data/{links.city.municipality}"


def _entries(request: Request, city: CityKnowledge) -> Iterator[dict[str, str]]:
    """For each entry the address in each language."""
    for topic, visible in city.entries.items():
        if listed(visible):
            yield {
                language: absolute(request, Links(city).entry(topic), lang="" if language == "ja" else language)
                for language in written_in(visible.entry)
            }


def _xml(page: Response) -> Response:
    page.headers["content-type"] = _XML
    return page
