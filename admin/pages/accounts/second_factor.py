"""Setting up the second factor: authenticator app and recovery codes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from admin.access import Arrived, Confirmed, SignedIn
from admin.accounts import ceremonies, second_factor
from admin.accounts.ceremonies import Purpose
from admin.accounts.passkeys import passkeys_of
from admin.accounts.settings import Accounts
from admin.audit import write_audit
from admin.pages.accounts.account import NOTICES
from admin.pages.accounts.entering import give_cookie, go, step_token
from admin.pages.view import view
from admin.staff import staff_id
from bot.web.state import Web, Writing

router = APIRouter(prefix="/admin/account")

_WRONG = (
    "6桁の数字が合いません。アプリに今出ている数字を入れてください。"
    "何度も合わないときは、スマホの時刻を確かめてください。"
)


@router.get("/second-factor")
def overview(request: Request, session: Writing, staff: Arrived, accounts: Accounts, done: str = "") -> Response:
    """What the account has, and what can be added."""
    return view(
        request,
        "accounts/second_factor.html",
        staff,
        notice=NOTICES.get(done, ""),
        passkeys=passkeys_of(session, staff.staff),
        left=second_factor.recovery_codes_left(session, staff.staff),
        needed=accounts.require_second_factor and not second_factor.has_factor(session, staff.staff),
    )


@router.get("/authenticator")
def authenticator(request: Request, web: Web, session: Writing, staff: Confirmed, accounts: Accounts) -> Response:
    """Shows a new secret; it counts from the moment its first code is typed. Looking again shows the same."""
    if begun := _begun(session, step_token(request, web, Purpose.AUTHENTICATOR), web, staff, accounts):
        return _page(request, staff, begun)
    secret = second_factor.new_secret()
    content = {"secret": second_factor.sealed(secret, accounts.keys)}
    token = ceremonies.begin(
        session, Purpose.AUTHENTICATOR, web.clock(), staff_id=staff_id(staff.staff), content=content
    )
    response = _page(request, staff, secret)
    give_cookie(response, web, Purpose.AUTHENTICATOR, token)
    return response


def _begun(session: Writing, token: str | None, web: Web, staff: SignedIn, accounts: Accounts) -> str | None:
    """The secret that this member of staff was shown in this browser and that does not count yet."""
    begun = ceremonies.look(session, token, Purpose.AUTHENTICATOR, web.clock())
    mine = begun is not None and begun.staff_id == staff.staff.id
    return second_factor.opened(begun.content["secret"], accounts.keys) if begun is not None and mine else None


@router.post("/authenticator")
def switch_on(
    request: Request,
    web: Web,
    session: Writing,
    staff: Confirmed,
    accounts: Accounts,
    code: Annotated[str, Form(max_length=20)],
) -> Response:
    """Switches it on when the code fits; shows recovery codes when there are none yet."""
    token = step_token(request, web, Purpose.AUTHENTICATOR)
    secret = _begun(session, token, web, staff, accounts)
    if secret is None:
        return go("/admin/account/authenticator")
    if not second_factor.switch_on(session, staff.staff, secret, code, accounts.keys, web.clock()):
        return _page(request, staff, secret, _WRONG)
    ceremonies.finish(session, token, Purpose.AUTHENTICATOR, web.clock())
    write_audit(session, staff.staff, "set authenticator", staff.staff.login, at=web.clock())
    return show_codes_once(request, web, session, staff)


def show_codes_once(request: Request, web: Web, session: Writing, staff: SignedIn, *, new: bool = False) -> Response:
    """New recovery codes on a page when there are none or new ones are wanted, else back to the overview."""
    if not new and second_factor.recovery_codes_left(session, staff.staff):
        return go("/admin/account/second-factor")
    codes = second_factor.new_recovery_codes(session, staff.staff)
    write_audit(session, staff.staff, "new recovery codes", staff.staff.login, at=web.clock())
    return view(request, "accounts/recovery_codes.html", staff, codes=codes)


@router.post("/authenticator/remove")
def switch_off(web: Web, session: Writing, staff: Confirmed) -> Response:
    """Forgets the app."""
    second_factor.switch_off(session, staff.staff)
    write_audit(session, staff.staff, "remove authenticator", staff.staff.login, at=web.clock())
    return go("/admin/account/second-factor?done=factor-off")


@router.post("/recovery-codes")
def recovery_codes(request: Request, web: Web, session: Writing, staff: Confirmed) -> Response:
    """Makes new recovery codes; the old ones stop working."""
    if not second_factor.has_factor(session, staff.staff):
        return go("/admin/account/second-factor")
    return show_codes_once(request, web, session, staff, new=True)


def _page(request: Request, staff: SignedIn, secret: str, fault: str = "") -> Response:
    shown = {"secret": second_factor.spaced(secret), "qr": second_factor.qr_code(secret, staff.staff.login)}
    return view(request, "accounts/authenticator.html", staff, status=422 if fault else 200, fault=fault, **shown)
