"""The staff of a municipality, for its admins: who there is, and somebody new."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request, Response
from sqlmodel import Session

from admin.access import LEAST_ROLE, Admin, Confirmed, SignedIn
from admin.accounts import staffing
from admin.accounts.settings import origin_of
from admin.audit import write_audit
from admin.pages.accounts.places import ROLES, name_of, places_of
from admin.pages.view import view
from admin.passwords import first_password
from admin.staff import LoginTaken, Role, add_staff
from admin.tables import StaffRow
from bot.web.state import Web, WebParts, Writing

router = APIRouter(prefix="/admin/{municipality}/staff")


_TAKEN = (
    "この名前（ID）は、もう使われています。ほかの市の人に役割を足すときは、「すべての市」の管理者に頼んでください。"
)


class Start(StrEnum):
    """How somebody new comes in for the first time."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105 (the name of a way, not a password)


@router.get("")
def listed(request: Request, web: Web, session: Writing, staff: Admin, municipality: str) -> Response:
    """Who has a role here."""
    people = staffing.colleagues(session, municipality, staff.roles)
    return place_view(
        request,
        web,
        session,
        staff,
        municipality,
        "accounts/staff.html",
        people=people,
        capabilities=[(capability, least) for capability, least in LEAST_ROLE.items()],
        order=list(Role),
    )


@router.get("/new")
def form(request: Request, web: Web, session: Writing, staff: Admin, _: Confirmed, municipality: str) -> Response:
    """Asks who is new."""
    return _form(request, web, session, staff, municipality)


@router.post("")
def add(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    _: Confirmed,
    municipality: str,
    login: Annotated[str, Form(max_length=80)],
    role: Annotated[Role, Form()],
    name: Annotated[str, Form(max_length=80)] = "",
    start: Annotated[Start, Form()] = Start.LINK,
) -> Response:
    """Adds somebody; shows their link or first password this once. Known people are given the role."""
    place_name(web, session, municipality)
    typed = {"login": login, "name": name, "role": role, "start": start}
    if not login.strip() or len(login.split()) != 1:
        fault = "名前（ID）は、空白なしで書いてください。"
        return _form(request, web, session, staff, municipality, status=422, fault=fault, typed=typed)
    password = first_password() if start is Start.PASSWORD else None
    try:
        row = add_staff(
            session,
            login,
            name.strip() or login.strip(),
            password,
            municipality=municipality,
            role=role,
            at=web.clock(),
            must_change=password is not None,
        )
    except LoginTaken:
        return _form(request, web, session, staff, municipality, status=422, fault=_TAKEN, typed=typed)
    after = {"role": role, "start": start}
    write_audit(session, staff.staff, "add staff", row.login, at=web.clock(), municipality=municipality, after=after)
    link = None if password else link_for(request, web, session, row)
    return place_view(
        request, web, session, staff, municipality, "accounts/added.html", person=row, password=password, link=link
    )


def link_for(request: Request, web: WebParts, session: Session, row: StaffRow) -> str:
    """A one-time link by which somebody sets their password."""
    return f"{origin_of(request, web)}/admin/welcome?token={staffing.new_link(session, row, web.clock())}"


def place_name(web: WebParts, session: Session, municipality: str) -> str:
    """What the place is called. Raises 404 when there is no such place."""
    published = web.library.published(session)
    if municipality not in places_of(published, {municipality: Role.ADMIN}):
        raise HTTPException(404)
    return name_of(published, municipality)


def place_view(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    template: str,
    status: int = 200,
    **values: object,
) -> Response:
    """A page about the staff of a place; a municipality's own menu is beside it."""
    name, published = place_name(web, session, municipality), web.library.published(session)
    city = web.library.city(session, municipality) if municipality in published.municipalities else None
    return view(
        request,
        template,
        staff,
        status=status,
        city=city,
        place=municipality,
        place_name=name,
        roles=ROLES,
        places=places_of(published, staff.roles),
        **values,
    )


def _form(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    status: int = 200,
    **more: object,
) -> Response:
    shown: dict[str, Any] = {"fault": "", "typed": {"role": Role.EDITOR, "start": Start.LINK}, **more}
    return place_view(request, web, session, staff, municipality, "accounts/new_staff.html", status, **shown)
