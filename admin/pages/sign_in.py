"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from admin import staff as accounts
from admin.access import Staff, cookie_name
from admin.audit import write_audit
from admin.pages.view import view
from bot.web.state import Web, Writing

router = APIRouter(prefix="/admin")

_WRONG = "名前かパスワードが違います。"
_LOCKED = "何度も間違えたため、しばらくサインインできません。15分ほど待ってから、もう一度お試しください。"


@router.get("/sign-in")
def form(request: Request) -> Response:
    """The sign-in page."""
    return view(request, "sign_in.html", fault="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    web: Web,
    session: Writing,
    login: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=200)],
) -> Response:
    """Starts a session."""
    try:
        token = accounts.sign_in(session, login, password, web.clock())
    except accounts.TooManyAttempts:
        return view(request, "sign_in.html", fault=_LOCKED, status=429)
    if token is None:
        return view(request, "sign_in.html", fault=_WRONG, status=401)
    staff = accounts.session_staff(session, token, web.clock())
    write_audit(session, staff, "sign in", staff.login if staff else "", at=web.clock())
    response = RedirectResponse("/admin", status_code=303)
    response.set_cookie(
        cookie_name(web.secure_cookies), token, httponly=True, secure=web.secure_cookies, samesite="lax", path="/"
    )
    return response


@router.post("/sign-out")
def sign_out(web: Web, session: Writing, staff: Staff) -> Response:
    """Ends the session."""
    accounts.sign_out(session, staff.token)
    write_audit(session, staff.staff, "sign out", staff.staff.login, at=web.clock())
    response = RedirectResponse("/admin/sign-in", status_code=303)
    response.delete_cookie(cookie_name(web.secure_cookies), path="/", secure=web.secure_cookies, httponly=True)
    return response
