"""「利用のようす」: what people ask and how it goes, in any range, beside another city or other days."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from admin.pages.visit import ViewerReads, Visit
from admin.reports import charts, dashboard
from admin.reports.dashboard import BEFORE, YEAR, Wanted
from admin.reports.effects import effects_of
from admin.reports.outline import Outline, outline, rates_of
from admin.reports.queue import causes_of
from bot.conversation.city import CityKnowledge
from bot.statistics.office_hours import USUAL_TEXT
from bot.statistics.shares import points

router = APIRouter(prefix="/admin")
Short = Annotated[str, Query(max_length=40)]


@router.get("/{municipality}/dashboard")
def page(visit: ViewerReads, first: Short = "", last: Short = "", beside: Short = "") -> Response:
    """The page. A range that can't be is said, and what was typed stays."""
    city, today = visit.city, visit.today
    fault, typed = "", {"first": first, "last": last, "beside": beside}
    try:
        wanted = dashboard.wanted_of(first, last, beside, today)
    except ValueError as error:
        fault, wanted = str(error), dashboard.wanted_of("", "", beside, today)
    here = outline(visit.session, city, wanted.period)
    other = _beside(visit, city, wanted)
    return visit.show(
        "reports/dashboard.html",
        status=422 if fault else 200,
        city=city,
        wanted=wanted,
        typed=typed if fault else {"first": wanted.period.first, "last": wanted.period.last, "beside": beside},
        fault=fault,
        ranges=dashboard.usual_ranges(today),
        others=visit.other_cities.items(),
        outline=here,
        other=other,
        cards=_cards(here, other),
        assumed_hours="" if city.pack.counter.opening else USUAL_TEXT,
        **_parts(visit, here, other),
    )


def _parts(visit: Visit, here: Outline, other: Outline | None) -> dict[str, object]:
    """The charts and the tables under them."""
    topics, weeks = dashboard.topics_of(here), dashboard.weeks_of(here)
    causes = causes_of(visit.session, visit.municipality, here.period)
    return {
        "topics": topics[: dashboard.SHOWN],
        "weeks": weeks,
        "days_chart": dashboard.days_chart(here, other),
        "rates_chart": dashboard.rates_chart(weeks),
        "topics_chart": dashboard.topics_chart(topics),
        "vain": dashboard.in_vain(visit.session, here.city, here.period),
        "causes": causes,
        "causes_chart": charts.bars_chart("答えられなかったわけ", [(c.name, c.times) for c in causes], "three"),
        "heat": charts.heat_map("曜日と時刻ごとの質問の数", here.counted.hours),
        "best": dashboard.helpful(topics, most=True),
        "worst": dashboard.helpful(topics, most=False),
        "effects": effects_of(visit.session, visit.municipality, here.period, visit.today),
    }


def _beside(visit: Visit, city: CityKnowledge, wanted: Wanted) -> Outline | None:
    """What is put beside. Only cities that one works for are compared; others don't exist."""
    if not wanted.beside:
        return None
    if wanted.beside in (BEFORE, YEAR):
        return outline(visit.session, city, dashboard.other_period(wanted))
    if wanted.beside not in visit.other_cities:
        raise HTTPException(404)
    return outline(visit.session, visit.web.library.city(visit.session, wanted.beside), wanted.period)


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
