"""Who may see what: every page behind sign-in asks for one of these.

Another municipality's pages don't exist for those who have no role there: 404, not 403.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, HTTPException, Request

from admin.accounts import sessions
from admin.accounts.second_factor import has_factor
from admin.accounts.sessions import Method
from admin.accounts.settings import Accounts
from admin.audit import ORIGIN
from admin.staff import ALL, Role, roles_of
from admin.tables import StaffRow
from bot.web.state import Web, Writing

COOKIE = "madoguchi_staff"
_PLACE = re.compile(r"[a-z0-9][a-z0-9-]{0,30}|\*")
CONFIRMED_FOR = timedelta(minutes=10)
TIME_TO_FILL_IN = timedelta(minutes=30)


class Capability(StrEnum):
    """What somebody may do at a municipality."""

    READ = "見る"
    SETTLE = "答えのない質問をかたづける"
    EDIT = "項目を直す（下書き）"
    PUBLISH = "公開する・お知らせを出す・操作の記録を見る"
    STAFF = "職員を足す・役割を変える"


LEAST_ROLE: Mapping[Capability, Role] = {
    Capability.READ: Role.VIEWER,
    Capability.SETTLE: Role.SUPPORT,
    Capability.EDIT: Role.EDITOR,
    Capability.PUBLISH: Role.APPROVER,
    Capability.STAFF: Role.ADMIN,
}
"""The matrix of roles and capabilities: who has this role or a stronger one may do this. Routes ask by the
names of `admin.pages.visit`; tests/admin/routes.yaml has the least role of every route."""


class SignInNeeded(Exception):
    """Nobody is signed in; the browser is sent to the sign-in page."""


class StepNeeded(Exception):
    """Something comes first: a password of one's own, a second factor, showing again who one is."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class RenewalNeeded(Exception):
    """The session needs a new token before the page is shown: its roles have changed."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The member of staff of this request, their roles by municipality, and how they got in."""

    staff: StaffRow
    roles: Mapping[str, Role]
    token: str
    method: Method = Method.PASSWORD
    confirmed_at: datetime | None = None

    def role_in(self, municipality: str) -> Role | None:
        """The stronger of the role there and the role everywhere."""
        found = [role for place in (municipality, ALL) if (role := self.roles.get(place))]
        return max(found, key=list(Role).index, default=None)

    def may(self, capability: Capability, municipality: str) -> bool:
        """Whether the matrix allows it there."""
        held = self.role_in(municipality)
        return held is not None and held.allows(LEAST_ROLE[capability])


def cookie_name(secure: bool, name: str = COOKIE) -> str:
    """`__Host-` cookies need TLS; a trial run on this machine has none."""
    return f"__Host-{name}" if secure else name


def signed_in(request: Request, web: Web, session: Writing) -> SignedIn:
    """Who asks, even when something has to come first. Raises SignInNeeded and RenewalNeeded."""
    token = request.cookies.get(cookie_name(web.secure_cookies))
    found = sessions.find(session, token, web.clock())
    if found is None or token is None:
        raise SignInNeeded
    row, staff = found
    if row.renew and request.method == "GET":
        raise RenewalNeeded
    sessions.touch(row, web.clock())
    session.info[ORIGIN] = f"{row.browser} {row.token_digest[:6]}".strip()
    return SignedIn(staff, roles_of(session, staff), token, Method(row.method), row.confirmed_at)


Arrived = Annotated[SignedIn, Depends(signed_in, scope="function")]


def ready(staff: Arrived, session: Writing, accounts: Accounts) -> SignedIn:
    """Who asks, with nothing left to do first. Raises StepNeeded."""
    if staff.staff.must_change_password and staff.method is not Method.OIDC:
        raise StepNeeded("/admin/account/password")
    if accounts.require_second_factor and staff.method is not Method.OIDC and not has_factor(session, staff.staff):
        raise StepNeeded("/admin/account/second-factor")
    return staff


Staff = Annotated[SignedIn, Depends(ready, scope="function")]


def _confirmed(request: Request, web: Web, staff: Arrived) -> SignedIn:
    """Who asks, having shown who they are some minutes ago; a form that is open has more time. Raises StepNeeded."""
    long = CONFIRMED_FOR if request.method == "GET" else CONFIRMED_FOR + TIME_TO_FILL_IN
    if staff.confirmed_at is None or web.clock() > staff.confirmed_at + long:
        back = request.url.path if request.method == "GET" else urlsplit(request.headers.get("referer", "")).path
        raise StepNeeded(f"/admin/account/confirm?next={quote(back)}")
    return staff


Confirmed = Annotated[SignedIn, Depends(_confirmed, scope="function")]


def require_role(staff: SignedIn, municipality: str, role: Role) -> None:
    """Raises 404 for those who have no role at this municipality, 403 for those whose role is weaker."""
    # Whoever may do this everywhere still can't where there can be no place; and the name goes into file names.
    held = staff.role_in(municipality) if _PLACE.fullmatch(municipality) else None
    if held is None:
        raise HTTPException(404)
    if not held.allows(role):
        raise HTTPException(403)
