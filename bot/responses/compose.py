"""Replies, composed from entries that people wrote. No sentence is made here that nobody approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.responses.counter_now import CounterNow, counter_line
from bot.responses.phrases import phrase
from bot.responses.reply import Button, Choice, Reply, ReplyKind
from bot.responses.signals import Signal, Tap
from bot.responses.text import clip
from knowledge.elsewhere import Matter
from knowledge.published import VisibleEntry
from knowledge.schema import Action, Counter, Entry, Pack, Variant
from knowledge.sources import SourceRegister

LABEL = 20
"""Characters on a button that LINE shows."""
RELATED = 3
MOST_BUTTONS = 4
FOREIGN_LINE = "0120-0178-26"
"""The national line on My Number in English, Chinese, Korean, Spanish and Portuguese (fact A-024)."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a person wants to be answered."""

    language: str = "ja"
    large: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry with what stands around it: its citation and the questions that follow from it."""

    visible: VisibleEntry
    citation: str
    related: tuple[Entry, ...] = ()


def shown(visible: VisibleEntry, entries: dict[str, VisibleEntry], register: SourceRegister) -> Shown:
    """Prepares an entry for showing; related questions that are not published are left out."""
    asked = [a.value for a in visible.entry.actions if a.kind == "ask"]
    related = tuple(entries[topic].entry for topic in asked[:RELATED] if topic in entries)
    return Shown(visible, register.cite(visible.entry.sources), related)


def answer(item: Shown, *, style: Style, about: str) -> Reply:
    """The answer, in the person's language where it is written and not stale, else in Japanese."""
    entry = item.visible.entry
    text, language = _text_in(entry, style.language)
    untranslated = style.language not in (language, "easy")
    return Reply(
        kind=ReplyKind.ANSWER,
        notices=(phrase("japanese_only", style.language, tel=FOREIGN_LINE),) if untranslated else (),
        heading=text.question,
        body=text.answer.strip(),
        steps=text.steps,
        buttons=tuple(_button(a) for a in entry.actions if a.kind != "ask"),
        choices=(*_feedback(language, about), *_related(item.related, about, language), human_choice(language)),
        source=as_of_source(item.citation, entry.as_of, language),
        language=language,
        large=style.large,
        entry=item.visible.id,
        topic=entry.topic,
    )


def ask(candidates: Sequence[Entry], *, style: Style, about: str) -> Reply:
    """A question back: the candidates, and always 「この中にない」."""
    none = Choice(
        label=phrase("none_of_these", style.language),
        data=Tap(Signal.NONE_OF_THESE, about=about).encode(),
        says=phrase("none_of_these", style.language),
    )
    return Reply(
        kind=ReplyKind.ASK,
        body=phrase("ask", style.language),
        options=(*(topic_choice(e, about, style.language) for e in candidates), none),
        choices=(none, human_choice(style.language)),
        language=style.language,
        large=style.large,
    )


def fallback(
    pack: Pack,
    counter: Counter,
    *,
    style: Style,
    sentence: str = "fallback",
    matter: Matter | None = None,
    now: CounterNow | None = None,
) -> Reply:
    """No answer: says so, names a telephone and a counter, whether it is open, and what happens with the question.

    A `matter` that belongs elsewhere is named, with whom to ask about it.
    """
    if matter is not None:
        return _elsewhere(pack, matter, style)
    body = phrase(sentence, style.language, counter=named(counter))
    return Reply(
        kind=ReplyKind.FALLBACK,
        body=f"{with_hours(body, now, style.language)}\n{phrase('fallback_recorded', style.language)}",
        buttons=counter_buttons(pack, counter),
        choices=(_menu(style.language), human_choice(style.language)),
        language=style.language,
        large=style.large,
    )


def with_hours(body: str, now: CounterNow | None, language: str, counter: Counter | None = None) -> str:
    """A text followed by whether the counter is open. Give the `counter` where the text itself does not name it."""
    line = counter_line(now, language)
    if line and counter is not None:
        line = f"{counter.name}: {line}"
    return "\n".join(filter(None, (body, line)))


