"""The publish preview: what drafts change for citizens, before they go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Approver, Editor, SignedIn, Viewer
from admin.audit import write_audit
from admin.entries.line_view import line_messages
from admin.jobs.queue import JobState, latest_job
from admin.jobs.tables import JobRow
from admin.pages.packs import packs_of
from admin.pages.view import view
from admin.publishing import wording
from admin.publishing.drafts import DraftView, Shelf, draft_view, draft_views, people
from admin.publishing.pins import confirm_pins, waiting_pins
from admin.publishing.policy import policy_of
from admin.publishing.preview import KIND, find_preview, fits, get_ready, start_preview, wanted_by, wanted_now
from admin.publishing.previewing import answers_of
from admin.publishing.replay import Kind
from admin.staff import Role
from bot.conversation.city import CityKnowledge
from bot.web.state import Reading, Web, WebParts, Writing
from knowledge.drafting import list_drafts
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin/{municipality}/preview")

PAGE = 10
"""Changes on one page: each has two answers as LINE draws them."""
Named = tuple[str, DraftView | None]
_CHOSEN = (Shelf.REVIEW, Shelf.APPROVED, Shelf.SCHEDULED)


@router.get("")
def choose(
    request: Request,
    web: Web,
    session: Writing,
    staff: Viewer,
    municipality: str,
    entry: Annotated[list[str], Query(default_factory=list)],
) -> Response:
    """Which drafts to look at: those named in the address, else all that are approved or in review.

    While somebody chooses, what is published is asked already: nothing else is written.
    """
    if _holds(staff, municipality, Role.EDITOR) and list_drafts(session, packs_of(municipality)):
        get_ready(session, municipality, author=staff.staff.login, at=web.clock())
    return _choosing(request, web, session, staff, municipality, entry)


def _choosing(
    request: Request,
    web: WebParts,
    session: Session,
    staff: SignedIn,
    municipality: str,
    entries: Sequence[str],
    fault: str = "",
) -> Response:
    drafts = draft_views(session, packs_of(municipality))
    named = [d.draft.entry_id for d in drafts if d.draft.entry_id in entries]
    ready = [d.draft.entry_id for d in drafts if d.shelf in _CHOSEN]
    return view(
        request,
        "previewing/choose.html",
        staff,
        status=422 if fault else 200,
        city=web.library.city(session, municipality),
        drafts=drafts,
        chosen=named or ready or [d.draft.entry_id for d in drafts],
        days=policy_of(session, municipality).replay_days,
        others=_other_cities(web, session, staff, municipality),
        last=latest_job(session, municipality, KIND),
        may_start=_holds(staff, municipality, Role.EDITOR),
        fault=fault,
    )


@router.post("")
def start(
    request: Request,
    web: Web,
    session: Writing,
    staff: Editor,
    municipality: str,
    entry: Annotated[list[str], Form(default_factory=list)],
) -> Response:
    """Starts the work; the page that follows shows how far it is."""
    if any(name.split("/", 1)[0] not in packs_of(municipality) for name in entry):
        raise HTTPException(404)
    wanted = wanted_now(session, entry, (municipality,))
    if not wanted.drafts:
        fault = "確かめる下書きを、一つ以上選んでください。"
        return _choosing(request, web, session, staff, municipality, entry, fault)
    if wanted.common:
        others = [city for city, _ in _other_cities(web, session, staff, municipality)]
        wanted = wanted_now(session, entry, (municipality, *others))
    job = start_preview(session, municipality, wanted, author=staff.staff.login, at=web.clock())
    return RedirectResponse(f"/admin/{municipality}/preview/{job.id}", status_code=303)


@router.get("/{number}")
def result(
    request: Request,
    web: Web,
    session: Reading,
    staff: Viewer,
    municipality: str,
    number: int,
    kind: str = "",
    page: Annotated[int, Query(ge=1, le=1000)] = 1,
    done: str = "",
) -> Response:
    """How far it is; then what changes, and for how many people."""
    job = _found(session, municipality, number)
    city = web.library.city(session, municipality)
    shared: dict[str, Any] = {"city": city, "job": job, "drafts": _drafts_of(session, job)}
    if job.state != JobState.DONE or job.result is None:
        return view(request, "previewing/waiting.html", staff, **shared)
    mine = [row for row in job.result["changes"] if staff.role_in(row["city"]) is not None]
    rows = [row for row in mine if kind in ("", row["kind"])]
    first = (page - 1) * PAGE
    return view(
        request,
        "previewing/result.html",
        staff,
        **shared,
        result=job.result,
        sentences=[(t["kind"], wording.sentence(t), t) for t in job.result["totals"]],
        rows=_shown(web, session, job.result, rows[first : first + PAGE]),
        count=len(rows),
        page=page,
        pages=-(-len(rows) // PAGE),
        kind=kind if kind in list(Kind) else "",
        wording=wording,
        pins=[pin for pin in waiting_pins(job) if staff.role_in(pin.city) is not None],
        hidden_pins=sum(staff.role_in(pin.city) is None for pin in waiting_pins(job)),
        broken=len(job.result["blocking"]),
        fits=fits(session, job),
        names=_names(web, session, city, shared["drafts"]),
        people=people(session),
        editor=_holds(staff, municipality, Role.EDITOR),
        approver=_holds(staff, municipality, Role.APPROVER),
        publish=urlencode([*(("entry", name) for name in wanted_by(job.wanted).drafts), ("preview", number)]),
        confirmed=done == "confirmed",
    )


@router.post("/{number}/confirm")
def confirm(
    web: Web,
    session: Writing,
    staff: Approver,
    municipality: str,
    number: int,
    sure: Annotated[bool, Form()] = False,
) -> Response:
    """An approver wants the change though it breaks pinned questions."""
    job = _found(session, municipality, number)
    back = f"/admin/{municipality}/preview/{number}"
    if not sure or not fits(session, job):
        return RedirectResponse(back, status_code=303)
    pins = confirm_pins(job, author=staff.staff.login, at=web.clock())
    after = {"questions": [pin.text for pin in pins], "drafts": job.wanted["drafts"]}
    write_audit(
        session,
        staff.staff,
        "confirm pinned questions",
        f"公開前の確認 {number}",
        at=web.clock(),
        municipality=municipality,
        after=after,
    )
    return RedirectResponse(f"{back}?done=confirmed", status_code=303)


def _found(session: Session, municipality: str, number: int) -> JobRow:
    job = find_preview(session, municipality, number)
    if job is None:
        raise HTTPException(404)
    return job


def _drafts_of(session: Session, job: JobRow) -> list[Named]:
    """The drafts of a preview as they are now; None: it is no longer there."""
    return [(entry, draft_view(session, entry)) for entry in job.wanted["drafts"]]


def _shown(
    web: WebParts, session: Session, result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Changes with their answers as LINE's messages, and the names of the entries."""
    answers = answers_of(result)
    questions = {e.id: e.entry.question for e in web.library.published(session).entries}
    return [
        {**row, **{side: {**row[side], **_side(row[side], answers, questions)} for side in ("before", "after")}}
        for row in rows
    ]


