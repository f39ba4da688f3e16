"""What staff decide about a question: its cause, who looks after it, where it belongs, what answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response
from sqlmodel import Session
from starlette.responses import RedirectResponse

from admin.access import Editor, SignedIn, Support
from admin.entries.saving import Author
from admin.entries.typed import names_of
from admin.pages.packs import may
from admin.pages.review.question import show
from admin.review import mending, referring, steps
from admin.review.mending import NewEntry
from admin.review.referring import Referral
from admin.review.states import Cause
from admin.review.steps import Overtaken, StepRefused
from admin.review.tables import QuestionGroupRow
from admin.staff import Role
from bot.conversation.city import CityKnowledge
from bot.records import storable
from bot.web.state import Web, WebParts, Writing
from bot.web.static import JAPAN
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin/{municipality}/unanswered/{number}")
Words = Annotated[str, Form(max_length=2000)]
Step = Callable[[QuestionGroupRow, Author], str | None]
"""Does something with the locked group; returns where to go instead of its page. Raises StepRefused."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who decides about which question, and at which version they saw it."""

    request: Request
    web: WebParts
    session: Session
    staff: SignedIn
    municipality: str
    number: int
    seen: int
    back: str

    @property
    def city(self) -> CityKnowledge:
        """The municipality's knowledge."""
        return self.web.library.city(self.session, self.municipality)

    @property
    def today(self) -> date:
        """The day in Japan."""
        return self.web.clock().astimezone(JAPAN).date()


def _visit(
    request: Request,
    web: Web,
    session: Writing,
    staff: Support,
    municipality: str,
    number: int,
    seen: Annotated[int, Form()],
    back: Annotated[str, Form(max_length=200)] = "",
) -> Visit:
    return Visit(request, web, session, staff, municipality, number, seen, back)


Visiting = Annotated[Visit, Depends(_visit, scope="function")]


def _do(visit: Visit, done: str, step: Step, **typed: object) -> Response:
    """Takes the step, and shows the page again: with what a colleague did first, or with what stands in the way and
    all that was typed."""
    author = Author(visit.staff.staff, visit.municipality, visit.web.clock())
    try:
        row = steps.take(visit.session, visit.municipality, visit.number, visit.seen)
    except steps.GroupMissing:
        raise HTTPException(404) from None
    except Overtaken as overtaken:
        return _overtaken(visit, overtaken.row, typed)
    try:
        with visit.session.begin_nested():
            where = step(row, author)
    except StepRefused as refused:
        visit.session.refresh(row)
        return _again(visit, row, 422, fault=str(refused), typed=typed)
    return RedirectResponse(where or _back(visit, done), status_code=303)


def _overtaken(visit: Visit, row: QuestionGroupRow, typed: dict[str, object]) -> Response:
    if row.merged_into is not None:
        return RedirectResponse(f"/admin/{visit.municipality}/unanswered/{row.merged_into}", status_code=303)
    who = names_of(visit.session, [row.changed_by])[row.changed_by] if row.changed_by else "まどぐち"
    return _again(visit, row, 409, overtaken=who, typed=typed)


def _again(visit: Visit, row: QuestionGroupRow, status: int, **more: object) -> Response:
    typed = more["typed"]
    new = {"new": typed["new"]} if isinstance(typed, dict) and "new" in typed else {}
    return show(visit.request, visit.web, visit.session, visit.staff, row, status=status, **more, **new)


def _back(visit: Visit, done: str) -> str:
    """The queue as it was narrowed, when somebody decided there; else the question's page."""
    base = f"/admin/{visit.municipality}/unanswered"
    if visit.back.startswith("tab="):
        return f"{base}?{visit.back}&done={done}"
    return f"{base}/{visit.number}?done={done}"


@router.post("/cause")
def cause(visit: Visiting, cause: Annotated[Cause, Form()]) -> Response:
    """Sets why it was not answered."""
    return _do(visit, "cause", lambda row, by: steps.set_cause(visit.session, row, by, cause))


@router.post("/look")
def look(visit: Visiting) -> Response:
    """Somebody has looked, or takes a decision back."""
    return _do(visit, "looked", lambda row, by: steps.look(visit.session, row, by))


