"""One member of staff, for the admins of a place: roles, and what to do when somebody leaves or is locked out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlmodel import Session, select

from admin.access import Admin, Confirmed, SignedIn
from admin.accounts import sessions, staffing
from admin.accounts.staffing import Colleague, LastAdmin
from admin.audit import write_audit
from admin.pages.accounts.entering import go
from admin.pages.accounts.places import places_of
from admin.pages.accounts.staff import link_for, place_view
from admin.staff import Role, staff_id
from admin.tables import StaffRow
from bot.web.state import Web, WebParts, Writing

router = APIRouter(prefix="/admin/{municipality}/staff/{number}")

_NOTICES = {
    "roles": "役割を変えました。",
    "profile": "名前と組織のアカウントを保存しました。",
    "disabled": "サインインできないようにしました。",
    "enabled": "またサインインできるようにしました。",
    "reset": "二段階認証を消しました。次にパスワードでサインインしたとき、登録し直せます。",
    "signed-out": "すべての画面からサインアウトさせました。",
}


@router.get("")
def shown(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    _: Confirmed,
    municipality: str,
    number: int,
    done: str = "",
) -> Response:
    """Everything an admin can change about somebody."""
    person = _person(session, staff, municipality, number)
    return _page(request, web, session, staff, municipality, person, notice=_NOTICES.get(done, ""))


@router.post("/roles")
def change_roles(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    _: Confirmed,
    municipality: str,
    number: int,
    place: Annotated[list[str], Form()],
    role: Annotated[list[str], Form()],
) -> Response:
    """Changes the roles at the places that the admin looks after; all or none."""
    person = _person(session, staff, municipality, number)
    allowed = places_of(web.library.published(session), staff.roles)
    if len(place) != len(role) or not set(place) <= set(allowed) or not set(role) <= {"", *Role}:
        raise HTTPException(422)
    wanted = {at: Role(held) if held else None for at, held in zip(place, role, strict=True)}
    changed = {at: held for at, held in wanted.items() if person.roles.get(at) is not held}
    try:
        with session.begin_nested():
            for at, held in changed.items():
                before = staffing.change_role(session, person.staff, at, held)
                _audit(session, web, staff, "change role", person, at, before={"role": before}, after={"role": held})
    except LastAdmin as error:
        return _page(request, web, session, staff, municipality, person, status=409, fault=str(error))
    gone = changed.get(municipality, Role.VIEWER) is None and municipality in person.roles
    return go(f"/admin/{municipality}/staff") if gone else _back(municipality, number, "roles")


@router.post("/profile")
def change_profile(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    _: Confirmed,
    municipality: str,
    number: int,
    name: Annotated[str, Form(min_length=1, max_length=80)],
    subject: Annotated[str, Form(max_length=255)] = "",
) -> Response:
    """The name, and who they are at the organisation's sign-in."""
    person = _whole(session, staff, municipality, number)
    subject = subject.strip()
    taken = select(StaffRow.id).where(StaffRow.oidc_subject == subject, StaffRow.id != number)
    if subject and session.exec(taken).first() is not None:
        fault = "この組織のアカウントは、ほかの人に登録されています。"
        return _page(request, web, session, staff, municipality, person, status=422, fault=fault)
    before = {"name": person.staff.name, "oidc_subject": person.staff.oidc_subject}
    person.staff.name, person.staff.oidc_subject = name.strip() or person.staff.name, subject or None
    after = {"name": person.staff.name, "oidc_subject": person.staff.oidc_subject}
    _audit(session, web, staff, "change staff", person, municipality, before=before, after=after)
    return _back(municipality, number, "profile")


@router.post("/disable")
def disable(
    request: Request, web: Web, session: Writing, staff: Admin, _: Confirmed, municipality: str, number: int
) -> Response:
    """Shuts the account; nobody shuts their own."""
    person = _whole(session, staff, municipality, number)
    try:
        if person.staff.id == staff.staff.id:
            return _page(request, web, session, staff, municipality, person, status=409, fault=_OWN)
        staffing.disable(session, person.staff, web.clock())
    except LastAdmin as error:
        return _page(request, web, session, staff, municipality, person, status=409, fault=str(error))
    _audit(session, web, staff, "disable staff", person, municipality)
    return _back(municipality, number, "disabled")


_OWN = "自分を止めることはできません。ほかの管理者に頼んでください。"


@router.post("/enable")
def enable(web: Web, session: Writing, staff: Admin, _: Confirmed, municipality: str, number: int) -> Response:
    """Opens the account again."""
    person = _whole(session, staff, municipality, number)
    staffing.enable(session, person.staff)
    _audit(session, web, staff, "enable staff", person, municipality)
    return _back(municipality, number, "enabled")


@router.post("/reset-second-factor")
def reset(web: Web, session: Writing, staff: Admin, _: Confirmed, municipality: str, number: int) -> Response:
    """Forgets app, passkeys and recovery codes of somebody who lost them."""
    person = _whole(session, staff, municipality, number)
    staffing.reset_second_factor(session, person.staff)
    _audit(session, web, staff, "reset second factor", person, municipality)
    return _back(municipality, number, "reset")


@router.post("/sign-out")
def sign_out(web: Web, session: Writing, staff: Admin, _: Confirmed, municipality: str, number: int) -> Response:
    """Ends all sessions of somebody, as when a device was lost."""
    person = _whole(session, staff, municipality, number)
    sessions.end_others(session, staff_id(person.staff))
    _audit(session, web, staff, "end all sessions", person, municipality)
    return _back(municipality, number, "signed-out")


@router.post("/link")
def link(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    _: Confirmed,
    municipality: str,
    number: int,
) -> Response:
    """A new one-time link for somebody who forgot the password; shown this once."""
    person = _whole(session, staff, municipality, number)
    made = link_for(request, web, session, person.staff)
    _audit(session, web, staff, "new sign-in link", person, municipality)
    return place_view(
        request, web, session, staff, municipality, "accounts/added.html", person=person.staff, link=made, again=True
    )


def _person(session: Session, staff: SignedIn, municipality: str, number: int) -> Colleague:
    found = staffing.colleague(session, number, municipality, staff.roles)
    if found is None:
        raise HTTPException(404)
    return found


def _whole(session: Session, staff: SignedIn, municipality: str, number: int) -> Colleague:
    """Somebody whose whole account this admin may change."""
    found = _person(session, staff, municipality, number)
    if not found.whole:
        raise HTTPException(403)
    return found


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    person: Colleague,
    fault: str = "",
    notice: str = "",
    status: int = 200,
) -> Response:
    return place_view(
        request,
        web,
        session,
        staff,
        municipality,
        "accounts/colleague.html",
        status,
        person=person,
        me=person.staff.id == staff.staff.id,
        fault=fault,
        notice=notice,
    )


def _audit(
    session: Session,
    web: WebParts,
    staff: SignedIn,
    action: str,
    person: Colleague,
    place: str,
    **more: dict[str, Any],
) -> None:
    before, after = more.get("before"), more.get("after")
    login, now = person.staff.login, web.clock()
    write_audit(session, staff.staff, action, login, at=now, municipality=place, before=before, after=after)


def _back(municipality: str, number: int, done: str) -> Response:
    return go(f"/admin/{municipality}/staff/{number}?done={done}")
