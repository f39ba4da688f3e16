"""Who may see what: every page behind sign-in asks for one of these.

Another municipality's pages don't exist for those who have no role there: 404, not 403.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

from admin.staff import ALL, Role, roles_of, session_staff, touch
from admin.tables import StaffRow
from bot.web.state import Web, Writing

COOKIE = "madoguchi_staff"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInNeeded(Exception):
    """Nobody is signed in; the browser is sent to the sign-in page."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The member of staff of this request, and their roles by municipality."""

    staff: StaffRow
    roles: Mapping[str, Role]
    token: str

    def role_in(self, municipality: str) -> Role | None:
        """The stronger of the role there and the role everywhere."""
        found = [role for place in (municipality, ALL) if (role := self.roles.get(place))]
        return max(found, key=list(Role).index, default=None)


def cookie_name(secure: bool) -> str:
    """`__Host-` cookies need TLS; a trial run on this machine has none."""
    return f"__Host-{COOKIE}" if secure else COOKIE


def same_origin(request: Request) -> None:
    """Refuses a change that another site's page asks for.

    Browsers tell in Sec-Fetch-Site, older ones in Origin; a request with neither is not a browser's form.
    """
    if request.method in _SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    own = urlsplit(origin).netloc == request.headers.get("host") if origin and origin != "null" else None
    if site not in (None, "same-origin") or own is False or (site is None and own is None):
        raise HTTPException(403)


def signed_in(request: Request, web: Web, session: Writing) -> SignedIn:
    """Who asks. Raises SignInNeeded."""
    token = request.cookies.get(cookie_name(web.secure_cookies))
    staff = session_staff(session, token, web.clock())
    if staff is None or token is None:
        raise SignInNeeded
    touch(session, token, web.clock())
    return SignedIn(staff, roles_of(session, staff), token)


Staff = Annotated[SignedIn, Depends(signed_in, scope="function")]


def _needs(role: Role) -> Callable[[SignedIn, str], SignedIn]:
    def check(staff: Staff, municipality: str) -> SignedIn:
        held = staff.role_in(municipality)
        if held is None:
            raise HTTPException(404)
        if not held.allows(role):
            raise HTTPException(403)
        return staff

    return check


Viewer = Annotated[SignedIn, Depends(_needs(Role.VIEWER))]
Support = Annotated[SignedIn, Depends(_needs(Role.SUPPORT))]
Editor = Annotated[SignedIn, Depends(_needs(Role.EDITOR))]
Approver = Annotated[SignedIn, Depends(_needs(Role.APPROVER))]
