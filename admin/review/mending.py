"""Mending: a wording goes into an entry's draft, or begins an entry of its own. Citizens get it once it is out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from admin.entries.labels import LANGUAGES
from admin.entries.opened import EntryState, Opened, new_topic, open_entry
from admin.entries.saving import Author, Clash, save
from admin.review.states import Cause, State
from admin.review.steps import StepRefused, settle
from admin.review.tables import QuestionGroupRow
from bot.conversation.city import CityKnowledge
from bot.intents import mask
from knowledge.catalogue import catalogue
from knowledge.editing import EntryNotFound, current_release, entry_id, find_entry
from knowledge.reading import explain
from knowledge.schema import COMMON, Entry
from knowledge.validation import normalise

REVIEWED_AFTER = timedelta(days=365)
_NOTE = "答えのない質問 {} から"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What staff typed for an entry that begins with a question."""

    group: str = ""
    name: str = ""
    question: str = ""
    answer: str = ""


def add_wording(
    session: Session,
    row: QuestionGroupRow,
    city: CityKnowledge,
    author: Author,
    topic: str,
    text: str,
    *,
    may_change_common: bool,
) -> str:
    """Adds a wording to the draft of the entry that answers `topic`; returns the entry's id. Raises StepRefused.

    Who may not change what all cities share changes the city's own copy of it.
    """
    plain = checked_wording(text)
    opened = _open(session, city.municipality, topic)
    content = opened.entry
    if content is None:
        raise StepRefused("この項目には、まだ文がありません。")
    own = may_change_common or opened.pack != COMMON
    pack, started = (opened.pack, opened.head) if own else (city.municipality, None)
    known = _has(content, plain, row.language)
    if known and opened.draft is None:
        raise StepRefused(
            "この聞き方は、もうこの項目にあります。答えを直すときは、項目のページで下書きにしてから、もう一度押してください。"
        )
    if not known:
        refuse_taken(city, topic, plain)
        save_draft_of(session, pack, _with_wording(content, plain, row.language), author, started, row)
    _wait(session, row, author, entry_id(pack, topic), Cause.WORDING, f"「{content.question}」に足しました")
    return entry_id(pack, topic)


def create_entry(session: Session, row: QuestionGroupRow, author: Author, new: NewEntry, text: str, today: date) -> str:
    """Begins an entry of the city with the question; returns its id. Raises StepRefused."""
    try:
        topic = new_topic(new.group, new.name.strip(), list(catalogue().groups))
        entry = Entry.model_validate(_content(row, new, topic, checked_wording(text), today))
    except ValidationError as error:
        raise StepRefused("\n".join(explain(fault) for fault in error.errors(include_url=False))) from None
    except StepRefused:
        raise
    except ValueError as error:
        raise StepRefused(str(error)) from None
    if open_entry(session, author.municipality, topic) is not None:
        raise StepRefused("この名前の項目が、もうあります。ほかの名前にしてください。")
    save_draft_of(session, author.municipality, entry, author, None, row)
    name = entry_id(author.municipality, topic)
    _wait(session, row, author, name, Cause.NO_ENTRY, f"項目「{entry.question}」を書き始めました")
    return name


def checked_wording(text: str) -> str:
    """A wording as an entry can have it. Raises StepRefused."""
    plain = " ".join(text.split())
    if not 0 < len(plain) <= 120:
        raise StepRefused("聞き方は 1 文字から 120 文字までにしてください。")
    if mask(plain).kinds or "【" in plain:
        raise StepRefused("聞き方に、個人の情報（番号や名前）やそのしるし【…】があります。消してから足してください。")
    return plain


def _content(row: QuestionGroupRow, new: NewEntry, topic: str, text: str, today: date) -> dict[str, Any]:
    return {
        "topic": topic,
        "question": new.question,
        "answer": new.answer.replace("\r\n", "\n"),
        "phrasings": [text] if row.language == "ja" else [],
        "section": row.section or None,
        "as_of": today,
        "review_by": today + REVIEWED_AFTER,
    }


def _open(session: Session, municipality: str, topic: str) -> Opened:
    opened = open_entry(session, municipality, topic)
    if opened is None or opened.state is EntryState.TAKEN_DOWN:
        raise StepRefused("この項目は、もうありません。ほかの項目を選んでください。")
    try:
        find_entry(session, opened.id, lock=True)
    except EntryNotFound:
        raise StepRefused("この項目は、もうありません。ほかの項目を選んでください。") from None
    opened = open_entry(session, municipality, topic) or opened
    if opened.draft is not None and opened.draft.removal:
        raise StepRefused("この項目には、取り下げの下書きがあります。ほかの項目を選ぶか、その下書きをやめてください。")
    return opened


def _has(entry: Entry, text: str, language: str) -> bool:
    variant = next((v for name, v in entry.variants.items() if name == language), None)
    ways = (variant.question, *variant.phrasings) if variant else (entry.question, *entry.phrasings)
    return normalise(text) in {normalise(way) for way in ways}


def _with_wording(entry: Entry, text: str, language: str) -> Entry:
    content = entry.model_dump(mode="json")
    if language == "ja":
        content["phrasings"].append(text)
    elif language in content["variants"]:
        content["variants"][language]["phrasings"].append(text)
    else:
        name = LANGUAGES.get(language, language)
        raise StepRefused(
            f"この項目には、まだ{name}の文がありません。項目のページで{name}の文を書くと、足せるようになります。"
        )
    return Entry.model_validate(content)


def refuse_taken(city: CityKnowledge, topic: str, text: str) -> None:
    """A wording leads to one entry: with two nobody could tell which is meant. Raises StepRefused."""
    for other in (*city.entries.values(), *city.refusals.values()):
        ways = (other.entry.question, *other.entry.phrasings)
        if other.entry.topic != topic and normalise(text) in {normalise(way) for way in ways}:
            raise StepRefused(f"この聞き方は「{other.entry.question}」にもあります。先にそちらから消してください。")


def save_draft_of(
    session: Session, pack: str, entry: Entry, author: Author, started: int | None, row: QuestionGroupRow
) -> None:
    """Saves an entry's draft, which says from which question it is. Raises StepRefused."""
    if isinstance(save(session, pack, entry, author, started_from=started, note=_NOTE.format(row.id)), Clash):
        raise StepRefused("ほかの人が、この項目をちょうど直しました。もう一度ためしてください。")


def _wait(session: Session, row: QuestionGroupRow, author: Author, entry: str, cause: Cause, text: str) -> None:
    """It waits until the draft is published; then it is asked again."""
    row.entry, row.cause, row.why = entry, row.cause or cause, ""
    row.waits_since = row.checked = current_release(session)
    settle(session, row, author, "mend", State.PENDING, text)
