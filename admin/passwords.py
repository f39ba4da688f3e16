"""Passwords: argon2id, fifteen characters or more, none of the usual ones (after OWASP ASVS 5, 6.2)."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 15
MAX_LENGTH = 200
_OWN_CHARACTERS = 6
_COMMON = Path(__file__).parent / "common_passwords.txt"

_hasher = PasswordHasher()


class WeakPassword(ValueError):
    """The password can't be used; the message is a Japanese sentence."""


def hash_password(password: str, avoid: Iterable[str] = ()) -> str:
    """The argon2id hash of a password that is more than common words and those of `avoid`. Raises WeakPassword."""
    if len(password) < MIN_LENGTH:
        raise WeakPassword(f"パスワードは {MIN_LENGTH} 文字以上にしてください。")
    if len(password) > MAX_LENGTH:
        raise WeakPassword(f"パスワードは {MAX_LENGTH} 文字までです。")
    if len(set(password)) < 5:
        raise WeakPassword("同じ文字のくり返しは使えません。")
    if len(_own_part(password, avoid)) < _OWN_CHARACTERS:
        raise WeakPassword(
            "よく使われるパスワードや、市・サービス・自分の名前だけのパスワードは使えません。関係のない言葉を足してください。"
        )
    return _hasher.hash(password)


def unusable_password() -> str:
    """The hash of a password that nobody knows: for people who come in by a link or by their organisation."""
    return _hasher.hash(secrets.token_urlsafe(32))


def first_password() -> str:
    """A random password that can be read aloud: five groups of four letters and digits."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def password_is_right(stored: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long for a name that nobody has."""
    nobodys = _nobodys()  # for whoever comes first: made only for unknown names, it would tell which those are
    try:
        fits = _hasher.verify(stored or nobodys, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return fits and stored is not None


@cache
def _nobodys() -> str:
    """What is compared with for a name that nobody has."""
    return unusable_password()


def _own_part(password: str, avoid: Iterable[str]) -> str:
    """What is left of a password without common words, the names in `avoid`, and signs between them."""
    left = _plain(password)
    words = {*_common_words(), *(word for text in avoid if len(word := _plain(text)) >= 3)}
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return left


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum() or character == "@")


@cache
def _common_words() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
