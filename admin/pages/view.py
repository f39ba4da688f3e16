"""Showing an admin page: the template, who is signed in, the menu, and that nothing is kept in a cache."""

from __future__ import annotations

from pathlib import Path

from fastapi import Request, Response

from admin.access import SignedIn
from admin.pages.navigation import menu_for
from bot.conversation.city import CityKnowledge
from bot.web.static import templates

_pages = templates(Path(__file__).parents[1] / "templates")


def view(
    request: Request,
    template: str,
    staff: SignedIn | None = None,
    *,
    status: int = 200,
    **values: object,
) -> Response:
    """The page as a response that no cache keeps."""
    city = values.get("city")
    menu = menu_for(staff, city.municipality) if staff is not None and isinstance(city, CityKnowledge) else []
    shown = {"staff": staff, "menu": menu, **values}
    response = _pages.TemplateResponse(request, f"admin/{template}", shown, status_code=status)
    response.headers["cache-control"] = "no-store"
    return response
