"""The staff of a municipality, for its admins: who there is, and somebody new."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Response

from admin.access import LEAST_ROLE, Confirmed
from admin.accounts import staffing
from admin.accounts.settings import origin_of
from admin.pages.accounts.places import ROLES, name_of, places_of
from admin.pages.visit import AdminWrites, Visit
from admin.passwords import first_password
from admin.staff import LoginTaken, Role, add_staff
from admin.tables import StaffRow

router = APIRouter(prefix="/admin/{municipality}/staff")


_TAKEN = (
    "この名前（ID）は、もう使われています。ほかの市の人に役割を足すときは、「すべての市」の管理者に頼んでください。"
)


class Start(StrEnum):
    """How somebody new comes in for the first time."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 (the name of a way, not a password)


@router.get("")
def listed(visit: AdminWrites) -> Response:
    """Who has a role here."""
    people = staffing.colleagues(visit.session, visit.municipality, visit.staff.roles)
    capabilities = list(LEAST_ROLE.items())
    return place_view(visit, "accounts/staff.html", people=people, capabilities=capabilities, order=list(Role))


@router.get("/new")
def form(visit: AdminWrites, _: Confirmed) -> Response:
    """Asks who is new."""
    return _form(visit)


@router.post("")
def add(
    visit: AdminWrites,
    _: Confirmed,
    login: Annotated[str, Form(max_length=80)],
    role: Annotated[Role, Form()],
    name: Annotated[str, Form(max_length=80)] = "",
    start: Annotated[Start, Form()] = Start.LINK,
) -> Response:
    """Adds somebody; shows their link or first password this once. Known people are given the role."""
    place_name(visit)
    typed = {"login": login, "name": name, "role": role, "start": start}
    if not login.strip() or len(login.split()) != 1:
        return _form(visit, status=422, fault="名前（ID）は、空白なしで書いてください。", typed=typed)
    password = first_password() if start is Start.PASSWORD else None
    try:
        row = add_staff(
            visit.session,
            login,
            name.strip() or login.strip(),
            password,
            municipality=visit.municipality,
            role=role,
            at=visit.at,
            must_change=password is not None,
        )
    except LoginTaken:
        return _form(visit, status=422, fault=_TAKEN, typed=typed)
    visit.audit("add staff", row.login, after={"role": role, "start": start})
    link = None if password else link_for(visit, row)
    return place_view(visit, "accounts/added.html", person=row, password=password, link=link)


def link_for(visit: Visit, row: StaffRow) -> str:
    """A one-time link by which somebody sets their password."""
    token = staffing.new_link(visit.session, row, visit.at)
    return f"{origin_of(visit.request, visit.web)}/admin/welcome?token={token}"


def place_name(visit: Visit) -> str:
    """What the place is called. Raises 404 when there is no such place."""
    published = visit.web.library.published(visit.session)
    if visit.municipality not in places_of(published, {visit.municipality: Role.ADMIN}):
        raise HTTPException(404)
    return name_of(published, visit.municipality)


def place_view(visit: Visit, template: str, status: int = 200, **values: object) -> Response:
    """A page about the staff of a place; a municipality's own menu is beside it."""
    name, published = place_name(visit), visit.web.library.published(visit.session)
    return visit.show(
        template,
        status=status,
        city=visit.city if visit.municipality in published.municipalities else None,
        place=visit.municipality,
        place_name=name,
        roles=ROLES,
        places=places_of(published, visit.staff.roles),
        **values,
    )


def _form(visit: Visit, status: int = 200, **more: object) -> Response:
    shown: dict[str, Any] = {"fault": "", "typed": {"role": Role.EDITOR, "start": Start.LINK}, **more}
    return place_view(visit, "accounts/new_staff.html", status, **shown)
