"""Deciding that something is not answered here, so that citizens are told whom to ask: an entry of the group
`elsewhere`, which goes through draft, preview and release like any other. It holds the wordings that staff approved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from admin.entries.labels import LANGUAGES
from admin.entries.opened import EntryState, Opened, open_entry
from admin.entries.saving import Author
from admin.review.mending import REVIEWED_AFTER, checked_wording, refuse_taken, save_draft_of
from admin.review.states import Cause, State
from admin.review.steps import StepRefused, checked_counter, settle
from admin.review.tables import QuestionGroupRow
from bot.conversation.city import CityKnowledge
from bot.intents import mask, recognize
from bot.responses.compose import LABEL, referral
from bot.responses.phrases import phrase
from bot.responses.text import clip
from knowledge.editing import current_release, entry_id
from knowledge.elsewhere import Matter
from knowledge.reading import explain
from knowledge.schema import ELSEWHERE, Entry, Variant
from knowledge.validation import normalise

MOST = 20
"""Wordings that one decision may publish."""
LONGEST_SECTION = 40
"""Characters of a counter that citizens are told: it is the section of an entry."""


@dataclass(frozen=True, slots=True)
class Referral:
    """What staff typed. `matter` is a matter that is known already (empty: a new one, called `title`); `wordings` have
    a line each."""

    matter: str = ""
    title: str = ""
    name: str = ""
    tel: str = ""
    wordings: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A matter that the question may belong to; `exact` when it has one of the question's wordings already."""

    matter: Matter
    exact: bool


def choices(city: CityKnowledge, texts: list[str]) -> list[Choice]:
    """The city's own matters, and what the question is taken for now; the one that has its wording first."""
    own = [city.matters[topic.split("/", 1)[1]] for topic in city.refusals]
    taken_for = city.matters.get(recognize(texts[0], city.index).outside or "") if texts else None
    asked = {normalise(text) for text in texts}
    has = {matter.id for matter in city.matters.values() if asked & {normalise(way) for way in matter.phrasings}}
    found = {m.id: m for m in [*(city.matters[i] for i in has), *([taken_for] if taken_for else []), *own]}
    return sorted((Choice(m, m.id in has) for m in found.values()), key=lambda choice: not choice.exact)


def approvable(texts: list[str]) -> list[str]:
    """The wordings that can be published as they are: without personal data or its mark."""
    short = (" ".join(text.split()) for text in texts)
    return list(dict.fromkeys(t for t in short if 0 < len(t) <= 120 and not mask(t).kinds and "【" not in t))[:MOST]


def refer(
    session: Session, row: QuestionGroupRow, city: CityKnowledge, author: Author, typed: Referral, today: date
) -> str:
    """Drafts the city's entry that says whom to ask about these wordings; returns its id. Raises StepRefused."""
    known = _known(city, typed.matter)
    topic = f"{ELSEWHERE}/{known.id if known else f'asked-{row.id}'}"
    wordings = _wordings(typed.wordings)
    for text in wordings:
        _refuse_elsewhere(city, topic, text)
    opened = open_entry(session, city.municipality, topic, city.municipality)
    if opened is not None and opened.draft is not None and opened.draft.removal:
        raise StepRefused("この用件には、取り下げの下書きがあります。先に、その下書きをやめてください。")
    begun = _begun(opened, known, typed, topic, today)
    entry = _checked(begun, row.language, wordings)
    save_draft_of(session, city.municipality, entry, author, opened.head if opened else None, row)
    row.counter_name, row.counter_tel = entry.section or "", _tel_of(entry) or ""
    row.entry, row.cause, row.why = entry_id(city.municipality, topic), Cause.OUT_OF_SCOPE, ""
    row.waits_since = row.checked = current_release(session)
    told = f"{row.counter_name} {row.counter_tel}".strip()
    settle(session, row, author, "refer", State.PENDING, f"「{entry.question}」のときに案内: {told}")
    return row.entry


