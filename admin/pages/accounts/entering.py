"""What all ways of signing in share: the new session's cookie, the audit row, and where to go next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import COOKIE, cookie_name
from admin.accounts import sessions
from admin.accounts.browsers import browser_name
from admin.accounts.ceremonies import LIFE, Purpose
from admin.accounts.sessions import Method
from admin.audit import write_audit
from admin.tables import StaffRow
from bot.web.state import WebParts

HOME = "/admin"
_OWN_PAGE = re.compile(r"/admin(/[\w.*%-]+)*")


def enter(
    request: Request,
    web: WebParts,
    session: Session,
    staff: StaffRow,
    method: Method,
    *,
    next_page: str = HOME,
    details: Mapping[str, Any] = {},
) -> Response:
    """Starts a session and goes on. The session that the browser had before ends."""
    sessions.end(session, request.cookies.get(cookie_name(web.secure_cookies)))
    browser = browser_name(request.headers.get("user-agent", ""))
    token = sessions.start(session, staff, method, browser, web.clock())
    after = {"method": method, "browser": browser, **details}
    write_audit(session, staff, "sign in", staff.login, at=web.clock(), after=after)
    response = go(own_page(next_page))
    give_session(response, web, token)
    for purpose in (Purpose.SECOND_STEP, Purpose.PASSKEY_USE, Purpose.OIDC):
        drop_cookie(response, web, purpose)
    return response


def go(path: str) -> Response:
    """On to another page, which no cache keeps."""
    return RedirectResponse(path, status_code=303, headers={"cache-control": "no-store"})


def own_page(path: str) -> str:
    """The path when it is one of the admin's pages, else the first page: nobody is sent elsewhere by a link."""
    return path if _OWN_PAGE.fullmatch(path) else HOME


def give_session(response: Response, web: WebParts, token: str) -> None:
    """Puts the session's token into the browser."""
    _give(response, web, cookie_name(web.secure_cookies), token, None)


def give_cookie(response: Response, web: WebParts, purpose: Purpose, token: str) -> None:
    """Puts the token of something begun into the browser."""
    _give(response, web, _step_name(web, purpose), token, int(LIFE[purpose].total_seconds()))


def step_token(request: Request, web: WebParts, purpose: Purpose) -> str | None:
    """The token of what was begun in this browser."""
    return request.cookies.get(_step_name(web, purpose))


def drop_cookie(response: Response, web: WebParts, purpose: Purpose) -> None:
    """Takes it out again."""
    _drop(response, web, _step_name(web, purpose))


def drop_session(response: Response, web: WebParts) -> None:
    """Takes the session's token out of the browser."""
    _drop(response, web, cookie_name(web.secure_cookies))


def _step_name(web: WebParts, purpose: Purpose) -> str:
    return cookie_name(web.secure_cookies, f"{COOKIE}_{purpose}")


def _give(response: Response, web: WebParts, name: str, token: str, life: int | None) -> None:
    response.set_cookie(name, token, max_age=life, httponly=True, secure=web.secure_cookies, samesite="lax", path="/")


def _drop(response: Response, web: WebParts, name: str) -> None:
    response.delete_cookie(name, path="/", secure=web.secure_cookies, httponly=True, samesite="lax")
