"""What people have typed and not saved: kept per person, shown to themselves again and as a sign to others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from admin.entries.forms import EntryForm, form_stored
from admin.tables import StaffRow
from knowledge.tables import DraftRow, TypedRow

AT_WORK = timedelta(hours=12)
"""For how long unsaved typing of others counts as somebody at work."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form that was not saved, from which revision it was begun, and when it was last kept."""

    form: EntryForm
    started_from: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody else who is changing the entry. `saved` is false while they have only typed."""

    name: str
    at: datetime
    saved: bool


def keep_typed(
    session: Session, entry: str, author: str, form: EntryForm, *, started_from: int | None, at: datetime
) -> None:
    """Keeps a form as it was typed, in place of what this person had typed before."""
    session.merge(TypedRow(entry_id=entry, author=author, started_from=started_from, form=form.stored(), at=at))


def find_typed(session: Session, entry: str, author: str) -> Typed | None:
    """What this person typed last and did not save."""
    row = session.get(TypedRow, (entry, author))
    return Typed(form_stored(row.form), row.started_from, row.at) if row else None


def drop_typed(session: Session, entry: str, author: str) -> None:
    """Forgets what this person typed: it was saved or thrown away."""
    session.exec(delete(TypedRow).where(col(TypedRow.entry_id) == entry, col(TypedRow.author) == author))


def colleagues(session: Session, entry: str, draft: DraftRow | None, me: str, now: datetime) -> list[Colleague]:
    """Who else is changing this entry, the last first."""
    query = select(TypedRow).where(TypedRow.entry_id == entry, TypedRow.author != me, col(TypedRow.at) > now - AT_WORK)
    rows = session.exec(query).all()
    saved = [draft] if draft is not None and draft.updated_by != me else []
    names = names_of(session, [*(row.author for row in rows), *(row.updated_by for row in saved)])
    found = [Colleague(names[row.author], row.at, False) for row in rows]
    found += [Colleague(names[row.updated_by], row.updated_at, True) for row in saved]
    return sorted(found, key=lambda colleague: colleague.at, reverse=True)


def names_of(session: Session, logins: Sequence[str]) -> dict[str, str]:
    """The names of members of staff by sign-in name; others (a pack file, the schedule) keep their own."""
    rows = session.exec(select(StaffRow.login, StaffRow.name).where(col(StaffRow.login).in_(set(logins)))).all()
    return {**{login: login for login in logins}, **dict(rows)}
