"""Which sessions of smartphone classes somebody is told of. Pure: sessions, a question's slots and a day go in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from bot.conversation.calendar import resolve
from bot.intents.normalising import compact
from bot.intents.slots import Slots, subjects_in
from bot.intents.tokenising import analyse_stored
from bot.responses.days import in_japan
from knowledge.listings import SmartphoneClass

SHOWN = 10
NEXT = 3
"""Shown when nothing fits: few, because nobody asked for them."""


@dataclass(frozen=True, slots=True)
class Found:
    """Sessions to show, nearest first. `as_asked` is False when nothing fitted and these are simply the next ones;
    `more` counts those that fitted but are not shown."""

    sessions: tuple[SmartphoneClass, ...]
    as_asked: bool = True
    more: int = 0


def upcoming(classes: Iterable[SmartphoneClass], at: datetime) -> tuple[SmartphoneClass, ...]:
    """The sessions that are not over at the moment `at` (with a zone), nearest first."""
    now = in_japan(at)
    coming = [c for c in classes if in_japan(c.ends) > now]
    return tuple(sorted(coming, key=lambda c: (in_japan(c.starts), c.id)))


def find_classes(coming: tuple[SmartphoneClass, ...], slots: Slots, today: date) -> Found:
    """Of the sessions to come those that were asked for; when there are none, the next ones."""
    period = resolve(slots.when, today)
    fitting = [c for c in coming if period and period.holds(in_japan(c.starts)) and _is_meant(c, slots)]
    fitting = _narrowed(fitting, slots.words)
    if not fitting:
        # Nobody asked for these: one that will not be held would only be in the way.
        return Found(tuple(c for c in coming if not c.cancelled)[:NEXT], as_asked=False)
    return Found(tuple(fitting[:SHOWN]), more=max(0, len(fitting) - SHOWN))


def _is_meant(session: SmartphoneClass, slots: Slots) -> bool:
    where = compact(f"{session.place} {session.address or ''}")
    taught = subjects_in(f"{session.title} {session.content}")
    return all(compact(place) in where for place in slots.places) and set(slots.contents) <= set(taught)


def _narrowed(sessions: list[SmartphoneClass], words: tuple[str, ...]) -> list[SmartphoneClass]:
    """Those that most of the other words speak of. Words that fit none of them say nothing about classes."""
    scores = [len(set(words) & set(_words(session))) for session in sessions]
    best = max(scores, default=0)
    return [session for session, score in zip(sessions, scores, strict=True) if score == best]


def _words(session: SmartphoneClass) -> tuple[str, ...]:
    return analyse_stored(f"{session.title} {session.place} {session.address or ''}").words
