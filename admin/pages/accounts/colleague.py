"""One member of staff, for the admins of a place: roles, and what to do when somebody leaves or is locked out."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Response
from sqlmodel import select

from admin.access import Confirmed
from admin.accounts import sessions, staffing
from admin.accounts.staffing import Colleague, LastAdmin
from admin.pages.accounts.entering import go
from admin.pages.accounts.places import places_of
from admin.pages.accounts.staff import link_for, place_view
from admin.pages.visit import AdminWrites, Visit
from admin.staff import Role, staff_id
from admin.tables import StaffRow

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
def shown(visit: AdminWrites, _: Confirmed, number: int, done: str = "") -> Response:
    """Everything an admin can change about somebody."""
    return _page(visit, _person(visit, number), notice=_NOTICES.get(done, ""))


@router.post("/roles")
def change_roles(
    visit: AdminWrites,
    _: Confirmed,
    number: int,
    place: Annotated[list[str], Form()],
    role: Annotated[list[str], Form()],
) -> Response:
    """Changes the roles at the places that the admin looks after; all or none."""
    person = _person(visit, number)
    allowed = places_of(visit.web.library.published(visit.session), visit.staff.roles)
    if len(place) != len(role) or not set(place) <= set(allowed) or not set(role) <= {"", *Role}:
        raise HTTPException(422)
    wanted = {at: Role(held) if held else None for at, held in zip(place, role, strict=True)}
    changed = {at: held for at, held in wanted.items() if person.roles.get(at) is not held}
    try:
        with visit.session.begin_nested():
            for at, held in changed.items():
                _change_role(visit, person, at, held)
    except LastAdmin as error:
        return _page(visit, person, status=409, fault=str(error))
    gone = changed.get(visit.municipality, Role.VIEWER) is None and visit.municipality in person.roles
    return go(f"/admin/{visit.municipality}/staff") if gone else _back(visit, number, "roles")


def _change_role(visit: Visit, person: Colleague, place: str, role: Role | None) -> None:
    """Changes it, and writes that down where it holds, which may be another place than the visited one."""
    held = staffing.change_role(visit.session, person.staff, place, role)
    there = replace(visit, municipality=place)
    there.audit("change role", person.staff.login, before={"role": held}, after={"role": role})


@router.post("/profile")
def change_profile(
    visit: AdminWrites,
    _: Confirmed,
    number: int,
    name: Annotated[str, Form(min_length=1, max_length=80)],
    subject: Annotated[str, Form(max_length=255)] = "",
) -> Response:
    """The name, and who they are at the organisation's sign-in."""
    person = _whole(visit, number)
    subject = subject.strip()
    taken = select(StaffRow.id).where(StaffRow.oidc_subject == subject, StaffRow.id != number)
    if subject and visit.session.exec(taken).first() is not None:
        return _page(visit, person, status=422, fault="この組織のアカウントは、ほかの人に登録されています。")
    before = {"name": person.staff.name, "oidc_subject": person.staff.oidc_subject}
    person.staff.name, person.staff.oidc_subject = name.strip() or person.staff.name, subject or None
    after = {"name": person.staff.name, "oidc_subject": person.staff.oidc_subject}
    visit.audit("change staff", person.staff.login, before=before, after=after)
    return _back(visit, number, "profile")


@router.post("/disable")
def disable(visit: AdminWrites, _: Confirmed, number: int) -> Response:
    """Shuts the account; nobody shuts their own."""
    person = _whole(visit, number)
    if _is_own(visit, person):
        return _page(visit, person, status=409, fault=_OWN)
    try:
        staffing.disable(visit.session, person.staff, visit.at)
    except LastAdmin as error:
        return _page(visit, person, status=409, fault=str(error))
    visit.audit("disable staff", person.staff.login)
    return _back(visit, number, "disabled")


_OWN = "自分を止めることはできません。ほかの管理者に頼んでください。"


@router.post("/enable")
def enable(visit: AdminWrites, _: Confirmed, number: int) -> Response:
    """Opens the account again."""
    person = _whole(visit, number)
    staffing.enable(visit.session, person.staff)
    visit.audit("enable staff", person.staff.login)
    return _back(visit, number, "enabled")


@router.post("/reset-second-factor")
def reset(visit: AdminWrites, _: Confirmed, number: int) -> Response:
    """Forgets app, passkeys and recovery codes of somebody who lost them."""
    person = _whole(visit, number)
    staffing.reset_second_factor(visit.session, person.staff)
    visit.audit("reset second factor", person.staff.login)
    return _back(visit, number, "reset")


@router.post("/sign-out")
def sign_out(visit: AdminWrites, _: Confirmed, number: int) -> Response:
    """Ends all sessions of somebody, as when a device was lost."""
    person = _whole(visit, number)
    sessions.end_others(visit.session, staff_id(person.staff))
    visit.audit("end all sessions", person.staff.login)
    return _back(visit, number, "signed-out")


@router.post("/link")
def link(visit: AdminWrites, _: Confirmed, number: int) -> Response:
    """A new one-time link for somebody who forgot the password; shown this once."""
    person = _whole(visit, number)
    made = link_for(visit, person.staff)
    visit.audit("new sign-in link", person.staff.login)
    return place_view(visit, "accounts/added.html", person=person.staff, link=made, again=True)


def _person(visit: Visit, number: int) -> Colleague:
    found = staffing.colleague(visit.session, number, visit.municipality, visit.staff.roles)
    if found is None:
        raise HTTPException(404)
    return found


def _whole(visit: Visit, number: int) -> Colleague:
    """Somebody whose whole account this admin may change."""
    found = _person(visit, number)
    if not found.whole:
        raise HTTPException(403)
    return found


def _page(visit: Visit, person: Colleague, fault: str = "", notice: str = "", status: int = 200) -> Response:
    shown = {"person": person, "me": _is_own(visit, person), "fault": fault, "notice": notice}
    return place_view(visit, "accounts/colleague.html", status, **shown)


def _is_own(visit: Visit, person: Colleague) -> bool:
    return person.staff.id == visit.staff.staff.id


def _back(visit: Visit, number: int, done: str) -> Response:
    return go(f"/admin/{visit.municipality}/staff/{number}?done={done}")
