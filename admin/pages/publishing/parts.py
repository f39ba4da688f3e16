"""What several of these pages share: the topic in an address, a typed time, going back to an older text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Response

from admin.pages.visit import Visit
from admin.publishing.restoring import restore
from bot.web.static import JAPAN
from knowledge.tables import RevisionRow

UNFINISHED = "この項目には書きかけの下書きがあります。先に公開するか、捨ててください。"


def _topic(group: str, name: str) -> str:
    return f"{group}/{name}"


TopicOf = Annotated[str, Depends(_topic)]
"""The topic that the address names."""


def moment_of(text: str) -> datetime | None:
    """The time of a `datetime-local` field, which is Japan's; None for an empty one. Raises ValueError."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=JAPAN)
    except ValueError:
        raise ValueError("日時は 2026-11-21T09:00 の形で書いてください。") from None


def put_back(visit: Visit, entry: str, text: RevisionRow | None, note: str) -> Response:
    """Makes an older text of an entry a draft (none: one that takes it down), and goes there.

    Raises EditConflict when there is a draft already, and another EditingError when there is nothing to take down.
    """
    with visit.session.begin_nested():
        restore(visit.session, entry, text, author=visit.login, note=note, at=visit.at)
    visit.audit("restore text", entry, after={"note": note})
    return visit.go(f"drafts/{entry}?done=restored")
