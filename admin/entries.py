"""A staff edit: the form's text, checked by the same rules as packs, becomes a revision and a release."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlmodel import Session

from admin.audit import write_audit
from admin.tables import StaffRow
from bot.conversation.city import CityKnowledge
from knowledge.editing import edit, publish
from knowledge.published import VisibleEntry
from knowledge.reading import explain
from knowledge.schema import Entry
from knowledge.validation import normalise


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What the edit page sends: one phrasing and one step a line."""

    question: str
    phrasings: str
    answer: str
    steps: str

    @classmethod
    def of(cls, entry: Entry, extra: str = "") -> EntryForm:
        """The form for an entry, with one more phrasing when somebody asked in words we did not know."""
        phrasings = [*entry.phrasings, *([extra] if extra and extra not in entry.phrasings else [])]
        return cls(entry.question, "\n".join(phrasings), entry.answer, "\n".join(entry.steps))


class InvalidEdit(ValueError):
    """The text breaks a rule; `faults` are Japanese sentences."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def apply_form(visible: VisibleEntry, form: EntryForm, city: CityKnowledge) -> Entry:
    """The entry as edited. Raises InvalidEdit."""
    changes = {
        "question": form.question,
        "answer": form.answer.replace("\r\n", "\n"),
        "phrasings": _lines(form.phrasings),
        "steps": _lines(form.steps),
    }
    try:
        entry = Entry.model_validate({**visible.entry.model_dump(), **changes})
    except ValidationError as error:
        raise InvalidEdit([explain(fault) for fault in error.errors(include_url=False)]) from None
    if faults := list(_taken(visible, entry, city)):
        raise InvalidEdit(faults)
    return entry


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _taken(visible: VisibleEntry, entry: Entry, city: CityKnowledge) -> list[str]:
    """Phrasings that already lead to another entry: nobody could tell which is meant."""
    owners = {
        normalise(text): other.entry.question
        for other in city.entries.values()
        if other.entry.topic != entry.topic
        for text in (other.entry.question, *other.entry.phrasings)
    }
    old = set(visible.entry.phrasings)
    return [
        f"言い方「{text}」は「{owners[normalise(text)]}」にもあります。"
        for text in (entry.question, *entry.phrasings)
        if text not in old and normalise(text) in owners
    ]


def publish_edit(
    session: Session, visible: VisibleEntry, entry: Entry, *, staff: StaffRow, municipality: str, at: datetime
) -> int:
    """Writes the revision, publishes it and audits it. Returns the release's number. Raises EditConflict."""
    revision = edit(
        session, visible.id, entry, started_from=visible.revision, author=staff.login, note="編集画面", at=at
    )
    release = publish(session, {visible.id: revision.id}, author=staff.login, reason=f"{entry.question}", at=at)
    write_audit(
        session,
        staff,
        "publish entry",
        visible.id,
        at=at,
        municipality=municipality,
        before=visible.entry.model_dump(mode="json"),
        after=entry.model_dump(mode="json"),
    )
    return release.number
