"""Changing one's password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session

from admin.access import Arrived, SignedIn
from admin.accounts import sessions
from admin.accounts.limits import TooManyAttempts
from admin.accounts.settings import Accounts, source_of
from admin.accounts.sign_in import check_password
from admin.audit import write_audit
from admin.pages.accounts.entering import give_session, go
from admin.pages.view import view
from admin.passwords import WeakPassword, hash_password
from admin.staff import staff_id
from admin.tables import StaffRow
from bot.web.state import Web, WebParts, Writing

router = APIRouter(prefix="/admin/account/password")


@router.get("")
def form(request: Request, staff: Arrived) -> Response:
    """Asks for the old password and the new one, twice."""
    return _page(request, staff)


@router.post("")
def change(
    request: Request,
    web: Web,
    session: Writing,
    staff: Arrived,
    accounts: Accounts,
    old: Annotated[str, Form(max_length=300)],
    password: Annotated[str, Form(max_length=300)],
    repeated: Annotated[str, Form(max_length=300)],
) -> Response:
    """Sets the new password; other browsers are signed out, this one gets a new token."""
    try:
        known = check_password(session, staff.staff.login, old, source_of(request, accounts), web.clock())
    except TooManyAttempts as error:
        return _page(request, staff, str(error), 429)
    if fault := _fault(known, old, password, repeated):
        return _page(request, staff, fault, 422)
    try:
        staff.staff.password = hash_password(password, names_to_avoid(web, session, staff.staff))
    except WeakPassword as error:
        return _page(request, staff, str(error), 422)
    staff.staff.must_change_password = False
    sessions.end_others(session, staff_id(staff.staff), staff.token)
    write_audit(session, staff.staff, "change password", staff.staff.login, at=web.clock())
    response = go("/admin/account?done=password")
    if token := sessions.rotate(session, staff.token, confirmed_at=web.clock()):
        give_session(response, web, token)
    return response


def names_to_avoid(web: WebParts, session: Session, staff: StaffRow) -> list[str]:
    """What a password must be more than: the person's names, the cities, the service."""
    packs = web.library.published(session).packs
    cities = [name for city, pack in packs.items() for name in (city, pack.name, pack.name.rstrip("市区町村"))]
    return [staff.login, staff.name, "まどぐち", *cities]


def _fault(known: StaffRow | None, old: str, password: str, repeated: str) -> str:
    if known is None:
        return "今のパスワードが違います。"
    if password != repeated:
        return "二つの欄の新しいパスワードが違います。"
    return "今と同じパスワードです。新しいものにしてください。" if password == old else ""


def _page(request: Request, staff: SignedIn, fault: str = "", status: int = 200) -> Response:
    return view(request, "accounts/password.html", staff, status=status, fault=fault)
