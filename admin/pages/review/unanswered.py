"""Questions without an answer: the queue that staff open in the morning."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from admin.access import Capability
from admin.entries.labels import LANGUAGES
from admin.entries.typed import names_of
from admin.pages.visit import ViewerWrites
from admin.review import queue, states
from admin.review.grouping import grouping_under_way
from admin.review.queue import PAGE, Wanted
from admin.review.replies import told, worth_adding
from bot.conversation.city import CityKnowledge

router = APIRouter(prefix="/admin")

PERIODS = {0: "いつでも", 1: "きのうから", 7: "7 日", 30: "30 日", 90: "90 日"}
JAPANESE = {"ja": "日本語", **LANGUAGES}
_DONE = {
    "mended": "下書きに足しました。公開されると、もう一度この質問をためします。",
    "declined": "答えないことに決めました。",
    "looked": "見たことにしました。",
    "postponed": "先送りにしました。",
}


def _wanted(
    tab: Annotated[str, Query(max_length=16)] = "open",
    cause: Annotated[str, Query(max_length=16)] = "",
    channel: Annotated[str, Query(max_length=16)] = "",
    language: Annotated[str, Query(max_length=8)] = "",
    section: Annotated[str, Query(max_length=40)] = "",
    days: Annotated[int, Query(ge=0, le=366)] = 0,
    assignee: Annotated[str, Query(max_length=80)] = "",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Wanted:
    return Wanted(tab if tab in states.TABS else "open", cause, channel, language, section, days, assignee, page)


@router.get("/{municipality}/unanswered")
def unanswered(
    visit: ViewerWrites, wanted: Annotated[Wanted, Depends(_wanted)], done: Annotated[str, Query(max_length=16)] = ""
) -> Response:
    """Distinct questions, most people first. What is in no group yet is put in the queue for that."""
    city, session, municipality = visit.city, visit.session, visit.municipality
    found = queue.find_groups(session, municipality, wanted, visit.at)
    return visit.show(
        "review/unanswered.html",
        city=city,
        found=found,
        cards=[(listed, told(listed.shown, city), worth_adding(listed.shown, city)) for listed in found.rows],
        grouping=grouping_under_way(session, municipality, visit.at),
        counts=queue.count_tabs(session, municipality),
        choices=queue.choices(session, municipality),
        names=names_of(session, [r.row.assignee for r in found.rows if r.row.assignee]),
        wanted=wanted,
        pages=-(-found.total // PAGE),
        address=_address(wanted),
        periods=PERIODS,
        notice=_DONE.get(done, ""),
        may_mend=visit.may(Capability.SETTLE),
        **labels(city),
    )


def labels(city: CityKnowledge) -> dict[str, Any]:
    """What states, causes, feeds and the rest are called on pages."""
    return {
        "tabs": states.TABS,
        "causes": states.CAUSES,
        "state_labels": states.STATES,
        "feeds": states.FEEDS,
        "reasons": states.REASONS,
        "channels": states.CHANNELS,
        "languages": JAPANESE,
        "base": f"/admin/{city.municipality}/unanswered",
    }


def _address(wanted: Wanted) -> str:
    """The query of the same page without its number."""
    kept = ("tab", "cause", "channel", "language", "section", "days", "assignee")
    return urlencode([(name, value) for name in kept if (value := getattr(wanted, name))])
