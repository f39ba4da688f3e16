"""Finding an answer without typing: groups of questions, the questions of a group, and what is asked most."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation.city import CityKnowledge
from bot.intents.normalising import compact
from bot.responses.compose import Style, topic_choice
from bot.responses.phrases import phrase
from bot.responses.reply import Choice, Reply, ReplyKind
from bot.responses.signals import Signal, Tap
from bot.responses.text import clip
from knowledge.catalogue import catalogue

PAGE = 7
"""Questions of one message: what fits a phone without much scrolling."""
GROUPS = (
    "mynumber-card",
    "online-procedures",
    "smartphone-class",
    "digital-support",
    "payment",
    "counters",
    "security",
)
"""Groups that citizens look for, in the order in which they are offered."""
LABEL = 20
_WORDS = frozenset(
    {"よくある質問", "よくあるしつもん", "faq", "質問の一覧", "質問一覧", "一覧", "メニュー", "めにゅー"}
)


def asks_to_browse(text: str) -> bool:
    """Whether somebody asks for a list instead of an answer."""
    return compact(text) in _WORDS


def group_choices() -> tuple[Choice, ...]:
    """A choice for what is asked most, and one for each group."""
    frequent = phrase("frequent")
    groups = catalogue().groups
    return (
        Choice(label=frequent, data=Tap(Signal.FREQUENT).encode(), says=frequent),
        *(Choice(label=clip(groups[g], LABEL), data=Tap(Signal.GROUP, g).encode(), says=groups[g]) for g in GROUPS),
    )


def frequent_questions(city: CityKnowledge, style: Style, about: str) -> Reply:
    """What is asked most in this city."""
    topics = [topic for topic in city.frequent if topic in city.entries][:PAGE]
    return _questions(topics, city, style, about, phrase("frequent_heading", style.language))


def questions_of(subject: str, city: CityKnowledge, style: Style, about: str) -> Reply:
    """The questions of a group, a page at a time. `subject` is `<group>` or `<group>:<page>`."""
    group, _, number = subject.partition(":")
    page = int(number) if number.isdecimal() and len(number) < 4 else 0
    topics = _topics(group, city)
    shown = topics[page * PAGE : (page + 1) * PAGE]
    if not shown:
        return frequent_questions(city, style, about)
    heading = catalogue().groups.get(group, group)
    reply = _questions(shown, city, style, about, heading)
    if len(topics) <= (page + 1) * PAGE:
        return reply
    more = phrase("more_questions", style.language)
    following = Choice(label=more, data=Tap(Signal.GROUP, f"{group}:{page + 1}").encode(), says=more)
    return reply.model_copy(update={"options": (*reply.options, following)})


def _topics(group: str, city: CityKnowledge) -> list[str]:
    """Topics of a group that are meant for citizens: asked most first, then by the catalogue's priority."""
    known = catalogue().topics
    found = [t for t, e in city.entries.items() if e.entry.group == group and "citizen" in e.entry.audience]
    rank = {topic: place for place, topic in enumerate(city.frequent)}
    return sorted(found, key=lambda t: (rank.get(t, len(rank)), known[t].priority if t in known else 9, t))


def _questions(topics: Sequence[str], city: CityKnowledge, style: Style, about: str, heading: str) -> Reply:
    return Reply(
        kind=ReplyKind.ASK,
        heading=heading,
        body=phrase("pick_question", style.language),
        options=tuple(topic_choice(city.entries[topic].entry, about, style.language) for topic in topics),
        choices=group_choices(),
        language=style.language,
        large=style.large,
    )