def _side(side: Mapping[str, Any], answers: Sequence[Any], questions: Mapping[str, str]) -> dict[str, Any]:
    reply = answers[side["answer"]]
    return {
        "messages": line_messages(reply),
        "heading": reply.heading or questions.get(side["entry"] or "", ""),
        "decided": wording.REFERRED if side.get("referred") else wording.DECISIONS[side["decision"]],
    }


def _names(web: WebParts, session: Session, city: CityKnowledge, drafts: Sequence[Named]) -> dict[str, str]:
    """Names of the cities by id, and questions by topic, those of new entries among them."""
    published = web.library.published(session)
    return {
        **{draft.row.topic: draft.title for _, draft in drafts if draft is not None},
        **{e.entry.topic: e.entry.question for e in published.entries if e.pack == COMMON},
        **{topic: visible.entry.question for topic, visible in (*city.entries.items(), *city.refusals.items())},
        **{pack: published.packs[pack].name for pack in published.packs},
    }


def _other_cities(web: WebParts, session: Session, staff: SignedIn, municipality: str) -> list[tuple[str, str]]:
    published = web.library.published(session)
    cities = (c for c in published.municipalities if c != municipality and staff.role_in(c) is not None)
    return [(city, published.packs[city].name) for city in cities]


def _holds(staff: SignedIn, municipality: str, role: Role) -> bool:
    held = staff.role_in(municipality)
    return held is not None and held.allows(role)
