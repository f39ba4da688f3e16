"""What staff decide about a question: its cause, who looks after it, where it belongs, what answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Response
from sqlmodel import Session

from admin.entries.saving import Author
from admin.entries.typed import names_of
from admin.pages.packs import may
from admin.pages.review.question import show
from admin.pages.visit import EditorWrites, SupportWrites, Visit
from admin.review import mending, referring, steps
from admin.review.mending import NewEntry
from admin.review.referring import Referral
from admin.review.states import Cause
from admin.review.steps import Overtaken, StepRefused
from admin.review.tables import QuestionGroupRow
from admin.staff import Role
from bot.records import storable
from knowledge.schema import COMMON

router = APIRouter(prefix="/admin/{municipality}/unanswered/{number}")
Words = Annotated[str, Form(max_length=2000)]
Step = Callable[[Session, QuestionGroupRow, Author], str | None]
"""Does something with the locked group; returns where to go instead of its page. Raises StepRefused."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """A visit that decides about a question: its number, the version that was seen, and the queue to go back to."""

    visit: Visit
    number: int
    seen: int
    back: str


def _deciding(
    visit: SupportWrites, number: int, seen: Annotated[int, Form()], back: Annotated[str, Form(max_length=200)] = ""
) -> Deciding:
    return Deciding(visit, number, seen, back)


Decides = Annotated[Deciding, Depends(_deciding, scope="function")]


def _do(deciding: Deciding, done: str, step: Step, **typed: object) -> Response:
    """Takes the step, and shows the page again: with what a colleague did first, or with what stands in the way and
    all that was typed."""
    visit = deciding.visit
    try:
        row = steps.take(visit.session, visit.municipality, deciding.number, deciding.seen)
    except steps.GroupMissing:
        raise HTTPException(404) from None
    except Overtaken as overtaken:
        return _overtaken(visit, overtaken.row, typed)
    try:
        with visit.session.begin_nested():
            where = step(visit.session, row, visit.author)
    except StepRefused as refused:
        visit.session.refresh(row)
        return _again(visit, row, 422, typed, fault=str(refused))
    return visit.go(where or _back(deciding, done))


def _overtaken(visit: Visit, row: QuestionGroupRow, typed: dict[str, object]) -> Response:
    if row.merged_into is not None:
        return visit.go(f"unanswered/{row.merged_into}")
    who = names_of(visit.session, [row.changed_by])[row.changed_by] if row.changed_by else "まどぐち"
    return _again(visit, row, 409, typed, overtaken=who)


def _again(visit: Visit, row: QuestionGroupRow, status: int, typed: dict[str, object], **more: object) -> Response:
    new = {"new": typed["new"]} if "new" in typed else {}
    return show(visit, row, status=status, typed=typed, **more, **new)


def _back(deciding: Deciding, done: str) -> str:
    """The queue as it was narrowed, when somebody decided there; else the question's page."""
    if deciding.back.startswith("tab="):
        return f"unanswered?{deciding.back}&done={done}"
    return f"unanswered/{deciding.number}?done={done}"


@router.post("/cause")
def cause(deciding: Decides, cause: Annotated[Cause, Form()]) -> Response:
    """Sets why it was not answered."""
    return _do(deciding, "cause", partial(steps.set_cause, cause=cause))


@router.post("/look")
def look(deciding: Decides) -> Response:
    """Somebody has looked, or takes a decision back."""
    return _do(deciding, "looked", steps.look)


