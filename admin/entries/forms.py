"""The editor's form: everything as it was typed, so that nothing is lost when something is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Protocol, get_args

from bot.records import storable
from knowledge.schema import Entry, Language

ACTION_ROWS = 4
LANGUAGES: tuple[Language, ...] = get_args(Language)
_LONGEST = 20_000
"""Characters of one field that are kept: far more than any rule allows."""


class Fields(Protocol):
    """What a browser sent: names with one or more values."""

    def getlist(self, key: Any) -> list[Any]:  # noqa: ANN401 - Starlette's own signature
        """All values of a name."""
        ...


@dataclass(frozen=True, slots=True)
class ActionForm:
    """A row of the buttons under an answer; empty in every part when it is not used."""

    kind: str = ""
    label: str = ""
    value: str = ""

    @property
    def used(self) -> bool:
        """Whether somebody wrote something into the row."""
        return bool(self.label.strip() or self.value.strip())


@dataclass(frozen=True, slots=True)
class VariantForm:
    """The fields of one language."""

    question: str = ""
    answer: str = ""
    steps: str = ""
    phrasings: str = ""
    made_from: str = ""

    @property
    def used(self) -> bool:
        """Whether there is any text in this language."""
        return any(text.strip() for text in (self.question, self.answer, self.steps, self.phrasings))


@dataclass(frozen=True, slots=True)
class EntryForm:
    """What the edit page sends. Lists are one item a line."""

    question: str = ""
    answer: str = ""
    steps: str = ""
    phrasings: str = ""
    actions: tuple[ActionForm, ...] = ()
    sources: tuple[str, ...] = ()
    state: str = "in-service"
    audience: tuple[str, ...] = ("citizen", "helper")
    section: str = ""
    as_of: str = ""
    review_by: str = ""
    valid_from: str = ""
    valid_until: str = ""
    to_fill: str = ""
    variants: Mapping[str, VariantForm] = field(default_factory=dict)
    note: str = ""

    @property
    def action_rows(self) -> tuple[ActionForm, ...]:
        """The rows that the page shows: those in use, and empty ones up to four."""
        empty = (ActionForm(),) * max(0, ACTION_ROWS - len(self.actions))
        return (*self.actions, *empty)

    def variant(self, language: str) -> VariantForm:
        """The fields of a language, empty when it is not written."""
        return self.variants.get(language, VariantForm())

    def with_phrasing(self, text: str) -> EntryForm:
        """The form with one more way to ask, when somebody asked in words we did not know."""
        known = lines(self.phrasings)
        return self if not text.strip() or text in known else replace(self, phrasings="\n".join((*known, text)))

    def reviewed(self, language: str, text_revision: str) -> EntryForm:
        """The form in which a language counts as looked at again for this Japanese text."""
        variant = replace(self.variant(language), made_from=text_revision)
        return replace(self, variants={**self.variants, language: variant})

    def stored(self) -> dict[str, Any]:
        """The form as JSON, to be kept as it was typed."""
        return asdict(self)


def lines(text: str) -> list[str]:
    """The lines of a text that say something, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def form_of(entry: Entry) -> EntryForm:
    """The form for an entry."""
    return form_of_content(entry.model_dump(mode="json"))


def form_of_content(content: Mapping[str, Any]) -> EntryForm:
    """The form for the JSON content of an entry, even of one that breaks a rule (two texts joined)."""
    return EntryForm(
        **{name: _typed_text(content.get(name)) for name in _SINGLE if name != "state"},
        state=str(content.get("state", "in-service")),
        actions=tuple(ActionForm(**action) for action in content.get("actions", ())),
        sources=tuple(content.get("sources", ())),
        audience=tuple(content.get("audience", ())),
        variants={
            language: VariantForm(**{name: _typed_text(variant.get(name)) for name in _VARIANT})
            for language, variant in (content.get("variants") or {}).items()
        },
    )


