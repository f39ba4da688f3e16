"""People appear as keyed hashes of their LINE ids. While the key is replaced there are two keys: whoever comes again
moves, with everything that is stored of them, from the hash under the old key to the one under the new.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, func, union, union_all
from sqlalchemy import select as columns
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, delete, select, update

from bot.tables import HashKeyRow, InboxRow, PersonRow, UtteranceRow
from knowledge.dialects import insert_into

_PLACES = (
    (col(InboxRow.channel), col(InboxRow.person), col(InboxRow.received_at)),
    (col(UtteranceRow.municipality), col(UtteranceRow.person), col(UtteranceRow.at)),
    (col(PersonRow.municipality), col(PersonRow.person), col(PersonRow.last_at)),
)
"""Where people stand: municipality, hash and time of every table that has them."""


class Pseudonyms:
    """Makes keyed hashes of municipality and user id: the same person, but nobody's id."""

    def __init__(self, key: str, old_key: str = "") -> None:
        self._key = key
        self._old_key = old_key

    def __call__(self, municipality: str, user_id: str) -> str:
        """The hash under which what comes now is stored: 40 hexadecimal digits."""
        return _hashed(self._key, municipality, user_id)

    def formerly(self, municipality: str, user_id: str) -> str | None:
        """The hash under the key before; None when there is only one key."""
        return _hashed(self._old_key, municipality, user_id) if self._old_key else None

    def every(self, municipality: str, user_id: str) -> tuple[str, ...]:
        """All hashes under which this person may be stored, the present one first."""
        former = self.formerly(municipality, user_id)
        return (self(municipality, user_id), *([former] if former else []))


def _hashed(key: str, municipality: str, user_id: str) -> str:
    return hmac.new(key.encode(), f"{municipality}:{user_id}".encode(), hashlib.sha256).hexdigest()[:40]


def key_id(key: str) -> str:
    """A name for a key, from which nobody gets the key: 16 hexadecimal digits."""
    return hmac.new(key.encode(), b"the name of this key", hashlib.sha256).hexdigest()[:16]


def move(session: Session, municipality: str, people: Mapping[str, str]) -> None:
    """Puts everything that stands under old hashes (the keys of `people`) under the new ones.

    One look-up by indexes when nothing does. To be called in the transaction that stores what these people sent. The
    inbox goes first: a worker that is answering one of them holds the row, and what it writes is there to be moved
    when it lets go; afterwards no worker can take up a row of theirs under the old hash.
    """
    old = _found(session, municipality, people)
    if not old:
        return
    for row in _locked_events(session, municipality, old):
        row.person = people[row.person or ""]
        row.inbound = {**row.inbound, "person": row.person}
    for former in old:
        session.exec(
            update(UtteranceRow)
            .where(col(UtteranceRow.municipality) == municipality, col(UtteranceRow.person) == former)
            .values(person=people[former])
        )
        _move_preferences(session, municipality, former, people[former])
    session.flush()


def _found(session: Session, municipality: str, hashes: Iterable[str]) -> list[str]:
    """Those of the hashes under which something is stored, in order."""
    wanted = sorted(hashes)
    if not wanted:
        return []
    parts = [columns(person).where(place == municipality, person.in_(wanted)) for place, person, _ in _PLACES]
    return sorted(str(person) for (person,) in session.connection().execute(union(*parts)))


def _locked_events(session: Session, municipality: str, hashes: Sequence[str]) -> Sequence[InboxRow]:
    """In order of their numbers, so that two that move the same people wait for each other and not in a circle."""
    query = select(InboxRow).where(col(InboxRow.channel) == municipality, col(InboxRow.person).in_(hashes))
    return session.exec(query.order_by(col(InboxRow.id)).with_for_update()).all()


def _move_preferences(session: Session, municipality: str, old: str, new: str) -> None:
    """What is remembered under the new hash already is newer, and stays."""
    row = session.get(PersonRow, (municipality, old), with_for_update=True)
    if row is None:
        return
    insert = insert_into(session, PersonRow).values({**row.model_dump(), "person": new})
    session.connection().execute(insert.on_conflict_do_nothing(index_elements=["municipality", "person"]))
    session.exec(delete(PersonRow).where(col(PersonRow.municipality) == municipality, col(PersonRow.person) == old))


def note_key(session: Session, key: str, at: datetime) -> None:
    """Keeps since when people are stored under this key; nothing to do when it is the one in use already."""
    name = key_id(key)
    if key_ids(session)[-1:] != [name]:
        insert = insert_into(session, HashKeyRow).values(id=name, since=at)
        known = insert.on_conflict_do_update(index_elements=["id"], set_={"since": at})
        session.connection().execute(known)


def key_ids(session: Session) -> list[str]:
    """The names of all keys that were ever in use, the present one last."""
    return list(session.exec(select(HashKeyRow.id).order_by(col(HashKeyRow.since))).all())


def in_use_since(session: Session, key: str) -> datetime | None:
    """Since when people are stored under this key; None when nobody is yet."""
    row = session.get(HashKeyRow, key_id(key))
    return row.since if row is not None else None


def people_before(session: Session, since: datetime | None) -> int:
    """At most how many people stand under a key from before then (None: ever). Somebody in two cities is two people.

    A hash does not tell its key, but whoever was seen since then was moved. Who came only with what is forgotten sooner
    than questions are (a sticker, leaving) is counted once more after that.
    """
    seen = union_all(*(_seen(*place) for place in _PLACES)).subquery()
    people = columns(seen.c.place).group_by(seen.c.place, seen.c.person)
    if since is not None:
        people = people.having(func.max(seen.c.at) < since)
    return int(session.connection().execute(columns(func.count()).select_from(people.subquery())).scalar_one())


def _seen(place: Mapped[str], person: Mapped[str | None], at: Mapped[datetime]) -> Select[str, str | None, datetime]:
    return columns(place.label("place"), person.label("person"), at.label("at")).where(person.is_not(None))