def _refuse_elsewhere(city: CityKnowledge, topic: str, text: str) -> None:
    """A wording belongs to one entry or matter. Raises StepRefused."""
    refuse_taken(city, topic, text)
    for matter in city.matters.values():
        if matter.topic != topic and normalise(text) in {normalise(way) for way in matter.phrasings}:
            raise StepRefused(
                f"聞き方「{text}」は、用件「{matter.name}」にもあります。「用件」で、それを選んでください。"
            )


def _known(city: CityKnowledge, matter: str) -> Matter | None:
    if matter and matter not in city.matters:
        raise StepRefused("この用件は、もうありません。選びなおしてください。")
    return city.matters.get(matter)


def _wordings(typed: str) -> tuple[str, ...]:
    lines = [line for line in typed.splitlines() if line.strip()]
    if len(lines) > MOST:
        raise StepRefused(f"聞き方は {MOST} までにしてください。")
    return tuple(dict.fromkeys(checked_wording(line) for line in lines))


def _begun(opened: Opened | None, known: Matter | None, typed: Referral, topic: str, today: date) -> dict[str, Any]:
    """The entry before its wordings: the city's own stays as it is, as far as nobody typed another counter."""
    live = opened is not None and opened.state is not EntryState.TAKEN_DOWN
    old = opened.entry if opened is not None and live else None
    if old is not None and not typed.name.strip():
        return old.model_dump(mode="json")
    title = old.question if old else known.name if known else " ".join(typed.title.split())
    if not title:
        raise StepRefused("用件の名前を書いてください。")
    dates = {"as_of": today, "review_by": today + REVIEWED_AFTER}
    content = old.model_dump(mode="json") if old else {"topic": topic, "question": title, "phrasings": [], **dates}
    return {**content, **_counter(typed, title, content)}


def _counter(typed: Referral, title: str, content: dict[str, Any]) -> dict[str, Any]:
    """What names the counter: the sentence, a telephone to press, and whose matter it is."""
    name, tel = checked_counter(typed.name, typed.tel)
    if not name:
        raise StepRefused("市民に案内する窓口を選ぶか、名前を書いてください。")
    if len(name) > LONGEST_SECTION:
        raise StepRefused(f"市民に案内する窓口の名前は {LONGEST_SECTION} 文字までにしてください。")
    kept = [action for action in content.get("actions", []) if action["kind"] != "tel"]
    call = [{"kind": "tel", "label": clip(phrase("call", name=name), LABEL), "value": tel}] if tel else []
    return {"section": name, "answer": referral(title, name, tel or None, "ja"), "actions": [*call, *kept]}


def _checked(content: dict[str, Any], language: str, wordings: tuple[str, ...]) -> Entry:
    """The entry with these ways to ask, in the language of the question. Raises StepRefused."""
    try:
        entry = Entry.model_validate(content)
        if language != "ja":
            return _with_variant(entry, language, wordings)
        known = {normalise(text) for text in (entry.question, *entry.phrasings)}
        new = tuple(text for text in wordings if normalise(text) not in known)
        return entry.model_copy(update={"phrasings": (*entry.phrasings, *new)})
    except ValidationError as error:
        raise StepRefused("\n".join(explain(fault) for fault in error.errors(include_url=False))) from None


def _with_variant(entry: Entry, language: str, wordings: tuple[str, ...]) -> Entry:
    if language not in LANGUAGES:
        raise StepRefused("この言葉の聞き方は、まだ登録できません。案内せずに、答えないことに決めてください。")
    content = entry.model_dump(mode="json")
    content["variants"][language] = _variant(entry, language, wordings).model_dump(mode="json")
    return Entry.model_validate(content)


def _variant(entry: Entry, language: str, wordings: tuple[str, ...]) -> Variant:
    old = next((v for name, v in entry.variants.items() if name == language), None)
    ways = tuple(dict.fromkeys((*((old.question, *old.phrasings) if old else ()), *wordings)))
    if not ways:
        raise StepRefused("市民の聞き方を、1 つは残してください。")
    says = referral(entry.question, entry.section, _tel_of(entry), language)
    return Variant(made_from=entry.text_revision, question=ways[0], answer=says, phrasings=ways[1:])


def _tel_of(entry: Entry) -> str | None:
    return next((action.value for action in entry.actions if action.kind == "tel"), None)
