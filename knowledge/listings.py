"""The three structured catalogues beside entries: procedures, places, and classes for smartphones.

Procedures and places stand in a pack (`procedures.yaml`, `places.yaml`); a city's procedure replaces the common one
of the same id. Classes change every month and come in as open-data CSV (see `knowledge.open_data`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # noqa: N812 - a field is called `date`
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, StringConstraints, model_validator

from knowledge.reading import Document, Problem, parse_list, read_document
from knowledge.schema import Line, ServiceState, SourceId, Strict, TopicId
from knowledge.sources import SourceRegister

ListingId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
Event = Literal[
    "moving", "birth", "childcare", "marriage", "condolence", "work", "care", "disaster", "health", "tax", "vehicle",
    "card", "certificate", "voting", "facility", "other",
]  # fmt: skip
Online = Literal["everywhere", "some-cities", "no", "unknown"]
PlaceKind = Literal["counter", "terminal", "wifi", "class", "facility"]
Latitude = Annotated[float, Field(ge=20, le=46)]
Longitude = Annotated[float, Field(ge=122, le=154)]
"""Japan. A swapped pair falls out of it."""


class Procedure(Strict):
    """Something people come to the city hall for: whether and through what it is done online, what is needed, and
    whether they must still come."""

    id: ListingId
    name: Short
    words: tuple[Short, ...]
    events: tuple[Event, ...] = Field(min_length=1)
    online: Online
    entrance: Short
    needs: tuple[Short, ...] = ()
    visit: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    topic: TopicId | None = None
    state: ServiceState = "in-service"
    sources: tuple[SourceId, ...] = Field(min_length=1)


class Place(Strict):
    """A counter, a public terminal, a Wi-Fi spot, a class venue or another facility."""

    id: ListingId
    name: Short
    kind: PlaceKind
    address: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    tel: Annotated[str, StringConstraints(pattern=r"^[0-9#-]+$")] | None = None
    hours: Line | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    as_of: Date
    sources: tuple[SourceId, ...] = ()

    @property
    def located(self) -> bool:
        """Whether it can be put on a map."""
        return self.latitude is not None and self.longitude is not None


class SmartphoneClass(Strict):
    """One session of a class. Times are local (Japan)."""

    id: ListingId
    title: Line
    starts: datetime
    ends: datetime
    content: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""
    place: Line
    address: Line | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    capacity: Annotated[int, Field(ge=1, le=10_000)] | None = None
    fee: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    apply: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    apply_until: Date | None = None
    contact: Line | None = None
    tel: Annotated[str, StringConstraints(pattern=r"^[0-9#()-]+$")] | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https?://")] | None = None
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""
    cancelled: bool = False
    """It was announced and will not be held; people go on seeing it, marked 【中止】."""
    sample: bool = False
    """A made-up session that shows how it looks; never shown outside the simulator."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.ends < self.starts:
            raise ValueError("終わり（ends）が始まり（starts）より前です")
        if self.apply_until and self.apply_until > self.ends.date():
            raise ValueError("申し込みの締め切り（apply_until）が終わりより後です")
        return self


Listing = TypeVar("Listing", Procedure, Place)


@dataclass(frozen=True, slots=True)
class PackListings:
    """What one pack lists. Classes are not in pack files; they come in as open data."""

    procedures: tuple[Procedure, ...] = ()
    places: tuple[Place, ...] = ()
    classes: tuple[SmartphoneClass, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadListings:
    """The listings of packs, every fault on the way, and the documents for messages with lines."""

    packs: Mapping[str, PackListings] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict, repr=False)


def read_listings(root: Path, packs: Iterable[str]) -> ReadListings:
    """Reads `procedures.yaml` and `places.yaml` of these packs; a pack may have none."""
    found: dict[str, PackListings] = {}
    problems: list[Problem] = []
    documents: dict[str, Document] = {}
    for pack in packs:
        procedures = _read(Procedure, root, f"{pack}/procedures.yaml", documents, problems)
        places = _read(Place, root, f"{pack}/places.yaml", documents, problems)
        found[pack] = PackListings(tuple(procedures), tuple(places))
    return ReadListings(found, tuple(problems), documents)


def _read(
    model: type[Listing], root: Path, name: str, documents: dict[str, Document], problems: list[Problem]
) -> list[Listing]:
    if not (root / name).exists():
        return []
    document, faults = read_document(root / name, name)
    problems += faults
    if document is None:
        return []
    documents[name] = document
    found, faults = parse_list(model, document)
    problems += faults
    return found


def check_listings(read: ReadListings, topics: Mapping[str, set[str]], register: SourceRegister) -> list[Problem]:
    """Ids stand once, sources are in the register and can be named, topics exist for the people of that pack."""
    problems = list(read.problems)
    for pack, listings in read.packs.items():
        for name, items in (("procedures", listings.procedures), ("places", listings.places)):
            problems += _check(f"{pack}/{name}.yaml", items, topics.get(pack, set()), register, read.documents)
    return problems


def _check(
    file: str,
    items: Iterable[Procedure | Place],
    topics: set[str],
    register: SourceRegister,
    documents: Mapping[str, Document],
) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, item in enumerate(items):
        line = documents[file].line_of((number,))
        if item.id in seen:
            yield Problem(file, line, item.id, "id が二度あります")
        seen.add(item.id)
        for source in item.sources:
            if source not in register.facts or not register.facts[source].summary:
                yield Problem(file, line, item.id, f"出典 {source} は台帳にないか、要約がありません")
        topic = item.topic if isinstance(item, Procedure) else None
        if topic and topic not in topics:
            yield Problem(file, line, item.id, f"topic {topic} の項目がありません")


def visible_procedures(common: PackListings, own: PackListings) -> tuple[Procedure, ...]:
    """The procedures of a city: its own before the common ones, which they replace by id."""
    merged = {p.id: p for p in (*common.procedures, *own.procedures)}
    return tuple(merged.values())
