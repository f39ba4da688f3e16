"""A municipality's publishing policy."""

from __future__ import annotations

from sqlmodel import Session

from admin.publishing.tables import PolicyRow

MOST_DAYS = 365


def policy_of(session: Session, municipality: str) -> PolicyRow:
    """The policy that holds; what nobody set is the default (one person may publish, 30 days are replayed)."""
    return session.get(PolicyRow, municipality) or PolicyRow(municipality=municipality)


def set_policy(session: Session, municipality: str, *, four_eyes: bool, replay_days: int) -> PolicyRow:
    """Stores a policy. Raises ValueError (a Japanese sentence) for days out of range."""
    if not 1 <= replay_days <= MOST_DAYS:
        raise ValueError(f"日数は 1 から {MOST_DAYS} までにしてください。")
    return session.merge(PolicyRow(municipality=municipality, four_eyes=four_eyes, replay_days=replay_days))
