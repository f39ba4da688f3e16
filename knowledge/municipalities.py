"""What the open-data lists want to know of a municipality: its code and its prefecture.

Codes are those of the 全国地方公共団体コード (総務省), without the check digit that `knowledge.open_data` adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publishing:
    """A municipality's code (five or six digits) and prefecture, as they stand in every row of a list."""

    code: str
    prefecture: str


FOUNDING: Mapping[str, Publishing] = {
    "fuchu": Publishing("13206", "東京都"),
    "kadoma": Publishing("27223", "大阪府"),
    "kokubunji": Publishing("13214", "東京都"),
    "musashino": Publishing("13203", "東京都"),
    "oyama": Publishing("09208", "栃木県"),
}
"""By pack id. Another city gives both when it writes a list."""
