"""Life events: all procedures of a move, a birth, a death … in one reply."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.conversation.city import CityKnowledge
from bot.intents import Decision, Recognition, mask
from bot.intents.danger import is_dangerous
from bot.intents.index import JAPANESE
from bot.intents.normalising import compact, normalise
from bot.responses.compose import Style, as_of_source, human_choice, topic_choice
from bot.responses.phrases import phrase
from bot.responses.reply import Card, Reply, ReplyKind
from bot.responses.text import clip
from knowledge.listings import Event, Procedure

MOST = 10
"""Cards of one carousel."""
MOST_CHOICES = 5
TITLE, LINE = 60, 120
_EVENTS: Mapping[Event, str] = {
    "moving": r"引っ?越|転入|転出|転居|越して",
    "birth": r"生まれ|産まれ|出産|出生|赤ちゃん",
    "marriage": r"結婚|入籍|籍を入れ",
    "condolence": r"亡くな|死亡|おくやみ|お悔やみ|葬式|葬儀",
    "work": r"退職|会社を(?:辞|や)め|仕事を(?:辞|や)め|就職|転職|失業",
    "care": r"介護",
    "disaster": r"被災|罹災|(?:地震|台風|大雨|水害|火事)で",
}
_WHICH = re.compile(
    r"(?:何|なに|どんな|全部|ぜんぶ|一覧|まとめて|いろいろ|必要な|要る).{0,10}(?:手続|届|する|やる|こと|もの)"
    r"|(?:手続き?|届け?|やること|すること).{0,8}(?:何|なに|一覧|全部|ぜんぶ|まとめ|いろいろ|どれ)"
)
"""Asks for all of them, not for one."""
_COMPILED = {event: re.compile(pattern) for event, pattern in _EVENTS.items()}


def asked_event(text: str) -> Event | None:
    """The life event whose procedures are asked for together; None when just one thing is asked."""
    plain = normalise(text)
    if not _WHICH.search(plain) or is_dangerous(plain):
        return None
    return next((event for event, pattern in _COMPILED.items() if pattern.search(plain)), None)


def procedures_asked(text: str, city: CityKnowledge, style: Style, about: str) -> Reply | None:
    """The reply to a question for all procedures of a life event; None when it is no such question, or staff wrote just
    these words to an entry."""
    event = asked_event(text)
    if event is None or city.index.exactly(compact(text), JAPANESE) is not None:
        return None
    return procedures_reply(event, city, style, about)


def event_recognised(text: str) -> Recognition:
    """What was understood of such a question: it is written down like any other."""
    masked = mask(text)
    return Recognition(masked.text, Decision.ANSWER, 1.0, (), "life event", masked=masked.kinds)


def procedures_reply(event: Event, city: CityKnowledge, style: Style, about: str) -> Reply | None:
    """The procedures of an event as cards, with questions about them; None when none is known."""
    found = sorted((p for p in city.procedures if event in p.events), key=lambda p: p.topic is None)[:MOST]
    if not found:
        return None
    name = phrase(f"event_{event}", style.language)
    citation = city.register.cite(source for p in found for source in p.sources)
    # A procedure has no date of its own: the oldest of the answers about them is the honest one.
    entries = [
        city.entries[t].entry for t in dict.fromkeys(p.topic for p in found) if t is not None and t in city.entries
    ]
    days = [entry.as_of for entry in entries]
    return Reply(
        kind=ReplyKind.ANSWER,
        heading=phrase("event_heading", style.language, event=name),
        body=phrase("event_body", style.language, count=str(len(found)), city=city.name),
        cards=tuple(_card(p) for p in found),
        choices=(
            *(topic_choice(entry, about, style.language) for entry in entries[:MOST_CHOICES]),
            human_choice(style.language),
        ),
        source=as_of_source(citation, min(days), style.language) if days else citation,
        language=style.language,
        large=style.large,
    )


def _card(procedure: Procedure) -> Card:
    planned = phrase("procedure_planned") if procedure.state == "planned" else ""
    lines = [
        phrase(f"procedure_{procedure.online.replace('-', '_')}"),
        f"{phrase('procedure_entrance')}: {procedure.entrance}",
    ]
    if procedure.needs:
        lines.append(f"{phrase('procedure_needs')}: {'、'.join(procedure.needs)}")
    return Card(
        title=clip(f"{planned}{procedure.name}", TITLE),
        lines=tuple(clip(line, LINE) for line in lines),
        note=procedure.visit,
    )
