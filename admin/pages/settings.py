"""A municipality's settings: four eyes, the preview's days, how sure to be, and its counter."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from admin.pages.packs import may, packs_of, require
from admin.pages.visit import AdminReads, AdminWrites, Visit
from admin.publishing.policy import MOST_DAYS, policy_of, set_policy
from admin.publishing.profile import CounterForm, InvalidProfile, change_profile, sureness_content
from admin.staff import Role
from bot.intents import Thresholds
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin/{municipality}/settings")

Short = Annotated[str, Form(max_length=200)]
Long = Annotated[str, Form(max_length=1000)]


@router.get("")
def overview(visit: AdminReads, done: bool = False) -> Response:
    """The settings as they are."""
    return _page(visit, done=done)


@router.post("/policy")
def policy(
    visit: AdminWrites,
    replay_days: Annotated[int, Form()],
    pack: Short = "",
    four_eyes: Annotated[bool, Form()] = False,
) -> Response:
    """Who has to approve, and how many days of questions the preview replays; of the city, or of the common pack."""
    place = pack if pack in packs_of(visit.municipality) else visit.municipality
    require(visit.staff, place, Role.ADMIN)
    held = policy_of(visit.session, place)
    before = {"four_eyes": held.four_eyes, "replay_days": held.replay_days}
    try:
        set_policy(visit.session, place, four_eyes=four_eyes, replay_days=replay_days)
    except ValueError as error:
        return _page(visit, faults={"policy": [str(error)]}, status=422)
    return _saved(visit, "change policy", place, before, {"four_eyes": four_eyes, "replay_days": replay_days})


@router.post("/sureness")
def sureness(visit: AdminWrites, answer: Short = "", ask: Short = "") -> Response:
    """How sure to be before answering, and before asking back."""
    try:
        changes = {"sureness": sureness_content(answer, ask)}
        before, after = _change(visit, changes, "答える確かさの設定を変えた")
    except InvalidProfile as error:
        typed = {"answer": answer, "ask": ask}
        return _page(visit, faults={"sureness": error.faults}, typed=typed, status=422)
    return _saved(visit, "change sureness", visit.municipality, before, after)


@router.post("/counter")
def counter(
    visit: AdminWrites,
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
        before, after = _change(visit, {"counter": form.content()}, "窓口の設定を変えた")
    except InvalidProfile as error:
        return _page(visit, faults={"counter": error.faults}, form=form, status=422)
    return _saved(visit, "change counter", visit.municipality, before, after)


def _change(visit: Visit, changes: dict[str, Any], reason: str) -> tuple[dict[str, Any], dict[str, Any]]:
    place, login = visit.municipality, visit.login
    return change_profile(visit.session, place, changes, author=login, reason=reason, at=visit.at)


def _saved(visit: Visit, action: str, subject: str, before: dict[str, Any], after: dict[str, Any]) -> Response:
    if before != after:
        visit.audit(action, subject, before=before, after=after)
    return visit.go("settings?done=1")


def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    city = visit.city  # first: where there is no such municipality, there is no pack either
    pack = visit.web.library.published(visit.session).packs[visit.municipality]
    held = pack.sureness
    places = (visit.municipality, *([COMMON] if may(visit.staff, COMMON, Role.ADMIN) else []))
    values = {
        "city": city,
        "policies": [(place, policy_of(visit.session, place)) for place in places],
        "most_days": MOST_DAYS,
        "typed": {"answer": held.answer if held else "", "ask": held.ask if held else ""},
        "usual": Thresholds(),
        "form": CounterForm.of(pack),
        "faults": {},
    }
    return visit.show("settings.html", status=status, **{**values, **more})
