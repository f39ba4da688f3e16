"""Entries in the addresses of a municipality's pages: its own and the common ones, and who may change them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException

from admin.access import SignedIn
from admin.staff import Role
from knowledge.editing import entry_id
from knowledge.schema import COMMON


def packs_of(municipality: str) -> tuple[str, str]:
    """The packs whose entries a municipality's staff see."""
    return municipality, COMMON


def may(staff: SignedIn, entry: str, role: Role) -> bool:
    """Whether somebody has this role where the entry is kept; the common pack is every city's and has its own roles."""
    held = staff.role_in(entry.split("/", 1)[0])
    return held is not None and held.allows(role)


def require(staff: SignedIn, entry: str, role: Role) -> None:
    """Raises 403 for those who have not this role where the entry is kept."""
    if not may(staff, entry, role):
        raise HTTPException(403, "共通の項目を変えるには、共通の役割が要ります。")


def _entry(municipality: str, pack: str, group: str, name: str) -> str:
    if pack not in packs_of(municipality):
        raise HTTPException(404)
    return entry_id(pack, f"{group}/{name}")


EntryOf = Annotated[str, Depends(_entry)]
"""The entry that the address names."""
