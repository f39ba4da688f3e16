"""A visit: one request of a member of staff for a page of a municipality, and what such pages do.

A route's signature says who may come, and whether something is written: `visit: EditorWrites`. Another municipality's
pages don't exist for those who have no role there: 404, not 403.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Capability, SignedIn, Staff, require_role
from admin.audit import write_audit
from admin.entries.saving import Author
from admin.pages.view import view
from admin.staff import Role
from bot.conversation.city import CityKnowledge
from bot.responses.days import in_japan
from bot.web.state import Reading, Web, WebParts, Writing


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for which municipality's page, when, and what the page works with."""

    request: Request
    web: WebParts
    session: Session
    staff: SignedIn
    municipality: str
    at: datetime

    @property
    def city(self) -> CityKnowledge:
        """What is published for the municipality. Raises UnknownMunicipality."""
        return self.web.library.city(self.session, self.municipality)

    @property
    def other_cities(self) -> dict[str, str]:
        """The names of the other municipalities where the visitor has a role, by their ids."""
        published = self.web.library.published(self.session)
        others = (c for c in published.municipalities if c != self.municipality and self.staff.role_in(c) is not None)
        return {city: published.packs[city].name for city in others}

    @property
    def today(self) -> date:
        """The day in Japan."""
        return in_japan(self.at).date()

    @property
    def login(self) -> str:
        """The name that the visitor signs in with."""
        return self.staff.staff.login

    @property
    def author(self) -> Author:
        """The visitor as the author of a change."""
        return Author(self.staff.staff, self.municipality, self.at)

    def may(self, capability: Capability) -> bool:
        """Whether the matrix allows it to the visitor here."""
        return self.staff.may(capability, self.municipality)

    def show(self, template: str, *, status: int = 200, **values: object) -> Response:
        """The page, with the municipality as `city` unless the values have another."""
        city = {} if "city" in values else {"city": self.city}
        return view(self.request, template, self.staff, status=status, **city, **values)

    def go(self, path: str) -> Response:
        """To another page of the municipality, after something was done."""
        return RedirectResponse(f"/admin/{self.municipality}/{path}", status_code=303)

    def audit(
        self, action: str, subject: str, *, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None
    ) -> None:
        """Writes down what the visitor did here."""
        place, staff = self.municipality, self.staff.staff
        write_audit(self.session, staff, action, subject, at=self.at, municipality=place, before=before, after=after)


def _reading(request: Request, web: Web, session: Reading, staff: Staff, municipality: str) -> Visit:
    return Visit(request, web, session, staff, municipality, web.clock())


def _writing(request: Request, web: Web, session: Writing, staff: Staff, municipality: str) -> Visit:
    return Visit(request, web, session, staff, municipality, web.clock())


_Reading = Annotated[Visit, Depends(_reading, scope="function")]
_Writing = Annotated[Visit, Depends(_writing, scope="function")]


def _reads(role: Role) -> Callable[[Visit], Visit]:
    def check(visit: _Reading) -> Visit:
        require_role(visit.staff, visit.municipality, role)
        return visit

    return check


def _writes(role: Role) -> Callable[[Visit], Visit]:
    def check(visit: _Writing) -> Visit:
        require_role(visit.staff, visit.municipality, role)
        return visit

    return check


ViewerReads = Annotated[Visit, Depends(_reads(Role.VIEWER), scope="function")]
EditorReads = Annotated[Visit, Depends(_reads(Role.EDITOR), scope="function")]
ApproverReads = Annotated[Visit, Depends(_reads(Role.APPROVER), scope="function")]
AdminReads = Annotated[Visit, Depends(_reads(Role.ADMIN), scope="function")]

ViewerWrites = Annotated[Visit, Depends(_writes(Role.VIEWER), scope="function")]
SupportWrites = Annotated[Visit, Depends(_writes(Role.SUPPORT), scope="function")]
EditorWrites = Annotated[Visit, Depends(_writes(Role.EDITOR), scope="function")]
ApproverWrites = Annotated[Visit, Depends(_writes(Role.APPROVER), scope="function")]
AdminWrites = Annotated[Visit, Depends(_writes(Role.ADMIN), scope="function")]
