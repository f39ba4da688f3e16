"""All that is published of a municipality, in the shapes for programs: the same for the API and the open data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel

from bot.conversation.city import CityKnowledge
from bot.lookup.entries import written_in
from bot.lookup.links import listed
from bot.lookup.shapes import (
    ClassItem,
    Entry,
    Listing,
    PlaceItem,
    ProcedureItem,
    class_of,
    entry_of,
    place_of,
    procedure_of,
)
from bot.web.state import web_parts
from knowledge.listings import SmartphoneClass

Item = TypeVar("Item", bound=BaseModel)


def real_classes(city: CityKnowledge) -> tuple[SmartphoneClass, ...]:
    """The sessions without made-up ones, which are for trying and nobody's data."""
    return tuple(session for session in city.classes if not session.sample)


def entries_of(city: CityKnowledge, request: Request, languages: Iterable[str] = ("ja",)) -> list[Entry]:
    """Every entry for the public, in each of these languages in which it is written."""
    wanted = tuple(languages)
    return [
        entry_of(visible, city, request, language)
        for visible in city.entries.values()
        if listed(visible)
        for language in written_in(visible.entry)
        if language in wanted
    ]


def listing(items: list[Item], city: CityKnowledge, request: Request) -> Listing[Item]:
    """Items with what they belong to."""
    return Listing(
        municipality=city.municipality,
        name=city.name,
        release=city.index.release,
        licence=web_parts(request).licence.address,
        count=len(items),
        items=items,
    )


def procedures_of(city: CityKnowledge) -> list[ProcedureItem]:
    """Every procedure."""
    return [procedure_of(procedure, city) for procedure in city.procedures]


def classes_of(sessions: Iterable[SmartphoneClass], city: CityKnowledge, request: Request) -> list[ClassItem]:
    """These sessions."""
    return [class_of(session, city, request) for session in sessions]


def places_of(city: CityKnowledge) -> list[PlaceItem]:
    """Every place."""
    return [place_of(place, city) for place in city.places]
