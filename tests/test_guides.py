"""The guides for people name what is on the screens: each bold word is there, each file and address too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from admin.pages.navigation import MENU

ROOT = Path(__file__).parents[1]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
SCREENS = ("admin/templates", "bot/lookup/templates", "admin/pages", "admin/review", "bot/lookup")


def _on_screen() -> str:
    """Everything that a screen may say, without what Jinja puts in between."""
    files = [
        path for folder in SCREENS for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".html", ".py")
    ]
    labels = [link.label for _, links in MENU for link in links]
    return "\n".join([*labels, *(path.read_text(encoding="utf-8") for path in files)])


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_what_a_guide_says_is_on_a_screen_is_there(guide: Path) -> None:
    on_screen = _on_screen()
    named = re.findall(r"\*\*(.+?)\*\*", guide.read_text(encoding="utf-8"))
    assert guide.stem == "README" or len(named) >= 8
    assert [label for label in named if label not in on_screen] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_links_lead_somewhere(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", guide.read_text(encoding="utf-8"))
    assert [link for link in links if not (guide.parent / link).is_file()] == []


def test_there_is_a_guide_for_each_kind_of_user() -> None:
    index = (ROOT / "docs" / "guides" / "README.md").read_text(encoding="utf-8")
    assert all(f"({guide.name})" in index for guide in GUIDES if guide.stem != "README")
