"""The catalogue of topics: what must be answerable, in which packs, and how urgent it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from knowledge.own_files import read_own
from knowledge.schema import Audience, Strict, TopicId

FILE = Path(__file__).parent / "topics.yaml"
MOST_ASKED = Path(__file__).parent / "most_asked.yaml"


class Topic(Strict):
    """One topic. `priority` 1 is asked most; `near` lists topics that are easily confused with it."""

    id: TopicId
    priority: int
    packs: tuple[str, ...]
    audience: tuple[Audience, ...]
    near: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The part before the slash."""
        return self.id.split("/", 1)[0]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Topics by id and the Japanese names of their groups."""

    groups: Mapping[str, str]
    topics: Mapping[str, Topic]


@cache
def most_asked() -> tuple[str, ...]:
    """Topics that are asked most, in order. Raises pydantic's ValidationError for what is no topic id."""
    return TypeAdapter(tuple[TopicId, ...]).validate_python(read_own(MOST_ASKED))


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the program."""
    content = read_own(FILE)
    topics = [Topic.model_validate(row) for row in content["topics"]]
    return Catalogue(content["groups"], {topic.id: topic for topic in topics})
