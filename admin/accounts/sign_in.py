"""The steps of a sign-in: a password or a code is checked, counted, and audited."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, select

from admin.accounts import second_factor
from admin.accounts.limits import Guess, forget_failures, note_failure, refuse_guessing
from admin.audit import write_audit
from admin.passwords import password_is_right
from admin.staff import login_of
from admin.tables import StaffRow


def check_password(session: Session, login: str, password: str, source: str | None, at: datetime) -> StaffRow | None:
    """Who this is; None when name or password is wrong. Raises TooManyAttempts.

    The row is locked while it is looked at: guesses sent all at once are counted one after the other.
    """
    login = login_of(login)
    staff = session.exec(select(StaffRow).where(StaffRow.login == login).with_for_update()).one_or_none()
    refuse_guessing(session, Guess.PASSWORD, login, source, at)
    fits = password_is_right(staff.password if staff else None, password)
    if staff is None or not fits or staff.disabled_at is not None:
        _failed(session, Guess.PASSWORD, staff, login, source, at)
        return None
    forget_failures(session, Guess.PASSWORD, login)
    return staff


def check_code(
    session: Session, staff: StaffRow, code: str, keys: tuple[str, ...], source: str | None, at: datetime
) -> bool:
    """Whether an app's code or a recovery code is right; it is used up. Raises TooManyAttempts."""
    session.exec(select(StaffRow.id).where(StaffRow.id == staff.id).with_for_update()).one()
    refuse_guessing(session, Guess.CODE, staff.login, source, at)
    if not second_factor.code_fits(session, staff, code, keys, at):
        _failed(session, Guess.CODE, staff, staff.login, source, at)
        return False
    forget_failures(session, Guess.CODE, staff.login)
    if not second_factor.typed(code).isdigit():
        write_audit(session, staff, "use recovery code", staff.login, at=at)
    return True


def _failed(
    session: Session, guess: Guess, staff: StaffRow | None, login: str, source: str | None, at: datetime
) -> None:
    """Counts it; the audit log tells of the failure that locks an account that there is."""
    if note_failure(session, guess, login, source, at) and staff is not None:
        write_audit(session, None, "lock sign-in", staff.login, at=at, after={"kind": guess})
