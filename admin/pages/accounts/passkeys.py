"""One's passkeys: adding, naming, removing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, Response

from admin.access import Arrived, Confirmed, SignedIn
from admin.accounts import ceremonies, passkeys
from admin.accounts.ceremonies import Purpose
from admin.accounts.passkeys import PasskeyRefused
from admin.accounts.settings import origin_of
from admin.accounts.tables import PasskeyRow
from admin.audit import write_audit
from admin.pages.accounts.entering import give_cookie, go, step_token
from admin.pages.accounts.second_factor import show_codes_once
from admin.pages.view import view
from admin.staff import staff_id
from bot.web.state import Web, Writing

router = APIRouter(prefix="/admin/account/passkeys")


@router.post("/options")
def options(request: Request, web: Web, session: Writing, staff: Confirmed) -> Response:
    """What the browser needs to make a passkey, as JSON."""
    asked = passkeys.ask_for_new(session, staff.staff, origin_of(request, web))
    content = {"challenge": asked.challenge}
    token = ceremonies.begin(session, Purpose.PASSKEY_NEW, web.clock(), staff_id=staff_id(staff.staff), content=content)
    response = Response(asked.options, media_type="application/json", headers={"cache-control": "no-store"})
    give_cookie(response, web, Purpose.PASSKEY_NEW, token)
    return response


@router.post("")
def add(
    request: Request,
    web: Web,
    session: Writing,
    staff: Confirmed,
    credential: Annotated[str, Form(max_length=20_000)],
    name: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Stores what the browser made."""
    begun = ceremonies.finish(session, step_token(request, web, Purpose.PASSKEY_NEW), Purpose.PASSKEY_NEW, web.clock())
    try:
        if begun is None or begun.staff_id != staff.staff.id:
            raise PasskeyRefused("nothing was asked")
        row = passkeys.add(
            session,
            staff.staff,
            name,
            credential,
            challenge=begun.content["challenge"],
            origin=origin_of(request, web),
            at=web.clock(),
        )
    except PasskeyRefused:
        return view(request, "accounts/passkey_refused.html", staff, status=422)
    write_audit(session, staff.staff, "add passkey", staff.staff.login, at=web.clock(), after={"name": row.name})
    return show_codes_once(request, web, session, staff)


@router.post("/{number}/name")
def rename(
    web: Web, session: Writing, staff: Arrived, number: int, name: Annotated[str, Form(min_length=1, max_length=60)]
) -> Response:
    """Gives a passkey another name."""
    row = _own(session, staff, number)
    before, row.name = row.name, name.strip() or row.name
    write_audit(
        session,
        staff.staff,
        "name passkey",
        staff.staff.login,
        at=web.clock(),
        before={"name": before},
        after={"name": row.name},
    )
    return go("/admin/account/second-factor?done=passkey-named")


@router.post("/{number}/remove")
def remove(web: Web, session: Writing, staff: Confirmed, number: int) -> Response:
    """Forgets a passkey."""
    row = _own(session, staff, number)
    passkeys.remove(session, staff.staff, row)
    write_audit(session, staff.staff, "remove passkey", staff.staff.login, at=web.clock(), before={"name": row.name})
    return go("/admin/account/second-factor?done=passkey-off")


def _own(session: Writing, staff: SignedIn, number: int) -> PasskeyRow:
    row = passkeys.find(session, staff.staff, number)
    if row is None:
        raise HTTPException(404)
    return row
