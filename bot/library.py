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
        self._built_on: date | None = None

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
                today = self._today()
                asked = frequent_topics(session, municipality, datetime.combine(today, time(), tzinfo=UTC))
                self._cities[municipality] = city_knowledge(
                    published, municipality, today, self._lexicon, self._common, asked, self._with_samples
                )
            return self._cities[municipality]

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
        texts = tuple((e.id, e.revision) for e in published.visible_in(COMMON, today) if e.pack == COMMON)
        if self._common_texts != texts:
            self._common, self._common_texts = common_shelf(published, today, self._lexicon), texts
        return self._common