@router.post("/decline")
def decline(
    visit: Visiting,
    cause: Annotated[Cause, Form()] = Cause.OUT_OF_SCOPE,
    counter: Annotated[str, Form(max_length=300)] = "",
    name: Words = "",
    tel: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """It is not answered here, and citizens are told nothing new; a counter is noted for colleagues."""
    name, tel = _counter(counter, name, tel)
    typed = {"name": name, "tel": tel, "cause": cause}
    return _do(visit, "declined", lambda row, by: steps.decline(visit.session, row, by, cause, name, tel), **typed)


def _counter(counter: str, name: str, tel: str) -> tuple[str, str]:
    """A counter of the city that was picked (`counter`), where no other one was typed."""
    if counter and not name.strip():
        name, _, tel = counter.partition("|")
    return name, tel


@router.post("/refer")
def refer(
    visit: Visiting,
    matter: Annotated[str, Form(max_length=80)] = "",
    title: Words = "",
    counter: Annotated[str, Form(max_length=300)] = "",
    name: Words = "",
    tel: Annotated[str, Form(max_length=40)] = "",
    wordings: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """It is not answered here; once that is published, citizens are told which counter to ask."""
    name, tel = _counter(counter, storable(name), tel)
    wanted = Referral(matter, storable(title), name, tel, storable(wordings))

    def step(row: QuestionGroupRow, by: Author) -> None:
        referring.refer(visit.session, row, visit.city, by, wanted, visit.today)

    return _do(visit, "referred", step, **asdict(wanted))


@router.post("/postpone")
def postpone(visit: Visiting, until: Annotated[str, Form(max_length=10)] = "") -> Response:
    """It comes back on a day."""

    def step(row: QuestionGroupRow, by: Author) -> None:
        try:
            day = date.fromisoformat(until)
        except ValueError:
            raise StepRefused("いつまで先送りにするか、日を選んでください。") from None
        steps.postpone(visit.session, row, by, day, visit.today)

    return _do(visit, "postponed", step, until=until)


@router.post("/assign")
def assign(
    visit: Visiting, assignee: Annotated[str, Form(max_length=80)] = "", section: Words = "", comment: Words = ""
) -> Response:
    """Gives it to somebody, or to a section."""
    typed = {"assignee": assignee, "section": section, "comment": comment}
    return _do(
        visit, "assigned", lambda row, by: steps.assign(visit.session, row, by, assignee, section, comment), **typed
    )


@router.post("/comment")
def comment(visit: Visiting, text: Words = "") -> Response:
    """Says something about it."""
    return _do(visit, "commented", lambda row, by: steps.comment(visit.session, row, by, storable(text)), remark=text)


@router.post("/merge")
def merge(visit: Visiting, into: Annotated[int, Form()] = 0) -> Response:
    """Puts it together with another question."""

    def step(row: QuestionGroupRow, by: Author) -> str:
        target = steps.merge(visit.session, row, by, into)
        return f"/admin/{visit.municipality}/unanswered/{target.id}?done=merged"

    return _do(visit, "merged", step, into=into)


@router.post("/split")
def split(visit: Visiting, wording: Annotated[list[str] | None, Form()] = None) -> Response:
    """Makes some of its wordings a question of their own."""

    def step(row: QuestionGroupRow, by: Author) -> str:
        new = steps.split(visit.session, row, by, wording or [])
        return f"/admin/{visit.municipality}/unanswered/{new.id}?done=split"

    return _do(visit, "split", step)


@router.post("/wording")
def wording(visit: Visiting, topic: Annotated[str, Form(max_length=80)] = "", text: Words = "") -> Response:
    """Adds a wording to the draft of an entry."""
    common = may(visit.staff, COMMON, Role.EDITOR)

    def step(row: QuestionGroupRow, by: Author) -> None:
        words = storable(text)
        mending.add_wording(visit.session, row, visit.city, by, topic, words, may_change_common=common)

    return _do(visit, "mended", step, text=text, topic=topic)


@router.post("/entry")
def entry(
    visit: Visiting,
    _: Editor,
    group: Annotated[str, Form(max_length=40)] = "",
    name: Annotated[str, Form(max_length=100)] = "",
    question: Words = "",
    answer: Words = "",
    text: Words = "",
) -> Response:
    """Begins an entry with it, and opens the editor."""
    new = NewEntry(group, name, storable(question), storable(answer))

    def step(row: QuestionGroupRow, by: Author) -> str:
        made = mending.create_entry(visit.session, row, by, new, storable(text), visit.today)
        return f"/admin/{visit.municipality}/entries/{made.split('/', 1)[1]}?saved=1"

    return _do(visit, "mended", step, new=new, text=text)
