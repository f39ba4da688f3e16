"""Slowing guesses down: failures are counted per name and per source, for passwords and for codes.

A source is a whole city hall behind one address: its limit is wide. Passkeys and the organisation's sign-in can't be
guessed and are never locked, so that nobody can be kept out by failing in their name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, delete, select

from admin.tables import SignInAttemptRow


class Guess(StrEnum):
    """What is being guessed."""

    PASSWORD = "password"  # noqa: S105 (the kind of guess, not a password)
    CODE = "code"


_QUARTER, _DAY = timedelta(minutes=15), timedelta(days=1)
_PER_LOGIN: Mapping[Guess, Sequence[tuple[int, timedelta]]] = {
    Guess.PASSWORD: ((5, _QUARTER),),
    Guess.CODE: ((5, _QUARTER), (30, _DAY)),
}
_PER_SOURCE = (100, _QUARTER)


class TooManyAttempts(Exception):
    """Too many failures with this name, or from this source, of late. The message is a Japanese sentence."""

    def __init__(self, wait: timedelta) -> None:
        minutes = max(1, -(-int(wait.total_seconds()) // 60))
        super().__init__(
            f"何度も間違えたため、しばらくサインインできません。{minutes}分ほど待ってから、もう一度お試しください。"
        )
        self.wait = wait


def refuse_guessing(session: Session, guess: Guess, login: str, source: str | None, at: datetime) -> None:
    """Raises TooManyAttempts."""
    mine = select(SignInAttemptRow.at).where(SignInAttemptRow.login == login, SignInAttemptRow.kind == guess)
    checks = [(mine, limit) for limit in _PER_LOGIN[guess]]
    if source is not None:
        checks.append((select(SignInAttemptRow.at).where(SignInAttemptRow.source == source), _PER_SOURCE))
    for wanted, (limit, window) in checks:
        recent = wanted.where(SignInAttemptRow.at > at - window).order_by(col(SignInAttemptRow.at).desc()).limit(limit)
        failures = session.exec(recent).all()
        if len(failures) >= limit:
            raise TooManyAttempts(failures[-1] + window - at)


def note_failure(session: Session, guess: Guess, login: str, source: str | None, at: datetime) -> bool:
    """Counts a failure; forgets those of other days. Returns whether the name is locked from now on."""
    session.exec(delete(SignInAttemptRow).where(col(SignInAttemptRow.at) < at - _DAY))
    session.add(SignInAttemptRow(login=login, kind=guess, source=source, at=at))
    session.flush()
    try:
        refuse_guessing(session, guess, login, None, at)
    except TooManyAttempts:
        return True
    return False


def forget_failures(session: Session, guess: Guess, login: str) -> None:
    """Clears the count of a name: the person has shown who they are."""
    session.exec(
        delete(SignInAttemptRow).where(col(SignInAttemptRow.login) == login, col(SignInAttemptRow.kind) == guess)
    )
