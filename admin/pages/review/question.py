"""One question that was asked in vain: who asked how, why it failed, and what can be done about it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from sqlmodel import Session

from admin.access import Capability
from admin.entries.opened import open_entry
from admin.entries.typed import names_of
from admin.pages.review.unanswered import labels
from admin.pages.visit import ViewerWrites, Visit
from admin.review import context, queue, referring, steps
from admin.review.mending import NewEntry
from admin.review.replies import Nearest, nearest, told
from admin.review.tables import QuestionGroupRow
from bot.conversation.city import CityKnowledge
from bot.intents import recognize
from bot.tables import UtteranceRow
from knowledge.catalogue import catalogue
from knowledge.schema import COMMON, ELSEWHERE

router = APIRouter(prefix="/admin")

MOST_FOUND = 6
_ACTIONS = {
    "cause": "原因を決めました",
    "look": "これからのものにしました",
    "decline": "答えないことに決めました",
    "refer": "ここでは答えず、窓口を案内することにしました",
    "no-answer": "窓口を案内するようになりました",
    "postpone": "先送りにしました",
    "assign": "担当を決めました",
    "comment": "",
    "merge": "まとめました",
    "split": "分けました",
    "mend": "直しました",
    "back": "もどってきました",
    "resolved": "解決しました",
}


@router.get("/{municipality}/unanswered/{number}")
def question(
    visit: ViewerWrites,
    number: int,
    q: Annotated[str, Query(max_length=200)] = "",
    done: Annotated[str, Query(max_length=16)] = "",
) -> Response:
    """The question's page; one that was merged leads to where it went."""
    try:
        row = steps.find_group(visit.session, visit.municipality, number)
    except steps.GroupMissing:
        raise HTTPException(404) from None
    if row.merged_into is not None:
        return visit.go(f"unanswered/{row.merged_into}")
    return show(visit, row, q=q, done=done)


def show(visit: Visit, row: QuestionGroupRow, *, status: int = 200, **more: object) -> Response:
    """The page, with what was typed (`typed`) and what stands in the way (`fault`)."""
    city, session = visit.city, visit.session
    listed = queue.find_listed(session, row.municipality, row.id or 0)
    if listed is None:  # all its questions were taken back
        raise HTTPException(404)
    q = str(more.pop("q", "") or "")
    notes = steps.notes(session, row.id or 0)
    texts = texts_of(session, listed)
    return visit.show(
        "review/question.html",
        status=status,
        city=city,
        row=row,
        listed=listed,
        texts=texts,
        matters=referring.choices(city, list(texts.values())),
        approvable=referring.approvable(list(texts.values())),
        longest_wordings=referring.MOST,
        told=told(listed.shown, city),
        nearest=nearest(listed.shown, city),
        found=_search(q or listed.shown.text, city),
        q=q,
        occasions=context.occasions(session, city, row.id or 0),
        notes=notes,
        actions=_ACTIONS,
        names=names_of(session, [note.author for note in notes if note.author] + [row.changed_by, row.assignee or ""]),
        colleagues=steps.colleagues(session, row.municipality),
        others=_others(visit, row),
        counters=counters(city),
        sections=sorted({e.entry.section for e in city.entries.values() if e.entry.section}),
        groups={group: name for group, name in catalogue().groups.items() if group != ELSEWHERE},
        may_support=visit.may(Capability.SETTLE),
        may_edit=visit.may(Capability.EDIT),
        may_common=visit.staff.may(Capability.EDIT, COMMON),
        entry_question=_question_of(session, row.entry),
        **{"fault": "", "typed": {}, "new": NewEntry(name=f"asked-{row.id}"), "overtaken": "", "done": "", **more},
        **labels(city),
    )


def texts_of(session: Session, listed: queue.Listed) -> dict[str, str]:
    """The text of each wording, by its sample."""
    shown = [wording.sample for wording in listed.wordings[:50]]
    found = {}
    for sample in shown:
        row = session.get(UtteranceRow, sample)
        found[sample] = row.text if row is not None else ""
    return found


def counters(city: CityKnowledge) -> list[tuple[str, str]]:
    """Counters that the city has, with their telephones."""
    own = [(city.counter.name, city.counter.tel or "")]
    places = [(place.name, place.tel or "") for place in city.places if place.kind == "counter"]
    return list(dict.fromkeys([*own, *places]))


def _search(question: str, city: CityKnowledge) -> list[Nearest]:
    """The entries that fit best now."""
    found = recognize(question, city.index).candidates[:MOST_FOUND]
    return [
        Nearest(c.topic, city.entries[c.topic].entry.question, round(c.confidence * 100))
        for c in found
        if c.topic in city.entries
    ]


def _others(visit: Visit, row: QuestionGroupRow) -> list[queue.Listed]:
    """Other open questions that this one may be merged with."""
    wanted = queue.Wanted(language=row.language)
    found = queue.find_groups(visit.session, visit.municipality, wanted, visit.at).rows
    return [listed for listed in found if listed.row.id != row.id]


def _question_of(session: Session, entry: str | None) -> str:
    """The question of an entry as it stands: in its draft, else as it is published."""
    pack, _, topic = (entry or "").partition("/")
    opened = open_entry(session, pack, topic, pack) if entry else None
    return opened.entry.question if opened is not None and opened.entry is not None else ""
