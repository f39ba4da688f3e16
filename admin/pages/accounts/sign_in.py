"""Signing in by password, the second step after it, and signing out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from admin.access import Arrived
from admin.accounts import ceremonies, sessions
from admin.accounts.ceremonies import Purpose
from admin.accounts.limits import TooManyAttempts
from admin.accounts.passkeys import passkeys_of
from admin.accounts.second_factor import has_factor
from admin.accounts.sessions import Method
from admin.accounts.settings import Accounts, AccountSettings, source_of
from admin.accounts.sign_in import check_code, check_password
from admin.audit import write_audit
from admin.pages.accounts.entering import drop_session, enter, give_cookie, go, step_token
from admin.pages.view import view
from admin.staff import staff_id
from admin.tables import StaffRow
from bot.web.state import Web, WebParts, Writing

router = APIRouter(prefix="/admin")

_WRONG = "名前かパスワードが違います。"
_WRONG_CODE = "コードが違うか、もう使われています。アプリに新しい数字が出るのを待って、もう一度入れてください。"
_NOTICES = {
    "signed-out": "サインアウトしました。",
    "ended": "すべての画面からサインアウトしました。",
}


@router.get("/sign-in")
def form(request: Request, accounts: Accounts, done: str = "") -> Response:
    """The sign-in page."""
    return _form(request, accounts, notice=_NOTICES.get(done, ""))


def _form(request: Request, accounts: AccountSettings, status: int = 200, **more: str) -> Response:
    shown: dict[str, Any] = {"fault": "", "notice": "", "login": "", **more}
    return view(request, "accounts/sign_in.html", status=status, organisation=accounts.provider is not None, **shown)


@router.post("/sign-in")
def sign_in(
    request: Request,
    web: Web,
    session: Writing,
    accounts: Accounts,
    login: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=200)],
) -> Response:
    """Starts a session, or asks for the second step."""
    try:
        staff = check_password(session, login, password, source_of(request, accounts), web.clock())
    except TooManyAttempts as error:
        return _form(request, accounts, 429, fault=str(error), login=login)
    if staff is None:
        return _form(request, accounts, 401, fault=_WRONG, login=login)
    if not has_factor(session, staff):
        return enter(request, web, session, staff, Method.PASSWORD)
    response = go("/admin/sign-in/second")
    token = ceremonies.begin(session, Purpose.SECOND_STEP, web.clock(), staff_id=staff_id(staff))
    give_cookie(response, web, Purpose.SECOND_STEP, token)
    return response


@router.get("/sign-in/second")
def second(request: Request, web: Web, session: Writing) -> Response:
    """Asks for a code, or a passkey."""
    staff = _waiting(request, web, session)
    return _second(request, session, staff) if staff else go("/admin/sign-in")


@router.post("/sign-in/second")
def second_step(
    request: Request, web: Web, session: Writing, accounts: Accounts, code: Annotated[str, Form(max_length=60)]
) -> Response:
    """Checks the code and starts a session."""
    staff = _waiting(request, web, session)
    if staff is None:
        return go("/admin/sign-in")
    try:
        fits = check_code(session, staff, code, accounts.keys, source_of(request, accounts), web.clock())
    except TooManyAttempts as error:
        return _second(request, session, staff, str(error), 429)
    if not fits:
        return _second(request, session, staff, _WRONG_CODE, 401)
    if ceremonies.finish(session, step_token(request, web, Purpose.SECOND_STEP), Purpose.SECOND_STEP, web.clock()):
        return enter(request, web, session, staff, Method.SECOND_FACTOR)
    return go("/admin/sign-in")


def _waiting(request: Request, web: WebParts, session: Writing) -> StaffRow | None:
    """Whose password was right in this browser some minutes ago."""
    token = step_token(request, web, Purpose.SECOND_STEP)
    begun = ceremonies.look(session, token, Purpose.SECOND_STEP, web.clock())
    staff = session.get(StaffRow, begun.staff_id) if begun and begun.staff_id else None
    return staff if staff is not None and staff.disabled_at is None else None


def _second(request: Request, session: Writing, staff: StaffRow, fault: str = "", status: int = 200) -> Response:
    shown: dict[str, Any] = {
        "app": staff.totp_secret is not None,
        "passkeys": bool(passkeys_of(session, staff)),
        "fault": fault,
    }
    return view(request, "accounts/second.html", status=status, **shown)


@router.post("/sign-out")
def sign_out(web: Web, session: Writing, staff: Arrived) -> Response:
    """Ends the session."""
    sessions.end(session, staff.token)
    write_audit(session, staff.staff, "sign out", staff.staff.login, at=web.clock())
    response = go("/admin/sign-in?done=signed-out")
    drop_session(response, web)
    return response
