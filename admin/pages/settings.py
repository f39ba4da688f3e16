"""A municipality's settings: four eyes, the preview's days, how sure to be, and its counter."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Admin, SignedIn
from admin.audit import write_audit
from admin.pages.packs import may, packs_of, require
from admin.pages.view import view
from admin.publishing.policy import MOST_DAYS, policy_of, set_policy
from admin.publishing.profile import CounterForm, InvalidProfile, change_profile, sureness_content
from admin.staff import Role
from bot.intents import Thresholds
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin/{municipality}/settings")

Short = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=1000)]


@router.get("")
def overview(
    request: Request, web: Web, session: Reading, staff: Admin, municipality: str, done: bool = False
) -> Response:
    """The settings as they are."""
    return _page(request, web, session, staff, municipality, done=done)


@router.post("/policy")
def policy(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    municipality: str,
    replay_days: Annotated[int, Form()],
    pack: Short = "",
    four_eyes: Annotated[bool, Form()] = False,
) -> Response:
    """Who has to approve, and how many days of questions the preview replays; of the city, or of the common pack."""
    place = pack if pack in packs_of(municipality) else municipality
    require(staff, place, Role.ADMIN)
    held = policy_of(session, place)
    before = {"four_eyes": held.four_eyes, "replay_days": held.replay_days}
    try:
        set_policy(session, place, four_eyes=four_eyes, replay_days=replay_days)
    except ValueError as error:
        return _page(request, web, session, staff, municipality, faults={"policy": [str(error)]}, status=422)
    after = {"four_eyes": four_eyes, "replay_days": replay_days}
    return _saved(session, web, staff, municipality, "change policy", place, before, after)


@router.post("/sureness")
def sureness(
    request: Request, web: Web, session: Writing, staff: Admin, municipality: str, answer: Short = "", ask: Short = ""
) -> Response:
    """How sure to be before answering, and before asking back."""
    try:
        changes = {"sureness": sureness_content(answer, ask)}
        before, after = _change(session, web, staff, municipality, changes, "答える確かさの設定を変えた")
    except InvalidProfile as error:
        typed = {"answer": answer, "ask": ask}
        faults = {"sureness": error.faults}
        return _page(request, web, session, staff, municipality, faults=faults, typed=typed, status=422)
    return _saved(session, web, staff, municipality, "change sureness", municipality, before, after)


@router.post("/counter")
def counter(
    request: Request,
    web: Web,
    session: Writing,
    staff: Admin,
    municipality: str,
    name: Short = "",
    tel: Short = "",
    hours: Short = "",
    opening: Long = "",
    closed: Long = "",
    sources: Short = "",
) -> Response:
    """Where people are sent when there is no answer."""
    form = CounterForm(name, tel, hours, opening, closed, sources)
    try:
        changes = {"counter": form.content()}
        before, after = _change(session, web, staff, municipality, changes, "窓口の設定を変えた")
    except InvalidProfile as error:
        faults = {"counter": error.faults}
        return _page(request, web, session, staff, municipality, faults=faults, form=form, status=422)
    return _saved(session, web, staff, municipality, "change counter", municipality, before, after)


def _change(
    session: Session, web: WebParts, staff: SignedIn, municipality: str, changes: dict[str, Any], reason: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    login, now = staff.staff.login, web.clock()
    return change_profile(session, municipality, changes, author=login, reason=reason, at=now)


def _saved(
    session: Session,
    web: WebParts,
    staff: SignedIn,
    municipality: str,
    action: str,
    subject: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Response:
    now = web.clock()
    if before != after:
        write_audit(
            session, staff.staff, action, subject, at=now, municipality=municipality, before=before, after=after
        )
    return RedirectResponse(f"/admin/{municipality}/settings?done=1", status_code=303)


def _page(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    status: int = 200,
    **more: object,
) -> Response:
    city = web.library.city(session, municipality)
    pack = web.library.published(session).packs[municipality]
    held = pack.sureness
    values = {
        "city": city,
        "policies": [
            (place, policy_of(session, place))
            for place in (municipality, *([COMMON] if may(staff, COMMON, Role.ADMIN) else []))
        ],
        "most_days": MOST_DAYS,
        "typed": {"answer": held.answer if held else "", "ask": held.ask if held else ""},
        "usual": Thresholds(),
        "form": CounterForm.of(pack),
        "faults": {},
    }
    return view(request, "settings.html", staff, status=status, **{**values, **more})
