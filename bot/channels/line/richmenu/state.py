"""What a channel has at LINE: rich menus, aliases, the default. Values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.channels.line.richmenu.menus import OURS


@dataclass(frozen=True, slots=True)
class Existing:
    """A rich menu of the channel."""

    id: str
    name: str
    width: int
    height: int

    @property
    def is_ours(self) -> bool:
        """Whether we made it; all others are left alone."""
        return self.name.startswith(f"{OURS}/")


@dataclass(frozen=True, slots=True)
class AtLine:
    """What a channel has at the moment."""

    menus: tuple[Existing, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Ids of menus by alias."""
    default: str | None = None

    @property
    def ours(self) -> tuple[Existing, ...]:
        """The menus that we made."""
        return tuple(menu for menu in self.menus if menu.is_ours)

    @property
    def our_aliases(self) -> tuple[str, ...]:
        """The aliases that we made."""
        return tuple(alias for alias in self.aliases if alias.startswith(f"{OURS}-"))
