"""What is wrong with a form, and what could be better: the same rules as packs, field by field, in Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from admin.entries.forms import LANGUAGES, EntryForm, content_of, with_language_made_from
from admin.entries.plain_language import Hint, hints
from bot.conversation.city import CityKnowledge
from knowledge import validation
from knowledge.catalogue import catalogue
from knowledge.elsewhere import is_elsewhere
from knowledge.listings import ReadListings
from knowledge.packs import ReadEntry
from knowledge.reading import Document, Problem, explain
from knowledge.schema import COMMON, Entry
from knowledge.validation import Checked, normalise

ERROR = "error"
WARNING = "warning"
_ADVICE: tuple[validation.Rule, ...] = (
    validation.enough_phrasings,
    validation.short_answers,
    validation.known_sources,
    validation.sourced_numbers,
    validation.allowed_links,
    validation.needed_variants,
    validation.easy_is_easy,
)
"""Rules of packs that speak of one entry alone."""
_ADVICE_ELSEWHERE: tuple[validation.Rule, ...] = (validation.short_answers, validation.allowed_links)
"""Those for an entry that says whom to ask: its one figure is a telephone, and staff are its source."""
_ENGLISH_NAME = re.compile(r"（[a-z_]+）")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend. `field` is dotted; `level` is "error" (can't be saved) or "warning"."""

    field: str
    message: str
    level: str = ERROR


@dataclass(frozen=True, slots=True)
class Checkup:
    """A form after all rules: the entry (none while something is wrong), what is wrong, and what could be plainer."""

    form: EntryForm
    entry: Entry | None
    faults: tuple[Fault, ...] = ()
    hints: Mapping[str, tuple[Hint, ...]] | None = None

    @property
    def errors(self) -> tuple[Fault, ...]:
        """What has to be mended before it can be saved."""
        return tuple(fault for fault in self.faults if fault.level == ERROR)

    def of(self, field: str) -> list[Fault]:
        """What is to be said beside a field; faults of its parts too."""
        return [fault for fault in self.faults if fault.field == field or fault.field.startswith(f"{field}.")]


def check(form: EntryForm, topic: str, pack: str, city: CityKnowledge) -> Checkup:
    """The form, checked. New languages get their mark of the Japanese text they were made from."""
    revision = text_revision(form, topic)
    form = with_language_made_from(form, LANGUAGES, revision)
    plain = {name: tuple(hints(getattr(form, name), most_sentences=most)) for name, most in _READ.items()}
    try:
        entry = Entry.model_validate(content_of(form, topic))
    except ValidationError as error:
        return Checkup(form, None, tuple(_explained(error)), plain)
    faults = (*_taken(entry, city), *rule_faults(entry, pack, city))
    blocked = any(fault.level == ERROR for fault in faults)
    return Checkup(form, None if blocked else entry, faults, plain)


_READ: Mapping[str, int] = {"question": 1, "answer": 3, "steps": validation.SENTENCES * 10}
"""Fields that citizens read, and how many sentences each may have."""


def text_revision(form: EntryForm, topic: str) -> str:
    """The mark of the Japanese text as it is typed now, checked or not."""
    content = content_of(form, topic)
    return Entry.model_construct(**{**content, "question": form.question.strip()}).text_revision


def rule_faults(entry: Entry, pack: str, city: CityKnowledge) -> Iterator[Fault]:
    """What the rules of packs say of this one entry: a source or link that does not exist is an error, the rest
    is advice, since a draft may be unfinished."""
    read = _TypedEntry(pack, entry, Document("", None, None))
    others = (e for e in city.entries.values() if e.entry.topic != entry.topic)
    known = [_TypedEntry(COMMON if e.inherited else e.pack, e.entry, read.document) for e in others]
    alone = Checked({pack: city.pack}, (read,), catalogue(), city.register, ReadListings())
    among = Checked({pack: city.pack}, (read, *known), catalogue(), city.register, ReadListings())
    for rule in _ADVICE_ELSEWHERE if is_elsewhere(entry) else _ADVICE:
        problems = rule(among if rule is validation.allowed_links else alone)
        yield from (_fault(p) for p in problems if p.entry == read.id and not _own_site(p, entry, city))


class _TypedEntry(ReadEntry):
    """An entry from a form: a problem names the field instead of file and line."""

    def problem(self, message: str, *location: int | str, level: str = ERROR) -> Problem:
        return Problem(".".join(map(str, location)), 0, self.id, message, level)


def _fault(problem: Problem) -> Fault:
    field = problem.file.split(".")[0] if not problem.file.startswith("variants") else problem.file
    blocking = field in ("actions", "sources") and problem.level == ERROR and problem.file != field
    message = _ENGLISH_NAME.sub("", problem.message)
    return Fault(field or _whole(message), message, ERROR if blocking else WARNING)


def _whole(message: str) -> str:
    """Where a fault belongs that the rule says of the whole entry."""
    return "sources" if message.startswith("出典") else "variants"


def _own_site(problem: Problem, entry: Entry, city: CityKnowledge) -> bool:
    """The city's own website is official too, whatever city it is."""
    if not problem.file.startswith("actions.") or city.pack.website is None:
        return False
    action = entry.actions[int(problem.file.split(".")[1])]
    return action.kind == "link" and urlsplit(action.value).hostname == urlsplit(city.pack.website).hostname


def _taken(entry: Entry, city: CityKnowledge) -> Iterator[Fault]:
    """Phrasings that already lead to another entry: nobody could tell which is meant."""
    owners = {
        normalise(text): other.entry.question
        for other in city.entries.values()
        if other.entry.topic != entry.topic
        for text in (other.entry.question, *other.entry.phrasings)
    }
    now = city.entries.get(entry.topic)
    old = set(now.entry.phrasings) if now else set()
    for field, texts in (("question", (entry.question,)), ("phrasings", entry.phrasings)):
        for text in texts:
            if text not in old and normalise(text) in owners:
                yield Fault(
                    field, f"聞き方「{text}」は「{owners[normalise(text)]}」にもあります。どちらか一つにしてください。"
                )


def _explained(error: ValidationError) -> Iterator[Fault]:
    for fault in error.errors(include_url=False):
        yield Fault(_place(fault), _ENGLISH_NAME.sub("", explain({**fault, "loc": _numbers(fault["loc"])})))


def _numbers(location: Iterable[int | str]) -> tuple[int | str, ...]:
    """Of a place only what the field's own name does not say: which item of a list."""
    return tuple(part for part in location if isinstance(part, int))


def _place(fault: ErrorDetails) -> str:
    names = [part for part in fault["loc"] if isinstance(part, str)]
    if not names:  # a rule about two dates
        return "valid_until" if "valid_until" in str(fault.get("ctx", {}).get("error", "")) else "review_by"
    return ".".join(names)


def lenient(form: EntryForm, topic: str, today: date) -> Entry | None:
    """The entry as far as it can be shown: what breaks a rule is left out. None when nothing can be shown."""
    content = content_of(form, topic)
    for _ in range(2):
        try:
            return Entry.model_validate(_with_placeholders(content, today))
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                content.pop(str(fault["loc"][0]) if fault["loc"] else "valid_until", None)
    return None


def _with_placeholders(content: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The content with something in the places that must not be empty."""
    stand_in = {"question": "（質問）", "answer": "（答え）", "as_of": today, "review_by": date.max}
    return {"phrasings": [], **content, **{name: content.get(name) or value for name, value in stand_in.items()}}