def _elsewhere(pack: Pack, matter: Matter, style: Style) -> Reply:
    body = matter.says.get(style.language) or referral(matter.name, matter.counter, matter.tel, style.language)
    site = (b for b in counter_buttons(pack, pack.counter) if b.kind == "link")
    return Reply(
        kind=ReplyKind.FALLBACK,
        body=f"{body}\n{phrase('fallback_recorded', style.language)}",
        buttons=(*map(_button, matter.actions), *site)[:MOST_BUTTONS],
        choices=(_menu(style.language), human_choice(style.language)),
        language=style.language,
        large=style.large,
    )


def referral(matter: str, counter: str | None, tel: str | None, language: str) -> str:
    """The sentence that something is not answered here, and whom to ask instead where somebody fits."""
    if counter is None:
        return phrase("elsewhere_nobody", language, matter=matter)
    return phrase("elsewhere", language, matter=matter, counter=named(Counter(name=counter, tel=tel)))


def notice(body: str, *, style: Style, choices: Sequence[Choice] = (), buttons: Sequence[Button] = ()) -> Reply:
    """A sentence of the service itself, with next steps."""
    return Reply(
        kind=ReplyKind.NOTICE,
        body=body,
        buttons=tuple(buttons),
        choices=tuple(choices) or (_menu(style.language), human_choice(style.language)),
        language=style.language,
        large=style.large,
    )


def named(counter: Counter) -> str:
    """The counter with what is known of it: 「府中市役所（電話 042-364-4111）」."""
    known = [f"電話 {counter.tel}" if counter.tel else "", counter.hours or ""]
    details = "、".join(filter(None, known))
    return f"{counter.name}（{details}）" if details else counter.name


def counter_buttons(pack: Pack, counter: Counter) -> tuple[Button, ...]:
    """The counter's telephone and the city's website, as far as they are known."""
    buttons = []
    if counter.tel:
        label = clip(phrase("call", name=counter.name), LABEL)
        buttons.append(Button(kind="tel", label=label, value=counter.tel))
    if pack.website:
        buttons.append(Button(kind="link", label=phrase("website"), value=pack.website))
    return tuple(buttons)


def say(text: str) -> Choice:
    """A choice that sends its own text, as if typed."""
    return Choice(label=clip(text, LABEL), data="", says=text)


def _text_in(entry: Entry, language: str) -> tuple[Entry | Variant, str]:
    variant = next((v for lang, v in entry.variants.items() if lang == language), None)
    if variant is None or variant.made_from != entry.text_revision:
        return entry, "ja"
    return variant, language


def as_of_source(citation: str, day: date, language: str = "ja") -> str:
    """The citation line with its date; empty where nothing can be named."""
    if not citation:
        return ""
    written = f"{day.year}-{day.month:02}-{day.day:02}" if language == "en" else f"{day.year}年{day.month}月{day.day}日"
    return f"{citation}（{phrase('as_of', language, date=written)}）"


def _button(action: Action) -> Button:
    return Button(kind="tel" if action.kind == "tel" else "link", label=action.label, value=action.value)


def topic_choice(entry: Entry, about: str, language: str) -> Choice:
    """A choice that leads to an entry's answer."""
    data = Tap(Signal.TOPIC, entry.topic, about).encode()
    question = _text_in(entry, language)[0].question
    return Choice(label=clip(question, LABEL), data=data, says=question)


def _related(entries: Sequence[Entry], about: str, language: str) -> tuple[Choice, ...]:
    return tuple(topic_choice(entry, about, language) for entry in entries)


def _feedback(language: str, about: str) -> tuple[Choice, Choice]:
    return (
        _signal("solved", Signal.SOLVED, language, about),
        _signal("not_solved", Signal.NOT_SOLVED, language, about),
    )


def reasons(language: str, about: str) -> tuple[Choice, ...]:
    """One tap for why an answer did not help."""
    names = ("why_wrong", "why_hard", "why_old", "why_more")
    return tuple(
        Choice(label=phrase(n, language), data=Tap(Signal.WHY, n[4:], about).encode(), says=phrase(n, language))
        for n in names
    )


def _signal(name: str, signal: Signal, language: str, about: str) -> Choice:
    text = phrase(name, language)
    return Choice(label=clip(text, LABEL), data=Tap(signal, about=about).encode(), says=text)


def human_choice(language: str) -> Choice:
    """The way to a person."""
    return _signal("human", Signal.HUMAN, language, "")


def _menu(language: str) -> Choice:
    return _signal("menu", Signal.MENU, language, "")
