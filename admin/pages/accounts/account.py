"""One's own account: what protects it, where it is signed in, and showing again who one is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlmodel import Session

from admin.access import Arrived, SignedIn, Staff
from admin.accounts import sessions
from admin.accounts.limits import TooManyAttempts
from admin.accounts.passkeys import passkeys_of
from admin.accounts.sessions import Method, key_of
from admin.accounts.settings import Accounts, AccountSettings, source_of
from admin.accounts.sign_in import check_code, check_password
from admin.audit import write_audit
from admin.pages.accounts.entering import HOME, drop_session, give_session, go, own_page
from admin.pages.accounts.places import ROLES, name_of
from admin.pages.view import view
from admin.staff import staff_id
from bot.web.state import Web, Writing

router = APIRouter(prefix="/admin/account")

NOTICES = {
    "password": "パスワードを変えました。ほかの画面はサインアウトしました。",
    "session": "その画面をサインアウトしました。",
    "factor-off": "認証アプリをやめました。",
    "passkey": "パスキーを登録しました。",
    "passkey-named": "パスキーの名前を変えました。",
    "passkey-off": "パスキーを消しました。",
}
METHODS = {
    Method.PASSWORD: "パスワード",
    Method.SECOND_FACTOR: "パスワードと確認コード",
    Method.PASSKEY: "パスキー",
    Method.OIDC: "組織のアカウント",
}


@router.get("")
def account(request: Request, web: Web, session: Writing, staff: Staff, done: str = "") -> Response:
    """Everything about one's own account on one page."""
    rows = sessions.live_sessions(session, staff_id(staff.staff), web.clock())
    published = web.library.published(session)
    return view(
        request,
        "accounts/account.html",
        staff,
        notice=NOTICES.get(done, ""),
        sessions=[(key_of(row), row, METHODS.get(Method(row.method), "")) for row in rows],
        own=sessions.key_of_token(staff.token),
        passkeys=passkeys_of(session, staff.staff),
        role_names=ROLES,
        places=[(name_of(published, place), role) for place, role in sorted(staff.roles.items())],
    )


@router.post("/sessions/end")
def end_session(web: Web, session: Writing, staff: Staff, key: Annotated[str, Form(max_length=16)]) -> Response:
    """Signs out one browser."""
    if not sessions.end_one(session, staff_id(staff.staff), key):
        raise HTTPException(404)
    write_audit(session, staff.staff, "end session", staff.staff.login, at=web.clock())
    return go("/admin/account?done=session")


@router.post("/sessions/end-all")
def end_all(web: Web, session: Writing, staff: Staff) -> Response:
    """Signs out everywhere, here too."""
    sessions.end_others(session, staff_id(staff.staff))
    write_audit(session, staff.staff, "end all sessions", staff.staff.login, at=web.clock())
    response = go("/admin/sign-in?done=ended")
    drop_session(response, web)
    return response


@router.get("/confirm")
def ask(request: Request, session: Writing, staff: Arrived, accounts: Accounts, next: str = HOME) -> Response:
    """Before something that matters: is it still you?"""
    return _confirm_page(request, session, staff, accounts, own_page(next))


@router.post("/confirm")
def confirm(
    request: Request,
    web: Web,
    session: Writing,
    staff: Arrived,
    accounts: Accounts,
    answer: Annotated[str, Form(max_length=300)],
    way: Annotated[str, Form(max_length=10)] = "password",
    next_page: Annotated[str, Form(alias="next", max_length=200)] = HOME,
) -> Response:
    """Takes the password or a code, and goes on with a new token."""
    source, now, back = source_of(request, accounts), web.clock(), own_page(next_page)
    try:
        if way == "code":
            known = check_code(session, staff.staff, answer, accounts.keys, source, now)
        else:
            known = check_password(session, staff.staff.login, answer, source, now) is not None
    except TooManyAttempts as error:
        return _confirm_page(request, session, staff, accounts, back, str(error), 429)
    if not known:
        fault = "コードが違います。" if way == "code" else "パスワードが違います。"
        return _confirm_page(request, session, staff, accounts, back, fault, 401)
    response = go(back)
    if token := sessions.rotate(session, staff.token, confirmed_at=now):
        give_session(response, web, token)
    return response


def _confirm_page(
    request: Request,
    session: Session,
    staff: SignedIn,
    accounts: AccountSettings,
    back: str,
    fault: str = "",
    status: int = 200,
) -> Response:
    shown = {"passkeys": bool(passkeys_of(session, staff.staff)), "back": back, "fault": fault}
    organisation = accounts.provider is not None and staff.method is Method.OIDC
    return view(request, "accounts/confirm.html", staff, status=status, organisation=organisation, **shown)
