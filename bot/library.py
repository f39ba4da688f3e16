"""The knowledge that this process answers from: one immutable value per municipality, made anew on a release."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time

from sqlmodel import Session

from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.counting import frequent_topics
from bot.intents import PreparedLexicon, Shelf
from knowledge.editing import current_release
from knowledge.published import Published, load_published
from knowledge.schema import COMMON

DRAFTED = 4
"""Unpublished states that are kept ready: each is an index of a city's own entries, the common ones beside it."""

_State = tuple[str, date | None, int, tuple[tuple[str, int], ...]]


class UnknownMunicipality(LookupError):
    """There is no such municipality here."""


class Library:
    """Caches what was published; compares one number per call with the database's.

    `with_samples` is for trial runs: made-up classes are shown too.
    """

    def __init__(self, lexicon: PreparedLexicon, today: Callable[[], date], *, with_samples: bool = False) -> None:
        self._lexicon = lexicon
        self._with_samples = with_samples
        self._today = today
        self._lock = threading.Lock()
        self._published: Published | None = None
        self._common: Shelf = {}
        self._common_texts: tuple[tuple[str, int], ...] | None = None
        self._cities: dict[str, CityKnowledge] = {}
        self._drafted: dict[_State, CityKnowledge] = {}
        self._drafted_common: tuple[tuple[date, tuple[tuple[str, int], ...]], Shelf] | None = None
        self._built_on: date | None = None

    @property
    def release(self) -> int | None:
        """The release that this process answers from now; None before the first question."""
        published = self._published
        return published.release if published is not None else None

    def published(self, session: Session) -> Published:
        """The newest release."""
        with self._lock:
            return self._fresh(session)

    def city(self, session: Session, municipality: str) -> CityKnowledge:
        """What is published for a municipality today. Raises UnknownMunicipality."""
        with self._lock:
            published = self._fresh(session)
            if municipality not in published.municipalities:
                raise UnknownMunicipality(municipality)
            if municipality not in self._cities:
                self._cities[municipality] = self._built(session, published, municipality, self._common)
            return self._cities[municipality]

    def drafted_city(self, session: Session, drafted: Published, municipality: str) -> CityKnowledge:
        """A municipality as it would be with another state of the entries than the published one; citizens never
        get it. The common entries' part is shared when nothing of them differs. Raises UnknownMunicipality."""
        with self._lock:
            self._fresh(session)
            common, common_texts = self._common, self._common_texts
        if municipality not in drafted.municipalities:
            raise UnknownMunicipality(municipality)
        today = self._today()
        own = tuple((e.id, e.revision) for e in drafted.entries if e.pack in (COMMON, municipality))
        state = (municipality, today, drafted.release, own)
        if (known := self._drafted.get(state)) is not None:
            return known
        if (texts := _common_texts(drafted, today)) != common_texts:
            common = self._drafted_shelf(drafted, today, texts)
        built = self._built(session, drafted, municipality, common)
        with self._lock:
            kept = list(self._drafted.items())[1 - DRAFTED :]
            self._drafted = dict([*kept, (state, built)])
        return built

    def _drafted_shelf(self, drafted: Published, today: date, texts: tuple[tuple[str, int], ...]) -> Shelf:
        """The common entries with drafts among them, built once for all cities that are asked for one after another."""
        if self._drafted_common is None or self._drafted_common[0] != (today, texts):
            self._drafted_common = ((today, texts), common_shelf(drafted, today, self._lexicon))
        return self._drafted_common[1]

    def _built(self, session: Session, published: Published, municipality: str, common: Shelf) -> CityKnowledge:
        today = self._today()
        asked = frequent_topics(session, municipality, datetime.combine(today, time(), tzinfo=UTC))
        return city_knowledge(published, municipality, today, self._lexicon, common, asked, self._with_samples)

    def warm(self, session: Session) -> None:
        """Builds what the first questions would otherwise wait for."""
        for municipality in self.published(session).municipalities:
            self.city(session, municipality)

    def _fresh(self, session: Session) -> Published:
        release, today = current_release(session), self._today()
        if self._published is None or self._published.release != release or self._built_on != today:
            self._published = load_published(session)
            self._common = self._shelved(self._published, today)
            self._cities = {}
            self._built_on = today
        return self._published

    def _shelved(self, published: Published, today: date) -> Shelf:
        """The common shelf; the one there is when the release changed nothing of the common pack."""
        texts = _common_texts(published, today)
        if self._common_texts != texts:
            self._common, self._common_texts = common_shelf(published, today, self._lexicon), texts
        return self._common


def _common_texts(published: Published, today: date) -> tuple[tuple[str, int], ...]:
    """Which texts the common shelf is made of."""
    return tuple((e.id, e.revision) for e in published.visible_in(COMMON, today) if e.pack == COMMON)
