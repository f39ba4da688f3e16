"""The places where somebody can have a role: the municipalities, what they share, and all of them at once."""

from __future__ import annotations

from collections.abc import Mapping

from admin.accounts.staffing import looks_after
from admin.staff import ALL, Role
from knowledge.published import Published
from knowledge.schema import COMMON

ROLES = {
    Role.VIEWER: "見る人",
    Role.SUPPORT: "相談の担当",
    Role.EDITOR: "書く人",
    Role.APPROVER: "承認する人",
    Role.ADMIN: "管理者",
}


def name_of(published: Published, place: str) -> str:
    """What a place is called; its id when nothing is known of it any more."""
    if place == ALL:
        return "すべての市"
    pack = published.packs.get(place)
    return "共通の項目" if place == COMMON else pack.name if pack else place


def places_of(published: Published, mine: Mapping[str, Role]) -> dict[str, str]:
    """The places that an admin with these roles looks after, with their names."""
    every = [*published.municipalities, COMMON, ALL]
    return {place: name_of(published, place) for place in every if looks_after(mine, place)}
