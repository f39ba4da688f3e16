"""「利用のようす」: what people ask and how it goes, in any range, beside another city or other days."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request, Response
from sqlmodel import Session

from admin.access import SignedIn, Viewer
from admin.pages.view import view
from admin.reports import charts, dashboard
from admin.reports.dashboard import BEFORE, YEAR, Wanted
from admin.reports.effects import effects_of
from admin.reports.outline import Outline, outline, rates_of
from admin.reports.queue import causes_of
from bot.conversation.city import CityKnowledge
from bot.responses.days import in_japan
from bot.statistics.office_hours import USUAL_TEXT
from bot.statistics.shares import points
from bot.web.state import Reading, Web, WebParts

router = APIRouter(prefix="/admin")
Short = Annotated[str, Query(max_length=40)]


@router.get("/{municipality}/dashboard")
def page(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    first: Short = "",
    last: Short = "",
    beside: Short = "",
) -> Response:
    """The page. A range that can't be is said, and what was typed stays."""
    city = web.library.city(session, municipality)
    today = in_japan(web.clock()).date()
    fault, typed = "", {"first": first, "last": last, "beside": beside}
    try:
        wanted = dashboard.wanted_of(first, last, beside, today)
    except ValueError as error:
        fault, wanted = str(error), dashboard.wanted_of("", "", beside, today)
    here = outline(session, city, wanted.period)
    other = _beside(session, web, staff, city, wanted)
    values = {
        "city": city,
        "wanted": wanted,
        "typed": typed if fault else {"first": wanted.period.first, "last": wanted.period.last, "beside": beside},
        "fault": fault,
        "ranges": dashboard.usual_ranges(today),
        "others": _others(session, web, staff, municipality),
        "outline": here,
        "other": other,
        "cards": _cards(here, other),
        "assumed_hours": "" if city.pack.counter.opening else USUAL_TEXT,
    }
    status = 422 if fault else 200
    return view(request, "reports/dashboard.html", staff, status=status, **values, **_parts(session, here, other, web))


def _parts(session: Session, here: Outline, other: Outline | None, web: WebParts) -> dict[str, object]:
    """The charts and the tables under them."""
    topics, weeks = dashboard.topics_of(here), dashboard.weeks_of(here)
    municipality, period = here.city.municipality, here.period
    causes = causes_of(session, municipality, period)
    return {
        "topics": topics[: dashboard.SHOWN],
        "weeks": weeks,
        "days_chart": dashboard.days_chart(here, other),
        "rates_chart": dashboard.rates_chart(weeks),
        "topics_chart": dashboard.topics_chart(topics),
        "vain": dashboard.in_vain(session, here.city, period),
        "causes": causes,
        "causes_chart": charts.bars_chart("答えられなかったわけ", [(c.name, c.times) for c in causes], "three"),
        "heat": charts.heat_map("曜日と時刻ごとの質問の数", here.counted.hours),
        "best": dashboard.helpful(topics, most=True),
        "worst": dashboard.helpful(topics, most=False),
        "effects": effects_of(session, municipality, period, in_japan(web.clock()).date()),
    }


def _others(session: Session, web: WebParts, staff: SignedIn, municipality: str) -> list[tuple[str, str]]:
    """The other cities one works for: only with those a city may be compared."""
    published = web.library.published(session)
    cities = [c for c in published.municipalities if c != municipality and staff.role_in(c)]
    return [(city, published.packs[city].name) for city in cities]


def _beside(session: Session, web: WebParts, staff: SignedIn, city: CityKnowledge, wanted: Wanted) -> Outline | None:
    """What is put beside. A city where one has no role doesn't exist."""
    if not wanted.beside:
        return None
    if wanted.beside in (BEFORE, YEAR):
        return outline(session, city, dashboard.other_period(wanted))
    if wanted.beside not in dict(_others(session, web, staff, city.municipality)):
        raise HTTPException(404)
    return outline(session, web.library.city(session, wanted.beside), wanted.period)


def _cards(here: Outline, other: Outline | None) -> list[dict[str, object]]:
    """The rates, each with the other one and by how many points they differ."""
    then = rates_of(other.total, other.judged) if other else ()
    return [
        {
            "rate": rate,
            "then": then[n] if then else None,
            "points": points(rate.share, then[n].share) if then else None,
        }
        for n, rate in enumerate(rates_of(here.total, here.judged))
    ]
