"""Passwords: argon2id, fifteen characters or more, no other rules (after OWASP ASVS 5, 6.2)."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 15
MAX_LENGTH = 200

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("nobody has this password")


class WeakPassword(ValueError):
    """The password can't be used; the message is a Japanese sentence."""


def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises WeakPassword."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"パスワードは {MIN_LENGTH} 文字以上にしてください。")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"パスワードは {MAX_LENGTH} 文字までです。")
    if len(set(password)) < 5:
        raise WeakPassword("同じ文字のくり返しは使えません。")
    return _hasher.hash(password)


def password_is_right(stored: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long for a name that nobody has."""
    try:
        fits = _hasher.verify(stored or _NOBODY, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None
