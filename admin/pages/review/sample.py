"""The weekly sample of answers: staff say whether each was right."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.access import Capability
from admin.entries.typed import names_of
from admin.pages.review.unanswered import labels
from admin.pages.visit import ApproverWrites, SupportWrites, ViewerWrites, Visit
from admin.review import queue, sampling
from admin.review.sampling import VERDICTS, Verdict

router = APIRouter(prefix="/admin")


@router.get("/{municipality}/unanswered/sample")
def sample(visit: ViewerWrites, week: Annotated[str, Query(max_length=10)] = "") -> Response:
    """A week's sample; last week's is drawn if nobody did so yet."""
    sampling.draw(visit.session, visit.municipality, sampling.monday_of(visit.at) - timedelta(days=7))
    return _show(visit, week)


def _show(visit: Visit, week: str, *, status: int = 200, fault: str = "", number: int | None = None) -> Response:
    city, session, municipality = visit.city, visit.session, visit.municipality
    weeks = sampling.weeks(session, municipality)
    chosen = next((w for w in weeks if w.monday.isoformat() == week), weeks[0] if weeks else None)
    rows = sampling.sample_of(session, municipality, chosen.monday) if chosen else []
    entries = {e.id: e.entry for e in city.entries.values()}
    return visit.show(
        "review/sample.html",
        status=status,
        city=city,
        weeks=weeks,
        chosen=chosen,
        rows=rows,
        entries=entries,
        verdicts=VERDICTS,
        counts=queue.count_tabs(session, municipality),
        names=names_of(session, [row.row.judged_by for row in rows if row.row.judged_by]),
        number=sampling.weekly_sample(session, municipality) if number is None else number,
        fault=fault,
        may_judge=visit.may(Capability.SETTLE),
        may_set=visit.may(Capability.PUBLISH),
        **labels(city),
    )


@router.post("/{municipality}/unanswered/sample/judge")
def judge(
    visit: SupportWrites, utterance: Annotated[str, Form(max_length=64)], verdict: Annotated[Verdict, Form()]
) -> Response:
    """Stores a verdict."""
    row = sampling.judge(visit.session, utterance, verdict, visit.author)
    if row is None:
        raise HTTPException(404)
    return visit.go(f"unanswered/sample?week={row.week}#next")


@router.post("/{municipality}/unanswered/sample/size")
def size(visit: ApproverWrites, number: Annotated[int, Form()]) -> Response:
    """Sets how many answers are drawn a week."""
    try:
        sampling.set_weekly_sample(visit.session, number, visit.author)
    except ValueError as error:
        return _show(visit, "", status=422, fault=str(error), number=number)
    return visit.go("unanswered/sample")
