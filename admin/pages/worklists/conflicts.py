"""Conflicts and duplicates: entries that get in each other's way, to be mended or left as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.access import Capability
from admin.jobs.queue import JobState, enqueue, latest_job
from admin.jobs.tables import JobRow
from admin.pages.visit import EditorWrites, ViewerReads, Visit
from admin.worklists.checking import KIND
from admin.worklists.conflicts import Trouble
from admin.worklists.dismissals import dismiss, dismissals, take_back
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
    visit: ViewerReads, trouble: str = "", page: Annotated[int, Query(ge=1, le=1000)] = 1, done: str = ""
) -> Response:
    """What the last check found and nobody has settled yet."""
    job = _check(visit)
    left = dismissals(visit.session, visit.municipality, KIND)
    known = {row.key for row in left}
    open_ones = [f for f in _found(job) if f["key"] not in known]
    rows = [f for f in open_ones if trouble in ("", f["trouble"])]
    return visit.show(
        "worklists/conflicts.html",
        job=job,
        running=_running(job),
        moved=job is not None and job.result is not None and job.result["release"] != current_release(visit.session),
        counts={kind: sum(f["trouble"] == kind for f in open_ones) for kind in LABELS},
        labels=LABELS,
        trouble=trouble if trouble in LABELS else "",
        rows=rows[(page - 1) * PAGE : page * PAGE],
        count=len(rows),
        page=page,
        pages=-(-len(rows) // PAGE),
        left=left,
        editor=visit.may(Capability.EDIT),
        done=done,
    )


def _check(visit: Visit) -> JobRow | None:
    """The latest look through everything."""
    return latest_job(visit.session, visit.municipality, KIND)


def _running(job: JobRow | None) -> bool:
    return job is not None and job.state in (JobState.WAITING, JobState.RUNNING)


def _found(job: JobRow | None) -> list[dict[str, Any]]:
    if job is None or job.result is None:
        return []
    return [
        {**finding, "sides": [{**side, "topic": side["entry"].split("/", 1)[1]} for side in finding["sides"]]}
        for finding in job.result["findings"]
    ]


@router.post("")
def start(visit: EditorWrites) -> Response:
    """Looks through everything (again)."""
    if not _running(_check(visit)):
        enqueue(visit.session, KIND, visit.municipality, {}, author=visit.login, at=visit.at)
    return visit.go("conflicts")


@router.post("/dismiss")
def leave(visit: EditorWrites, key: Key, reason: Annotated[str, Form(max_length=200)] = "") -> Response:
    """It may stay as it is."""
    finding = _finding(visit, key)
    about = f"{LABELS[finding['trouble']][0]}: {finding['about']}"
    dismiss(visit.session, visit.municipality, KIND, key, about=about, reason=reason, author=visit.login, at=visit.at)
    after = {"about": about, "reason": reason.strip(), "entries": [side["entry"] for side in finding["sides"]]}
    visit.audit("leave conflict", key, after=after)
    return visit.go("conflicts?done=left")


@router.post("/take-back")
def put_back(visit: EditorWrites, key: Key) -> Response:
    """Back on the list."""
    row = take_back(visit.session, visit.municipality, KIND, key)
    if row is None:
        raise HTTPException(404)
    visit.audit("list conflict again", key, before={"about": row.about, "reason": row.reason})
    return visit.go("conflicts?done=back")


def _finding(visit: Visit, key: str) -> dict[str, Any]:
    found = next((f for f in _found(_check(visit)) if f["key"] == key), None)
    if found is None:
        raise HTTPException(404)
    return found
