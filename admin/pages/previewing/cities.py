"""What previews compare: the city with its drafts, and the questions of a city."""

from __future__ import annotations

from admin.pages.visit import Visit
from admin.publishing.drafted import drafted
from bot.conversation.city import CityKnowledge


def with_drafts(visit: Visit) -> CityKnowledge:
    """The city as it would be with all drafts published. Raises UnknownMunicipality."""
    library, session = visit.web.library, visit.session
    return library.drafted_city(session, drafted(library.published(session), session), visit.municipality)


def questions(city: CityKnowledge) -> dict[str, str]:
    """The questions of a city's entries and refusals, by topic."""
    return {topic: visible.entry.question for topic, visible in (*city.entries.items(), *city.refusals.items())}
