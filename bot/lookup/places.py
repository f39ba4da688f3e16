"""Places of a municipality: counters, terminals, Wi-Fi, venues; each with a link to a map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from fastapi import APIRouter, Request, Response

from bot.conversation.city import CityKnowledge
from bot.lookup.asking import style_of
from bot.lookup.links import Links
from bot.lookup.view import kept, show_of, standing_of
from bot.responses.cards import place_card
from bot.responses.phrases import phrase
from bot.responses.reply import Card
from bot.web.state import Reading, Web
from knowledge.listings import PlaceKind

router = APIRouter(prefix="/lookup")


@router.get("/{municipality}/places")
def places(request: Request, web: Web, session: Reading, municipality: str, kind: str = "", lang: str = "") -> Response:
    """All places by kind, or those of one kind."""
    city = web.library.city(session, municipality)
    links, standing = Links(city, style_of(lang).language), standing_of(session, web, city)
    chosen = kind if kind in get_args(PlaceKind) else ""

    def make() -> Response:
        kinds = list(_kinds(city))
        shown = [found for found in kinds if chosen in ("", found[0])]
        return show_of(request, "places.html", links, kinds=kinds, shown=shown, kind=chosen, standing=standing)

    return kept(request, links, standing, make)


def _kinds(city: CityKnowledge) -> Iterator[tuple[str, str, list[Card]]]:
    """(kind, its name, its places) for each kind that the city has."""
    for kind in get_args(PlaceKind):
        found = [place_card(place, city=city.name) for place in city.places if place.kind == kind]
        if found:
            yield kind, phrase(f"place_{kind}"), found
