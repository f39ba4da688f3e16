"""Conflicts and duplicates: entries that get in each other's way, to be mended or left as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Editor, Viewer
from admin.audit import write_audit
from admin.jobs.queue import JobState, enqueue, latest_job
from admin.jobs.tables import JobRow
from admin.pages.view import view
from admin.staff import Role
from admin.worklists.checking import KIND
from admin.worklists.conflicts import Trouble
from admin.worklists.dismissals import dismiss, dismissals, take_back
from bot.web.state import Reading, Web, Writing
from knowledge.editing import current_release

router = APIRouter(prefix="/admin/{municipality}/conflicts")

PAGE = 30
LABELS: Mapping[str, tuple[str, str]] = {
    Trouble.SAME: ("同じ言葉", "同じ質問や聞き方が、二つの項目にあります。どちらかから消してください。"),
    Trouble.FIGURES: ("食いちがい", "市の項目と共通の項目で、数字が一つも合いません。古いほうを直してください。"),
    Trouble.ASTRAY: ("よそへ行く聞き方", "登録した聞き方なのに、その項目で答えません。聞き方を具体的にしてください。"),
    Trouble.TWIN: ("似た項目", "質問や答えが、ほとんど同じです。一つにまとめられるかもしれません。"),
}
Key = Annotated[str, Form(pattern=r"^[0-9a-f]{16}$")]


@router.get("")
def overview(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    trouble: str = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    done: str = "",
) -> Response:
    """What the last check found and nobody has settled yet."""
    city = web.library.city(session, municipality)
    job = latest_job(session, municipality, KIND)
    left = dismissals(session, municipality, KIND)
    known = {row.key for row in left}
    open_ones = [f for f in _found(job) if f["key"] not in known]
    rows = [f for f in open_ones if trouble in ("", f["trouble"])]
    held = staff.role_in(municipality)
    return view(
        request,
        "worklists/conflicts.html",
        staff,
        city=city,
        job=job,
        running=job is not None and job.state in (JobState.WAITING, JobState.RUNNING),
        moved=job is not None and job.result is not None and job.result["release"] != current_release(session),
        counts={kind: sum(f["trouble"] == kind for f in open_ones) for kind in LABELS},
        labels=LABELS,
        trouble=trouble if trouble in LABELS else "",
        rows=rows[(page - 1) * PAGE : page * PAGE],
        count=len(rows),
        page=page,
        pages=-(-len(rows) // PAGE),
        left=left,
        editor=held is not None and held.allows(Role.EDITOR),
        done=done,
    )


def _found(job: JobRow | None) -> list[dict[str, Any]]:
    if job is None or job.result is None:
        return []
    return [
        {**finding, "sides": [{**side, "topic": side["entry"].split("/", 1)[1]} for side in finding["sides"]]}
        for finding in job.result["findings"]
    ]


@router.post("")
def start(web: Web, session: Writing, staff: Editor, municipality: str) -> Response:
    """Looks through everything (again)."""
    job = latest_job(session, municipality, KIND)
    if job is None or job.state not in (JobState.WAITING, JobState.RUNNING):
        enqueue(session, KIND, municipality, {}, author=staff.staff.login, at=web.clock())
    return _back(municipality)


@router.post("/dismiss")
def leave(
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    key: Key,
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """It may stay as it is."""
    finding = _finding(session, municipality, key)
    about = f"{LABELS[finding['trouble']][0]}: {finding['about']}"
    at, author = web.clock(), staff.staff.login
    dismiss(session, municipality, KIND, key, about=about, reason=reason, author=author, at=at)
    after = {"about": about, "reason": reason.strip(), "entries": [side["entry"] for side in finding["sides"]]}
    write_audit(session, staff.staff, "leave conflict", key, at=at, municipality=municipality, after=after)
    return _back(municipality, "left")


@router.post("/take-back")
def put_back(web: Web, session: Writing, staff: Editor, municipality: str, key: Key) -> Response:
    """Back on the list."""
    row = take_back(session, municipality, KIND, key)
    if row is None:
        raise HTTPException(404)
    before = {"about": row.about, "reason": row.reason}
    at = web.clock()
    write_audit(session, staff.staff, "list conflict again", key, at=at, municipality=municipality, before=before)
    return _back(municipality, "back")


def _finding(session: Session, municipality: str, key: str) -> dict[str, Any]:
    found = next((f for f in _found(latest_job(session, municipality, KIND)) if f["key"] == key), None)
    if found is None:
        raise HTTPException(404)
    return found


def _back(municipality: str, done: str = "") -> Response:
    return RedirectResponse(f"/admin/{municipality}/conflicts{f'?done={done}' if done else ''}", status_code=303)
