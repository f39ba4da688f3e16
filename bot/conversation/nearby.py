"""What is near a place that somebody sent: counters, terminals and classes, with the distance. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from bot.conversation.city import CityKnowledge
from bot.conversation.classes import upcoming
from bot.responses import compose
from bot.responses.cards import class_card, place_card
from bot.responses.compose import Style
from bot.responses.phrases import phrase
from bot.responses.reply import Choice, Reply
from knowledge.listings import Place, SmartphoneClass

EARTH = 6371.0088
"""Kilometres: the mean radius R1 of the GRS80 ellipsoid (IUGG)."""
SHOWN = 5
"""Of each kind; both together fill one carousel."""
Point = tuple[float, float]
"""Latitude and longitude in degrees."""
Listed = TypeVar("Listed", Place, SmartphoneClass)


def distance_km(one: Point, other: Point) -> float:
    """Kilometres between two points on the globe, by the haversine formula (Sinnott 1984)."""
    first, second = math.radians(one[0]), math.radians(other[0])
    up = math.sin((second - first) / 2) ** 2
    across = math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(up + math.cos(first) * math.cos(second) * across)))


def nearby(here: Point, at: datetime, city: CityKnowledge, style: Style, choices: tuple[Choice, ...]) -> Reply:
    """The nearest places and sessions to come, nearest first; the counter when nothing is on the map.

    `choices` are the next steps that are offered.
    """
    places = [(km, place_card(place, city=city.name, km=km)) for km, place in _nearest(here, city.places)]
    coming = _nearest(here, (c for c in upcoming(city.classes, at) if not c.cancelled))
    classes = [(km, class_card(session, city=city.name, now=at, km=km)) for km, session in coming]
    cards = tuple(card for _, card in sorted((*places, *classes), key=lambda item: item[0]))
    if cards:
        notice = compose.notice(phrase("nearby", style.language), style=style, choices=choices)
        return notice.model_copy(update={"cards": cards})
    text = phrase("nearby_nothing", style.language, city=city.name, counter=city.counter.name)
    buttons = compose.counter_buttons(city.pack, city.counter)
    return compose.notice(text, style=style, choices=choices, buttons=buttons)


def _nearest(here: Point, listed: Iterable[Listed]) -> list[tuple[float, Listed]]:
    found = [
        (distance_km(here, (item.latitude, item.longitude)), item)
        for item in listed
        if item.latitude is not None and item.longitude is not None
    ]
    return sorted(found, key=lambda item: item[0])[:SHOWN]
