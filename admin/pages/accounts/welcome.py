"""The first sign-in by a one-time link: somebody sets a password of their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session

from admin.accounts import ceremonies, sessions
from admin.accounts.ceremonies import Purpose
from admin.accounts.second_factor import has_factor
from admin.accounts.sessions import Method
from admin.audit import write_audit
from admin.pages.accounts.entering import enter, go
from admin.pages.accounts.password import names_to_avoid
from admin.pages.view import view
from admin.passwords import WeakPassword, hash_password
from admin.staff import staff_id
from admin.tables import StaffRow
from bot.web.state import Web, WebParts, Writing

router = APIRouter(prefix="/admin/welcome")


@router.get("")
def form(request: Request, web: Web, session: Writing, token: str = "") -> Response:
    """Asks for a new password, twice."""
    return _page(request, _invited(web, session, token), token)


@router.post("")
def accept(
    request: Request,
    web: Web,
    session: Writing,
    token: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=300)],
    repeated: Annotated[str, Form(max_length=300)],
) -> Response:
    """Sets the password. Who has a second factor goes on to the ordinary sign-in, for the link is not one."""
    staff = _invited(web, session, token)
    if staff is None:
        return _page(request, None, token)
    if password != repeated:
        return _page(request, staff, token, "二つの欄のパスワードが違います。")
    try:
        staff.password = hash_password(password, names_to_avoid(web, session, staff))
    except WeakPassword as error:
        return _page(request, staff, token, str(error))
    staff.must_change_password = False
    ceremonies.finish(session, token, Purpose.WELCOME, web.clock())
    sessions.end_others(session, staff_id(staff))
    write_audit(session, staff, "set password", staff.login, at=web.clock())
    return go("/admin/sign-in") if has_factor(session, staff) else enter(request, web, session, staff, Method.PASSWORD)


def _invited(web: WebParts, session: Session, token: str) -> StaffRow | None:
    begun = ceremonies.look(session, token, Purpose.WELCOME, web.clock())
    staff = session.get(StaffRow, begun.staff_id) if begun else None
    return staff if staff is not None and staff.disabled_at is None else None


def _page(request: Request, invited: StaffRow | None, token: str, fault: str = "") -> Response:
    status = 410 if invited is None else 422 if fault else 200
    return view(request, "accounts/welcome.html", status=status, invited=invited, token=token, fault=fault)
