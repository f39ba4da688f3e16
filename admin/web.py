"""The admin's routes, put together. Everything but the sign-in page is behind sign-in."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI, Request
from starlette.responses import RedirectResponse, Response

from admin.access import SignInNeeded, same_origin
from admin.pages import announcements, audit, entries, home, sign_in, unanswered

router = APIRouter(dependencies=[Depends(same_origin)])
for page in (sign_in, home, unanswered, entries, announcements, audit):
    router.include_router(page.router)


def install(app: FastAPI) -> None:
    """Adds the admin to the application."""
    app.include_router(router)
    app.add_exception_handler(SignInNeeded, _to_sign_in)


def _to_sign_in(_: Request, __: Exception) -> Response:
    """The sign-in page, whatever was asked for."""
    return RedirectResponse("/admin/sign-in", status_code=303, headers={"cache-control": "no-store"})
