"""What an operator can mend, as sentences. Loaded when something went wrong: to know it, it needs the database's
library."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from deploy.schema import UnknownSchema
from deploy.settings import SettingsError


def sentence_of(error: Exception) -> str | None:
    """What to do about it; None for what only a programmer can mend."""
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, UnknownSchema):
        return (
            "データベースの表が、このプログラムの知らない新しい版です。\n"
            "新しい版のプログラムを使うか、前のバックアップから戻してください。"
        )
    if isinstance(error, DBAPIError):
        return (
            f"データベースを使えません（{type(error.orig).__name__}: {error.orig}）。\n"
            "madoguchi db check で確かめてください。"
        )
    return None
