"""`ask`, `chat` and `mask`: trying answers and masking in the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Annotated

import typer

from bot.conversation.city import CityKnowledge
from bot.conversation.finding import heard
from bot.conversation.life_events import event_recognised, procedures_asked
from bot.conversation.turn import reply_to
from bot.intents import Context, Recognition, mask, recognize
from bot.responses.compose import Style
from bot.responses.reply import Reply
from bot.responses.text import plain_text
from deploy import clock
from deploy.cli.sources import City, Live, city_finder, published
from deploy.settings import read_settings
from deploy.words import lexicon


def ask(
    utterance: Annotated[str, typer.Argument(help="市民の質問")],
    city: City,
    as_json: Annotated[bool, typer.Option("--json", help="JSON で出す")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="どう読み、なぜそう決めたかも出す")] = False,
    after: Annotated[str | None, typer.Option("--after", help="直前に話していた topic")] = None,
    live: Live = False,
) -> None:
    """質問を一つ聞く。"""
    knowledge = city_finder(published(live), lexicon(read_settings().semantic))(city)
    recognition, reply = _told(utterance, knowledge, Context(after))
    if explain:
        print(explanation(recognition), end="\n\n")
    print(json.dumps(as_dict(recognition, reply), ensure_ascii=False) if as_json else plain_text(reply))


def as_dict(recognition: Recognition, reply: Reply) -> dict[str, object]:
    """The result of a question in the shape other programs rely on."""
    return {
        "decision": str(recognition.decision),
        "entry": reply.entry,
        "topic": reply.topic,
        "confidence": round(recognition.confidence, 4),
        "follows": recognition.follows,
        "outside": recognition.outside,
        "language": recognition.language,
        "candidates": [
            {"entry": c.entry, "topic": c.topic, "confidence": round(c.confidence, 4)} for c in recognition.candidates
        ],
        "text": plain_text(reply),
    }


def explanation(recognition: Recognition) -> str:
    """How a question was read and why it was decided so, as text."""
    lines = [
        f"読んだ文   {recognition.utterance}（{recognition.language}）",
        f"言葉       {' '.join(recognition.tokens)}",
        f"読みかえ   {' '.join(f'{r.typed}→{r.read_as}' for r in recognition.repairs) or 'なし'}",
        f"判断       {recognition.decision}（{recognition.reason}、確かさ {recognition.confidence:.2f}）",
        f"続きとして {recognition.follows or 'いいえ'}",
        f"ほかの用件 {recognition.outside or 'いいえ'}",
        f"確かさの元 {_figures(recognition.signs)}",
    ]
    lines += [f"候補 {c.confidence:.2f} {c.topic}  {_figures(c.features)}" for c in recognition.candidates]
    return "\n".join(lines)


def _figures(values: Mapping[str, float]) -> str:
    return " ".join(f"{name}={value:.2f}" for name, value in values.items())


def chat(city: City, live: Live = False) -> None:
    """続けて質問する（空の行で終わる）。"""
    knowledge = city_finder(published(live), lexicon(read_settings().semantic))(city)
    context = Context()
    while line := _read_line(f"{knowledge.name}> "):
        context = _answer(line, knowledge, context)


def _answer(line: str, knowledge: CityKnowledge, context: Context) -> Context:
    _, reply = _told(line, knowledge, context)
    print(f"{plain_text(reply)}\n")
    return Context(last_topic=reply.topic or context.last_topic)


def _told(text: str, knowledge: CityKnowledge, context: Context) -> tuple[Recognition, Reply]:
    """What was understood and what is told, as on LINE: all procedures of a life event come before one answer."""
    if (reply := procedures_asked(text, knowledge, Style(), "")) is not None:
        return event_recognised(text), reply
    recognition = recognize(text, knowledge.index, context, knowledge.thresholds)
    recognition = heard(recognition, knowledge, clock.now(), context.last_topic)
    return recognition, reply_to(recognition, knowledge, Style(), about="", at=clock.now())


def _read_line(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


def mask_lines() -> None:
    """標準入力の各行から個人の情報を消して出す。"""
    for raw in sys.stdin.buffer:
        line = raw.decode("utf-8", "replace")
        text = line.rstrip("\r\n")
        print(mask(text).text)
