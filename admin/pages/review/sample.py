"""The weekly sample of answers: staff say whether each was right."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, SignedIn, Support, Viewer
from admin.entries.saving import Author
from admin.entries.typed import names_of
from admin.pages.packs import may
from admin.pages.review.unanswered import labels
from admin.pages.view import view
from admin.review import queue, sampling
from admin.review.sampling import VERDICTS, Verdict
from admin.staff import Role
from bot.web.state import Web, WebParts, Writing

router = APIRouter(prefix="/admin")


@router.get("/{municipality}/unanswered/sample")
def sample(
    request: Request,
    web: Web,
    session: Writing,
    staff: Viewer,
    municipality: str,
    week: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """A week's sample; last week's is drawn if nobody did so yet."""
    sampling.draw(session, municipality, sampling.monday_of(web.clock()) - timedelta(days=7))
    return _show(request, web, session, staff, municipality, week)


def _show(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    week: str,
    *,
    status: int = 200,
    fault: str = "",
    number: int | None = None,
) -> Response:
    city = web.library.city(session, municipality)
    weeks = sampling.weeks(session, municipality)
    chosen = next((w for w in weeks if w.monday.isoformat() == week), weeks[0] if weeks else None)
    rows = sampling.sample_of(session, municipality, chosen.monday) if chosen else []
    entries = {e.id: e.entry for e in city.entries.values()}
    return view(
        request,
        "review/sample.html",
        staff,
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
        may_judge=may(staff, municipality, Role.SUPPORT),
        may_set=may(staff, municipality, Role.APPROVER),
        **labels(city),
    )


@router.post("/{municipality}/unanswered/sample/judge")
def judge(
    web: Web,
    session: Writing,
    staff: Support,
    municipality: str,
    utterance: Annotated[str, Form(max_length=64)],
    verdict: Annotated[Verdict, Form()],
) -> Response:
    """Stores a verdict."""
    row = sampling.judge(session, utterance, verdict, Author(staff.staff, municipality, web.clock()))
    if row is None:
        raise HTTPException(404)
    return RedirectResponse(_week(municipality, row.week), status_code=303)


def _week(municipality: str, week: date) -> str:
    return f"/admin/{municipality}/unanswered/sample?week={week}#next"


@router.post("/{municipality}/unanswered/sample/size")
def size(
    request: Request, web: Web, session: Writing, staff: Approver, municipality: str, number: Annotated[int, Form()]
) -> Response:
    """Sets how many answers are drawn a week."""
    try:
        sampling.set_weekly_sample(session, number, Author(staff.staff, municipality, web.clock()))
    except ValueError as error:
        return _show(request, web, session, staff, municipality, "", status=422, fault=str(error), number=number)
    return RedirectResponse(f"/admin/{municipality}/unanswered/sample", status_code=303)
