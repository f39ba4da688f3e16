"""Signing in with a passkey, at once or as the second step."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session

from admin.accounts import ceremonies, passkeys
from admin.accounts.ceremonies import Purpose
from admin.accounts.passkeys import PasskeyRefused
from admin.accounts.sessions import Method
from admin.accounts.settings import Accounts, origin_of
from admin.pages.accounts.entering import HOME, enter, give_cookie, step_token
from admin.pages.view import view
from admin.tables import StaffRow
from bot.web.state import Web, WebParts, Writing

router = APIRouter(prefix="/admin/sign-in/passkey")

_REFUSED = "このパスキーではサインインできませんでした。もう一度ためすか、パスワードでサインインしてください。"


@router.post("/options")
def options(request: Request, web: Web, session: Writing) -> Response:
    """What the browser is to ask the passkey, as JSON."""
    asked = passkeys.ask_for_one(session, _waiting(request, web, session), origin_of(request, web))
    token = ceremonies.begin(session, Purpose.PASSKEY_USE, web.clock(), content={"challenge": asked.challenge})
    response = Response(asked.options, media_type="application/json", headers={"cache-control": "no-store"})
    give_cookie(response, web, Purpose.PASSKEY_USE, token)
    return response


@router.post("")
def sign_in(
    request: Request,
    web: Web,
    session: Writing,
    accounts: Accounts,
    credential: Annotated[str, Form(max_length=20_000)],
    next_page: Annotated[str, Form(alias="next", max_length=200)] = HOME,
) -> Response:
    """Starts a session for whose passkey it is."""
    begun = ceremonies.finish(session, step_token(request, web, Purpose.PASSKEY_USE), Purpose.PASSKEY_USE, web.clock())
    try:
        if begun is None:
            raise PasskeyRefused("nothing was asked")
        staff, name = passkeys.owner(
            session,
            credential,
            challenge=begun.content["challenge"],
            origin=origin_of(request, web),
            at=web.clock(),
        )
    except PasskeyRefused:
        shown: dict[str, Any] = {
            "fault": _REFUSED,
            "notice": "",
            "login": "",
            "organisation": accounts.provider is not None,
        }
        return view(request, "accounts/sign_in.html", status=401, **shown)
    return enter(request, web, session, staff, Method.PASSKEY, next_page=next_page, details={"passkey": name})


def _waiting(request: Request, web: WebParts, session: Session) -> StaffRow | None:
    """Who is at the second step in this browser: only their own passkeys are asked for."""
    token = step_token(request, web, Purpose.SECOND_STEP)
    begun = ceremonies.look(session, token, Purpose.SECOND_STEP, web.clock())
    return session.get(StaffRow, begun.staff_id) if begun else None
