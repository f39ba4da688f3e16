"""The knowledge that this process answers from: one immutable value per municipality, made when it is first asked for
and anew when a release changes something that it is made of. Those asked for longest ago make room."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
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

MOST_CITIES = 300
"""Municipalities that are kept ready unless the operator sets it: more than any prefecture has (北海道: 179)."""
PATIENCE = 2.0
"""Seconds that an answer waits while another thread reads a release in. Far below the lease of a reply that is being
sent: a worker that stands still longer has its replies sent twice."""
WARMED = 50
"""Municipalities that are made ready before anybody asks, those asked for last; the others when somebody asks."""

_State = tuple[str, date | None, int, tuple[tuple[str, int], ...]]


class UnknownMunicipality(LookupError):
    """There is no such municipality here."""


class Library:
    """Caches what was published; compares one number per call with the database's.

    `with_samples` is for trial runs: made-up classes are shown too. `most_cities` are kept ready at once.
    """

    def __init__(
        self,
        lexicon: PreparedLexicon,
        today: Callable[[], date],
        *,
        with_samples: bool = False,
        most_cities: int = MOST_CITIES,
    ) -> None:
        self._lexicon = lexicon
        self._with_samples = with_samples
        self._most_cities = most_cities
        self._today = today
        self._lock = threading.Lock()
        # One thread at a time makes cities: two would share one interpreter. For a ready one nobody waits here.
        self._making = threading.Lock()
        self._published: Published | None = None
        self._common: Shelf = {}
        self._common_texts: tuple[tuple[str, int], ...] | None = None
        self._cities: dict[str, CityKnowledge] = {}
        self._asked: dict[str, None] = {}
        """Municipalities by when they were last asked for, whether they are ready or not."""
        self._drafted: dict[_State, CityKnowledge] = {}
        self._drafted_common: tuple[tuple[date, tuple[tuple[str, int], ...]], Shelf] | None = None
        self._built_on: date | None = None
        self._warm = False

    @property
    def release(self) -> int | None:
        """The release that this process answers from now; None before the first question."""
        published = self._published
        return published.release if published is not None else None

    @property
    def is_warm(self) -> bool:
        """Whether `warm` was done once: from then on the first question of a city is answered as quickly as any."""
        return self._warm

    def published(self, session: Session) -> Published:
        """The newest release."""
        with self._lock:
            return self._fresh(session)

    def city(self, session: Session, municipality: str) -> CityKnowledge:
        """What is published for a municipality today. Raises UnknownMunicipality."""
        if (ready := self._ready(session, municipality)) is not None:
            return ready
        with self._making:
            if (ready := self._ready(session, municipality)) is not None:
                return ready
            with self._lock:
                published, common = self._fresh(session), self._common
            made = self._built(session, published, municipality, common)
            self._keep(published, made)
            return made

    def _ready(self, session: Session, municipality: str) -> CityKnowledge | None:
        """A municipality that is ready; while a release is read in for longer than PATIENCE, as it was before that."""
        if not self._lock.acquire(timeout=PATIENCE):
            if (before := self._cities.get(municipality)) is not None:
                return before
            self._lock.acquire()
        try:
            return self._found(session, municipality)
        finally:
            self._lock.release()

    def _found(self, session: Session, municipality: str) -> CityKnowledge | None:
        """A municipality that is ready now; it is the one that was asked for last."""
        if municipality not in self._fresh(session).packs or municipality == COMMON:
            raise UnknownMunicipality(municipality)
        self._asked.pop(municipality, None)
        self._asked[municipality] = None
        if (found := self._cities.pop(municipality, None)) is not None:
            self._cities[municipality] = found
        return found

    def _keep(self, published: Published, made: CityKnowledge) -> None:
        with self._lock:
            if published is self._published:  # else something was released while it was made
                self._cities[made.municipality] = made
                while len(self._cities) > self._most_cities:
                    del self._cities[next(iter(self._cities))]

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
        known = dict.fromkeys(reversed(self.published(session).municipalities))
        with self._lock:
            others = [city for city in known if city not in self._asked]
            asked = [city for city in self._asked if city in known]
        last = [*others, *asked][-min(WARMED, self._most_cities) :]
        for municipality in last:  # from the one asked for longest ago, so that the order stays
            self.city(session, municipality)
        self._warm = True

    def _fresh(self, session: Session) -> Published:
        release, today = current_release(session), self._today()
        before = self._published
        if before is None or before.release != release or self._built_on != today:
            published = load_published(session, before)
            common = self._shelved(published, today)
            shared = before is not None and self._built_on == today and self._common is common
            self._cities = _still_true(self._cities, before, published) if shared and before is not None else {}
            self._published, self._common, self._built_on = published, common, today
            return published
        return before

    def _shelved(self, published: Published, today: date) -> Shelf:
        """The common shelf; the one there is when the release changed nothing of the common pack."""
        texts = _common_texts(published, today)
        if self._common_texts != texts:
            shelf, self._common_texts = common_shelf(published, today, self._lexicon), texts
            return shelf
        return self._common


def _common_texts(published: Published, today: date) -> tuple[tuple[str, int], ...]:
    """Which texts the common shelf is made of."""
    return tuple((e.id, e.revision) for e in published.visible_in(COMMON, today) if e.pack == COMMON)


def _still_true(cities: Mapping[str, CityKnowledge], before: Published, now: Published) -> dict[str, CityKnowledge]:
    """The municipalities that a release left as they are."""
    if before.register is not now.register or not now.has_same(COMMON, before):
        return {}
    return {name: city for name, city in cities.items() if now.has_same(name, before)}
