"""The admin's routes, put together. Everything but the sign-in page is behind sign-in."""

from __future__ import annotations

from pathlib import Path

from fastapi import Depends, FastAPI, Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from admin.access import RenewalNeeded, SignInNeeded, StepNeeded, cookie_name
from admin.accounts import sessions
from admin.accounts.settings import AccountSettings
from admin.pages import audit, home, settings
from admin.pages.accounts import (
    account,
    colleague,
    organisation,
    passkey_sign_in,
    passkeys,
    password,
    second_factor,
    sign_in,
    staff,
    welcome,
)
from admin.pages.accounts.entering import give_session, go
from admin.pages.catalogues import files as catalogue_files
from admin.pages.catalogues import listing as catalogue_listing
from admin.pages.catalogues import series as catalogue_series
from admin.pages.entries import entry, entry_steps, excel, listing
from admin.pages.previewing import pins, preview, trying
from admin.pages.publishing import announcements, compare, draft, drafts, history, joining, releases
from admin.pages.reports import dashboard, deliveries, digest, indicators, report
from admin.pages.review import question, question_steps, sample, unanswered
from admin.pages.worklists import conflicts, due
from bot.web.limits import BodyLimit
from bot.web.same_origin import same_origin
from bot.web.state import WebParts

UPLOAD_LIMIT = 10 * 1024 * 1024
"""Bytes of what staff send at once; each kind of file has its own, smaller limit."""

PAGES = (
    *(sign_in, passkey_sign_in, organisation, welcome),
    *(account, password, second_factor, passkeys, staff, colleague),
    *(home, unanswered, sample, question, question_steps, listing, entry, entry_steps, announcements, audit),
    *(due, excel, catalogue_files, catalogue_series, catalogue_listing),
    *(drafts, draft, joining, releases, history, compare, settings),
    *(preview, pins, trying, conflicts),
    *(dashboard, indicators, report, deliveries, digest),
)


def install(app: FastAPI, accounts: AccountSettings | None = None) -> None:
    """Adds the admin to the application. Without settings: no second factor is asked for, nothing is remembered."""
    app.state.accounts = accounts or AccountSettings()
    for page in PAGES:  # one by one: in a router of their own FastAPI would make every route once more
        app.include_router(page.router, dependencies=[Depends(same_origin)])
    app.add_middleware(BodyLimit, paths=("/admin/",), most=UPLOAD_LIMIT)
    app.add_middleware(BodyLimit, paths=("/admin/sign-in", "/admin/welcome"))
    app.mount("/static/admin", StaticFiles(directory=Path(__file__).parent / "static"))
    app.add_exception_handler(SignInNeeded, _to_sign_in)
    app.add_exception_handler(StepNeeded, _to_step)
    app.add_exception_handler(RenewalNeeded, _renewed)


def _to_sign_in(_: Request, __: Exception) -> Response:
    """The sign-in page, whatever was asked for."""
    return go("/admin/sign-in")


def _to_step(_: Request, error: Exception) -> Response:
    """What has to be done first."""
    return go(error.path if isinstance(error, StepNeeded) else "/admin")


def _renewed(request: Request, _: Exception) -> Response:
    """The same page again, with a new token."""
    web: WebParts = request.app.state.web
    with web.database.writing() as session:
        token = sessions.rotate(session, request.cookies.get(cookie_name(web.secure_cookies), ""))
    response = go(f"{request.url.path}?{request.url.query}".rstrip("?"))
    if token:
        give_session(response, web, token)
    return response