@router.post("/decline")
def decline(
    deciding: Decides,
    cause: Annotated[Cause, Form()] = Cause.OUT_OF_SCOPE,
    counter: Annotated[str, Form(max_length=300)] = "",
    name: Words = "",
    tel: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """It is not answered here, and citizens are told nothing new; a counter is noted for colleagues."""
    name, tel = _counter(counter, name, tel)
    step = partial(steps.decline, cause=cause, name=name, tel=tel)
    return _do(deciding, "declined", step, name=name, tel=tel, cause=cause)


def _counter(counter: str, name: str, tel: str) -> tuple[str, str]:
    """A counter of the city that was picked (`counter`), where no other one was typed."""
    if counter and not name.strip():
        name, _, tel = counter.partition("|")
    return name, tel


@router.post("/refer")
def refer(
    deciding: Decides,
    matter: Annotated[str, Form(max_length=80)] = "",
    title: Words = "",
    counter: Annotated[str, Form(max_length=300)] = "",
    name: Words = "",
    tel: Annotated[str, Form(max_length=40)] = "",
    wordings: Annotated[str, Form(max_length=5000)] = "",
) -> Response:
    """It is not answered here; once that is published, citizens are told which counter to ask."""
    visit = deciding.visit
    name, tel = _counter(counter, storable(name), tel)
    wanted = Referral(matter, storable(title), name, tel, storable(wordings))

    def step(session: Session, row: QuestionGroupRow, by: Author) -> None:
        referring.refer(session, row, visit.city, by, wanted, visit.today)

    return _do(deciding, "referred", step, **asdict(wanted))


@router.post("/postpone")
def postpone(deciding: Decides, until: Annotated[str, Form(max_length=10)] = "") -> Response:
    """It comes back on a day."""

    def step(session: Session, row: QuestionGroupRow, by: Author) -> None:
        try:
            day = date.fromisoformat(until)
        except ValueError:
            raise StepRefused("いつまで先送りにするか、日を選んでください。") from None
        steps.postpone(session, row, by, day, deciding.visit.today)

    return _do(deciding, "postponed", step, until=until)


@router.post("/assign")
def assign(
    deciding: Decides, assignee: Annotated[str, Form(max_length=80)] = "", section: Words = "", comment: Words = ""
) -> Response:
    """Gives it to somebody, or to a section."""
    step = partial(steps.assign, assignee=assignee, section=section, comment=comment)
    return _do(deciding, "assigned", step, assignee=assignee, section=section, comment=comment)


@router.post("/comment")
def comment(deciding: Decides, text: Words = "") -> Response:
    """Says something about it."""
    return _do(deciding, "commented", partial(steps.comment, text=storable(text)), remark=text)


@router.post("/merge")
def merge(deciding: Decides, into: Annotated[int, Form()] = 0) -> Response:
    """Puts it together with another question."""

    def step(session: Session, row: QuestionGroupRow, by: Author) -> str:
        return f"unanswered/{steps.merge(session, row, by, into).id}?done=merged"

    return _do(deciding, "merged", step, into=into)


@router.post("/split")
def split(deciding: Decides, wording: Annotated[list[str] | None, Form()] = None) -> Response:
    """Makes some of its wordings a question of their own."""

    def step(session: Session, row: QuestionGroupRow, by: Author) -> str:
        return f"unanswered/{steps.split(session, row, by, wording or []).id}?done=split"

    return _do(deciding, "split", step)


@router.post("/wording")
def wording(deciding: Decides, topic: Annotated[str, Form(max_length=80)] = "", text: Words = "") -> Response:
    """Adds a wording to the draft of an entry."""
    visit = deciding.visit
    common = may(visit.staff, COMMON, Role.EDITOR)

    def step(session: Session, row: QuestionGroupRow, by: Author) -> None:
        mending.add_wording(session, row, visit.city, by, topic, storable(text), may_change_common=common)

    return _do(deciding, "mended", step, text=text, topic=topic)


@router.post("/entry")
def entry(
    visit: EditorWrites,
    deciding: Decides,
    group: Annotated[str, Form(max_length=40)] = "",
    name: Annotated[str, Form(max_length=100)] = "",
    question: Words = "",
    answer: Words = "",
    text: Words = "",
) -> Response:
    """Begins an entry with it, and opens the editor."""
    new = NewEntry(group, name, storable(question), storable(answer))

    def step(session: Session, row: QuestionGroupRow, by: Author) -> str:
        made = mending.create_entry(session, row, by, new, storable(text), visit.today)
        return f"entries/{made.split('/', 1)[1]}?saved=1"

    return _do(deciding, "mended", step, new=new, text=text)