def empty_form(today: date) -> EntryForm:
    """The form for a new entry: true as of today, to be looked at again in a year."""
    return EntryForm(as_of=today.isoformat(), review_by=(today + timedelta(days=365)).isoformat())


def _typed_text(value: object) -> str:
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def form_from(sent: Fields) -> EntryForm:
    """The form that a browser sent; what it did not send is empty."""
    one = {name: _first(sent, name) for name in _SINGLE}
    kinds, labels, values = (_all(sent, f"action_{part}") for part in ("kind", "label", "value"))
    rows = (ActionForm(*row) for row in zip(kinds, labels, values, strict=False))
    variants = {language: _variant(sent, language) for language in LANGUAGES}
    return EntryForm(
        **one,
        actions=tuple(row for row in rows if row.used),
        sources=tuple(dict.fromkeys(_all(sent, "sources"))),
        audience=tuple(_all(sent, "audience")),
        variants={language: variant for language, variant in variants.items() if variant.used},
    )


def form_stored(kept: Mapping[str, Any]) -> EntryForm:
    """The form that `EntryForm.stored` made, whatever version of the program kept it."""
    one = {name: str(kept.get(name, "")) for name in _SINGLE}
    return EntryForm(
        **one,
        actions=tuple(ActionForm(**_strings(row, ("kind", "label", "value"))) for row in kept.get("actions", ())),
        sources=tuple(map(str, kept.get("sources", ()))),
        audience=tuple(map(str, kept.get("audience", ()))),
        variants={
            language: VariantForm(**_strings(row, _VARIANT))
            for language, row in kept.get("variants", {}).items()
            if language in LANGUAGES
        },
    )


def content_of(form: EntryForm, topic: str) -> dict[str, Any]:
    """What the form says, in the shape of `knowledge.schema.Entry`, not yet checked."""
    return {
        "topic": topic,
        "question": form.question,
        "answer": _answer(form.answer),
        "steps": _steps(form.steps),
        "phrasings": lines(form.phrasings),
        "actions": [asdict(action) for action in form.actions if action.used],
        "sources": list(form.sources),
        "state": form.state,
        "audience": list(form.audience),
        "section": form.section.strip() or None,
        "as_of": form.as_of.strip(),
        "review_by": form.review_by.strip(),
        "valid_from": form.valid_from.strip() or None,
        "valid_until": form.valid_until.strip() or None,
        "to_fill": lines(form.to_fill),
        "variants": {language: _variant_content(v) for language, v in form.variants.items() if v.used},
    }


_SINGLE = (
    "question",
    "answer",
    "steps",
    "phrasings",
    "state",
    "section",
    "as_of",
    "review_by",
    "valid_from",
    "valid_until",
    "to_fill",
    "note",
)
_VARIANT = ("question", "answer", "steps", "phrasings", "made_from")


def _variant_content(form: VariantForm) -> dict[str, Any]:
    return {
        "made_from": form.made_from,
        "question": form.question,
        "answer": _answer(form.answer),
        "steps": _steps(form.steps),
        "phrasings": lines(form.phrasings),
    }


def _variant(sent: Fields, language: str) -> VariantForm:
    return VariantForm(*(_first(sent, f"{language}_{name}") for name in _VARIANT))


def _steps(text: str) -> list[str]:
    """The same step may be needed twice."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _answer(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _first(sent: Fields, name: str) -> str:
    return next(iter(_all(sent, name)), "")


def _all(sent: Fields, name: str) -> list[str]:
    texts = (value for value in sent.getlist(name) if isinstance(value, str))
    return [storable(text.replace("\r\n", "\n"))[:_LONGEST] for text in texts]


def _strings(row: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    return {name: str(row.get(name, "")) for name in names}


def with_language_made_from(form: EntryForm, languages: Sequence[str], text_revision: str) -> EntryForm:
    """The form in which new languages (without a mark yet) count as made from this Japanese text."""
    for language in languages:
        if form.variant(language).used and not form.variant(language).made_from:
            form = form.reviewed(language, text_revision)
    return form
