"""The due list: published entries that want a look, each with why; and the review that changes nothing but its date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, select

from admin.entries.counts import SINCE, Use, uses
from admin.entries.labels import LANGUAGES
from admin.publishing.policy import policy_of
from admin.worklists.links import dead_links
from bot.tables import UtteranceRow
from bot.web.static import JAPAN
from knowledge import drafting
from knowledge.drafting import find_draft, list_drafts
from knowledge.editing import EditConflict, find_entry
from knowledge.published import Published, VisibleEntry
from knowledge.schema import COMMON
from knowledge.tables import ReleaseRow

SOON = timedelta(days=60)
MOST_YEARS = 3
REASON = "見直し: 変わりなし"


class Why(StrEnum):
    """What an entry wants a look for, the most pressing first."""

    OVERDUE = "overdue"
    DEAD_LINK = "dead-link"
    LOW_RATED = "low-rated"
    SOON = "soon"
    STALE = "stale"
    TO_FILL = "to-fill"
    UNUSED = "unused"


LABELS: Mapping[Why, str] = {
    Why.OVERDUE: "見直し期限を過ぎた",
    Why.DEAD_LINK: "リンクが開けない",
    Why.LOW_RATED: "「しなかった」が多い",
    Why.SOON: "60日以内に見直し期限",
    Why.STALE: "ほかの言語が古い",
    Why.TO_FILL: "市が書き足すこと",
    Why.UNUSED: "90日見られていない",
}


@dataclass(frozen=True, slots=True)
class Due:
    """An entry with its reasons (why → in words). `busy`: somebody is changing it already."""

    item: VisibleEntry
    reasons: Mapping[Why, str]
    busy: bool = False

    @property
    def rank(self) -> tuple[int, date, str]:
        """Where it stands in the list."""
        return min(list(Why).index(why) for why in self.reasons), self.item.entry.review_by, self.item.id


@dataclass(frozen=True, slots=True)
class Known:
    """What the list is made from, beside the entries. `watched` is whether 90 days were written down at all."""

    today: date
    used: Mapping[str, Use]
    dead: Mapping[str, str]
    busy: Collection[str] = frozenset()
    watched: bool = True


def known(session: Session, municipality: str, now: datetime) -> Known:
    """Reads what the list is made from."""
    first = session.exec(select(func.min(UtteranceRow.at)).where(UtteranceRow.municipality == municipality)).one()
    return Known(
        today=now.astimezone(JAPAN).date(),
        used=uses(session, municipality, now),
        dead={url: row.fault for url, row in dead_links(session).items()},
        busy=frozenset(draft.entry_id for draft in list_drafts(session, (municipality, COMMON))),
        watched=first is not None and first <= now - SINCE,
    )


def due_list(published: Published, municipality: str, packs: Collection[str], facts: Known) -> list[Due]:
    """The entries of these packs that want a look. A common one that the city answers itself is not the city's."""
    own = {item.entry.topic for item in published.entries if item.pack == municipality}
    items = [
        item
        for item in published.entries
        if item.pack in packs and (item.pack == municipality or item.entry.topic not in own)
    ]
    found = (Due(item, dict(_reasons(item, facts)), item.id in facts.busy) for item in items)
    return sorted((due for due in found if due.reasons), key=lambda due: due.rank)


def _reasons(item: VisibleEntry, facts: Known) -> Iterator[tuple[Why, str]]:
    entry, use = item.entry, facts.used.get(item.id, Use())
    if entry.review_by < facts.today:
        yield Why.OVERDUE, f"期限 {entry.review_by}"
    elif entry.review_by <= facts.today + SOON:
        yield Why.SOON, f"期限 {entry.review_by}"
    for action in entry.actions:
        if action.kind == "link" and (fault := facts.dead.get(action.value)):
            yield Why.DEAD_LINK, f"{action.label}: {fault}"
    if use.low_rated:
        yield Why.LOW_RATED, f"{use.solved + use.unsolved} 件のうち {use.unsolved} 件"
    if stale := entry.stale_variants():
        yield Why.STALE, "、".join(LANGUAGES[language] for language in stale)
    if entry.to_fill:
        yield Why.TO_FILL, "、".join(entry.to_fill)
    if facts.watched and not use.given and "citizen" in entry.audience:
        yield Why.UNUSED, ""


def narrowed(found: Iterable[Due], *, why: str = "", section: str = "") -> list[Due]:
    """Those of one reason and one section; empty means all."""
    return [
        due for due in found if (not why or why in due.reasons) and (not section or due.item.entry.section == section)
    ]


def sections(found: Iterable[Due]) -> list[str]:
    """The sections that the list names."""
    return sorted({due.item.entry.section for due in found if due.item.entry.section})


def next_review(today: date) -> date:
    """A year from now: what is proposed."""
    return date(today.year + 1, today.month, min(today.day, 28))


class ReviewRefused(ValueError):
    """The review can't be noted; the message is a Japanese sentence."""


def note_review(
    session: Session,
    item: VisibleEntry,
    review_by: date,
    *,
    author: str,
    may_publish: bool,
    at: datetime,
) -> ReleaseRow | None:
    """Sets the next date of an entry that somebody has looked through and found right.

    Published at once by those who may (not where a second person has to approve): returns the release. Else None: it
    is a draft in review. Raises ReviewRefused.
    """
    today = at.astimezone(JAPAN).date()
    if not today < review_by <= date(today.year + MOST_YEARS, today.month, min(today.day, 28)):
        raise ReviewRefused(f"次の見直しは、あすから {MOST_YEARS} 年のうちの日にしてください。")
    if find_draft(session, item.id) is not None:
        raise ReviewRefused("この項目には下書きがあります。下書きのほうで、見直し期限を直してください。")
    started = find_entry(session, item.id).published_revision_id
    if started != item.revision:
        raise ReviewRefused("見ている間に、ほかの人がこの項目を公開しました。もう一度見てください。")
    content = item.entry.model_copy(update={"review_by": review_by})
    try:
        drafting.save_draft(session, item.id, content, started_from=started, author=author, note=REASON, at=at)
    except EditConflict:
        raise ReviewRefused("見ている間に、ほかの人がこの項目を直しました。もう一度見てください。") from None
    return _onward(session, item, author=author, may_publish=may_publish, at=at)


def _onward(session: Session, item: VisibleEntry, *, author: str, may_publish: bool, at: datetime) -> ReleaseRow | None:
    if not may_publish or policy_of(session, item.pack).four_eyes:
        drafting.submit(session, item.id, author=author, at=at)
        return None
    drafting.approve(session, item.id, reviewer=author, at=at, four_eyes=False)
    return drafting.publish_drafts(session, [item.id], author=author, reason=REASON, at=at)


def packs_of(municipality: str, with_common: bool) -> Sequence[str]:
    """The packs that the list looks at."""
    return (municipality, COMMON) if with_common else (municipality,)
