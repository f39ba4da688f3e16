"""Common and city: the same topic as the common pack and each city answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from admin.entries.diffs import FieldDiff, field_diffs
from admin.publishing.joining import Joining
from knowledge.drafting import find_draft
from knowledge.editing import entry_id
from knowledge.published import Published, VisibleEntry
from knowledge.schema import COMMON
from knowledge.tables import DraftRow, EntryRow, ReleaseChangeRow, ReleaseRow, RevisionRow


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: the common entry and those of cities. `drafts` are the packs where somebody is changing it."""

    topic: str
    common: VisibleEntry | None
    cities: Mapping[str, VisibleEntry]
    drafts: frozenset[str] = field(default=frozenset())

    @property
    def question(self) -> str:
        """The common question, else a city's."""
        shown = self.common or next(iter(self.cities.values()))
        return shown.entry.question

    def differences(self, city: str) -> list[FieldDiff]:
        """In what a city's entry differs from the common one."""
        return field_diffs(_content(self.common), _content(self.cities.get(city)))

    def fields(self, city: str) -> list[str]:
        """The names of the fields in which a city's entry differs from the common one."""
        return [diff.label for diff in self.differences(city)] if self.common else []


def topics(session: Session, published: Published, cities: Sequence[str]) -> list[Topic]:
    """All topics of the common pack and of these cities."""
    places = (COMMON, *cities)
    found: dict[str, dict[str, VisibleEntry]] = {}
    for visible in published.entries:
        if visible.pack in places:
            found.setdefault(visible.entry.topic, {})[visible.pack] = visible
    drafted = _drafted(session, places)
    return [_topic(name, found[name], drafted.get(name, frozenset())) for name in sorted(found)]


def _topic(name: str, packs: Mapping[str, VisibleEntry], drafts: frozenset[str]) -> Topic:
    own = {pack: visible for pack, visible in packs.items() if pack != COMMON}
    return Topic(name, packs.get(COMMON), own, drafts)


def _drafted(session: Session, packs: Sequence[str]) -> dict[str, frozenset[str]]:
    query = select(EntryRow.topic, EntryRow.pack).join(DraftRow, col(DraftRow.entry_id) == col(EntryRow.id))
    found: dict[str, set[str]] = {}
    for topic, pack in session.exec(query.where(col(EntryRow.pack).in_(packs))).all():
        found.setdefault(topic, set()).add(pack)
    return {topic: frozenset(names) for topic, names in found.items()}


def common_when_begun(session: Session, own: str, topic: str) -> RevisionRow | None:
    """The common text that was published when the city's own entry was written: the base to join with.

    None when the city wrote first, or there was no common text.
    """
    row = session.get(EntryRow, own)
    mine = session.get(RevisionRow, row.published_revision_id) if row and row.published_revision_id else None
    if mine is None:
        return None
    query = (
        select(ReleaseChangeRow.after_revision_id)
        .join(ReleaseRow, col(ReleaseRow.number) == col(ReleaseChangeRow.release_number))
        .where(ReleaseChangeRow.entry_id == f"{COMMON}/{topic}", col(ReleaseRow.created_at) <= mine.created_at)
        .order_by(col(ReleaseRow.number).desc())
    )
    number = session.exec(query.limit(1)).first()
    return session.get(RevisionRow, number) if number is not None else None


def adopting(session: Session, city: str, topic: str) -> Joining | None:
    """What the common pack changed since the city wrote its own text, and the city's (its draft, else what is
    published); None when one of the two is not there."""
    own, shared = entry_id(city, topic), session.get(EntryRow, entry_id(COMMON, topic))
    row, draft = session.get(EntryRow, own), find_draft(session, own)
    if row is None or shared is None or shared.published_revision_id is None:
        return None
    head = draft.revision_id if draft is not None else row.published_revision_id
    if head is None:
        return None
    theirs, mine = session.get(RevisionRow, shared.published_revision_id), session.get(RevisionRow, head)
    return Joining(common_when_begun(session, own, topic), theirs, mine)


def _content(visible: VisibleEntry | None) -> dict[str, object] | None:
    return visible.entry.model_dump(mode="json") if visible else None
