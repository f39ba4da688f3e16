"""The publish preview: what drafts change for citizens, before they go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Response

from admin.access import Capability
from admin.entries.line_view import line_messages
from admin.jobs.queue import JobState, latest_job
from admin.jobs.tables import JobRow
from admin.pages.packs import packs_of
from admin.pages.previewing.cities import questions
from admin.pages.visit import ApproverWrites, EditorWrites, ViewerReads, ViewerWrites, Visit
from admin.publishing import wording
from admin.publishing.drafts import DraftView, Shelf, draft_view, draft_views, people
from admin.publishing.pins import confirm_pins, waiting_pins
from admin.publishing.policy import policy_of
from admin.publishing.preview import KIND, find_preview, fits, get_ready, start_preview, wanted_by, wanted_now
from admin.publishing.previewing import answers_of
from admin.publishing.replay import Kind
from bot.conversation.city import CityKnowledge
from knowledge.drafting import list_drafts
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin/{municipality}/preview")

PAGE = 10
"""Changes on one page: each has two answers as LINE draws them."""
Named = tuple[str, DraftView | None]
"""A draft of a preview as it is now; None: it is no longer there."""
_CHOSEN = (Shelf.REVIEW, Shelf.APPROVED, Shelf.SCHEDULED)


@router.get("")
def choose(visit: ViewerWrites, entry: Annotated[list[str], Query(default_factory=list)]) -> Response:
    """Which drafts to look at: those named in the address, else all that are approved or in review.

    While somebody chooses, what is published is asked already: nothing else is written.
    """
    if visit.may(Capability.EDIT) and list_drafts(visit.session, packs_of(visit.municipality)):
        get_ready(visit.session, visit.municipality, author=visit.login, at=visit.at)
    return _choosing(visit, entry)


def _choosing(visit: Visit, entries: Sequence[str], fault: str = "") -> Response:
    drafts = draft_views(visit.session, packs_of(visit.municipality))
    named = [d.draft.entry_id for d in drafts if d.draft.entry_id in entries]
    ready = [d.draft.entry_id for d in drafts if d.shelf in _CHOSEN]
    return visit.show(
        "previewing/choose.html",
        status=422 if fault else 200,
        drafts=drafts,
        chosen=named or ready or [d.draft.entry_id for d in drafts],
        days=policy_of(visit.session, visit.municipality).replay_days,
        others=visit.other_cities.items(),
        last=latest_job(visit.session, visit.municipality, KIND),
        may_start=visit.may(Capability.EDIT),
        fault=fault,
    )


@router.post("")
def start(visit: EditorWrites, entry: Annotated[list[str], Form(default_factory=list)]) -> Response:
    """Starts the work; the page that follows shows how far it is."""
    if any(name.split("/", 1)[0] not in packs_of(visit.municipality) for name in entry):
        raise HTTPException(404)
    wanted = wanted_now(visit.session, entry, (visit.municipality,))
    if not wanted.drafts:
        return _choosing(visit, entry, "確かめる下書きを、一つ以上選んでください。")
    if wanted.common:
        others = visit.other_cities
        wanted = wanted_now(visit.session, entry, (visit.municipality, *others))
    job = start_preview(visit.session, visit.municipality, wanted, author=visit.login, at=visit.at)
    return visit.go(f"preview/{job.id}")


@router.get("/{number}")
def result(
    visit: ViewerReads,
    number: int,
    kind: str = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    done: str = "",
) -> Response:
    """How far it is; then what changes, and for how many people."""
    job, city, staff = _found(visit, number), visit.city, visit.staff
    drafts: list[Named] = [(entry, draft_view(visit.session, entry)) for entry in job.wanted["drafts"]]
    if job.state != JobState.DONE or job.result is None:
        return visit.show("previewing/waiting.html", city=city, job=job, drafts=drafts)
    waiting = waiting_pins(job)
    pins = [pin for pin in waiting if staff.role_in(pin.city) is not None]
    mine = [row for row in job.result["changes"] if staff.role_in(row["city"]) is not None]
    rows = [row for row in mine if kind in ("", row["kind"])]
    first = (page - 1) * PAGE
    return visit.show(
        "previewing/result.html",
        city=city,
        job=job,
        drafts=drafts,
        result=job.result,
        sentences=[(t["kind"], wording.sentence(t), t) for t in job.result["totals"]],
        rows=_shown(visit, job.result, rows[first : first + PAGE]),
        count=len(rows),
        page=page,
        pages=-(-len(rows) // PAGE),
        kind=kind if kind in list(Kind) else "",
        wording=wording,
        pins=pins,
        hidden_pins=len(waiting) - len(pins),
        broken=len(job.result["blocking"]),
        fits=fits(visit.session, job),
        names=_names(visit, city, drafts),
        people=people(visit.session),
        editor=visit.may(Capability.EDIT),
        approver=visit.may(Capability.PUBLISH),
        publish=urlencode([*(("entry", name) for name in wanted_by(job.wanted).drafts), ("preview", number)]),
        confirmed=done == "confirmed",
    )


@router.post("/{number}/confirm")
def confirm(visit: ApproverWrites, number: int, sure: Annotated[bool, Form()] = False) -> Response:
    """An approver wants the change though it breaks pinned questions."""
    job = _found(visit, number)
    if not sure or not fits(visit.session, job):
        return visit.go(f"preview/{number}")
    pins = confirm_pins(job, author=visit.login, at=visit.at)
    after = {"questions": [pin.text for pin in pins], "drafts": job.wanted["drafts"]}
    visit.audit("confirm pinned questions", f"公開前の確認 {number}", after=after)
    return visit.go(f"preview/{number}?done=confirmed")


def _found(visit: Visit, number: int) -> JobRow:
    job = find_preview(visit.session, visit.municipality, number)
    if job is None:
        raise HTTPException(404)
    return job


def _shown(visit: Visit, result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Changes with their answers as LINE's messages, and the names of the entries."""
    answers = answers_of(result)
    titles = {e.id: e.entry.question for e in visit.web.library.published(visit.session).entries}
    return [
        {**row, **{side: {**row[side], **_side(row[side], answers, titles)} for side in ("before", "after")}}
        for row in rows
    ]


def _side(side: Mapping[str, Any], answers: Sequence[Any], titles: Mapping[str, str]) -> dict[str, Any]:
    reply = answers[side["answer"]]
    return {
        "messages": line_messages(reply),
        "heading": reply.heading or titles.get(side["entry"] or "", ""),
        "decided": wording.REFERRED if side.get("referred") else wording.DECISIONS[side["decision"]],
    }


def _names(visit: Visit, city: CityKnowledge, drafts: Sequence[Named]) -> dict[str, str]:
    """Names of the cities by id, and questions by topic, those of new entries among them."""
    published = visit.web.library.published(visit.session)
    return {
        **{draft.row.topic: draft.title for _, draft in drafts if draft is not None},
        **{e.entry.topic: e.entry.question for e in published.entries if e.pack == COMMON},
        **questions(city),
        **{pack: published.packs[pack].name for pack in published.packs},
    }
