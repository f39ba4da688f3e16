"""The reply as LINE messages, within LINE's limits. Plain dictionaries of LINE's JSON; the sender hands them to
the SDK."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from bot.responses.phrases import phrase
from bot.responses.reply import Button, Card, Choice, Reply, ReplyKind
from bot.responses.text import clip, summary

Json = dict[str, Any]

ALT_TEXT = 400
"""LINE allows 1,500 UTF-16 units today; older clients 400."""
LABEL = 20
TEXT = 5_000
QUICK_REPLIES = 13
CARDS = 10
CAROUSEL_BYTES = 48 * 1024
"""LINE takes 50 KB; the carousel's own frame needs a little."""
INK = "#1A1A1C"
QUIET = "#626264"
LINK = "#0017C1"
SURFACE = "#F1F1F4"


def to_line(reply: Reply) -> list[Json]:
    """One to four messages: notices as text, then the reply itself, then its cards. Quick replies go with the last."""
    messages: list[Json] = [_text(notice) for notice in reply.notices[:2]]
    messages.append(_flex(reply) if _needs_flex(reply) else _text(reply.body))
    if reply.cards:
        messages.append(_carousel(reply))
    if quick := _quick_reply(reply.choices):
        messages[-1]["quickReply"] = quick
    return messages


def _needs_flex(reply: Reply) -> bool:
    return reply.kind is not ReplyKind.NOTICE or bool(reply.buttons)


def _text(text: str) -> Json:
    return {"type": "text", "text": clip(text, TEXT)}


def _flex(reply: Reply) -> Json:
    return {"type": "flex", "altText": summary(reply, ALT_TEXT), "contents": _bubble(reply)}


def _bubble(reply: Reply) -> Json:
    sizes = _LARGE if reply.large else _NORMAL
    body = [*_heading(reply, sizes), *_paragraphs(reply.body, sizes), *_steps(reply.steps, sizes)]
    body += [_option(option, sizes) for option in reply.options]
    body += _source(reply, sizes)
    bubble: Json = {"type": "bubble", "size": "giga", "body": _box("vertical", body, spacing="md", paddingAll="20px")}
    if reply.buttons:
        bubble["footer"] = _box("vertical", [_button(b) for b in reply.buttons], spacing="sm", paddingAll="16px")
    return bubble


_NORMAL = {"heading": "lg", "text": "md", "small": "xs"}
_LARGE = {"heading": "xxl", "text": "xl", "small": "md"}


def _box(layout: str, contents: Sequence[Json], **style: str) -> Json:
    return {"type": "box", "layout": layout, "contents": list(contents), **style}


def _line(text: str, size: str, **style: str | int) -> Json:
    return {"type": "text", "text": text, "size": size, "wrap": True, "color": INK, **style}


def _heading(reply: Reply, sizes: dict[str, str]) -> list[Json]:
    if not reply.heading:
        return []
    return [_line(reply.heading, sizes["heading"], weight="bold"), {"type": "separator"}]


def _paragraphs(text: str, sizes: dict[str, str]) -> list[Json]:
    return [_line(part, sizes["text"]) for part in text.split("\n") if part.strip()]


def _steps(steps: Iterable[str], sizes: dict[str, str]) -> list[Json]:
    return [
        _box(
            "baseline",
            [
                _line(f"{number}.", sizes["text"], flex=0, weight="bold"),
                _line(step, sizes["text"], flex=1, margin="sm"),
            ],
        )
        for number, step in enumerate(steps, start=1)
    ]


def _option(option: Choice, sizes: dict[str, str]) -> Json:
    box = _box(
        "vertical",
        [_line(option.says, sizes["text"], color=LINK, weight="bold", align="center")],
        backgroundColor=SURFACE,
        cornerRadius="8px",
        paddingAll="14px",
    )
    return {**box, "action": _action(option)}


def _source(reply: Reply, sizes: dict[str, str]) -> list[Json]:
    if not reply.source:
        return []
    text = f"{phrase('source', reply.language)}: {reply.source}"
    return [{"type": "separator", "margin": "lg"}, _line(text, sizes["small"], color=QUIET)]


def _button(button: Button) -> Json:
    uri = f"tel:{quote(button.value.replace('-', ''))}" if button.kind == "tel" else button.value
    return {
        "type": "button",
        "style": "secondary" if button.kind == "link" else "primary",
        "height": "sm",
        "action": {"type": "uri", "label": clip(button.label, LABEL), "uri": uri},
        **({"color": LINK} if button.kind == "tel" else {}),
    }


def _carousel(reply: Reply) -> Json:
    """The cards side by side; those that no longer fit into LINE's limit are left out, the last ones first."""
    sizes = _LARGE if reply.large else _NORMAL
    bubbles = [_card(card, sizes) for card in reply.cards[:CARDS]]
    while len(bubbles) > 1 and _size(bubbles) > CAROUSEL_BYTES:
        bubbles.pop()
    spoken = "\n".join(" ".join((card.title, *card.lines[:1])) for card in reply.cards[: len(bubbles)])
    return {"type": "flex", "altText": clip(spoken, ALT_TEXT), "contents": {"type": "carousel", "contents": bubbles}}


def _size(bubbles: list[Json]) -> int:
    return len(json.dumps(bubbles, ensure_ascii=False).encode())


def _card(card: Card, sizes: dict[str, str]) -> Json:
    body = [_line(card.title, sizes["heading"], weight="bold"), {"type": "separator"}]
    body += [_line(line, sizes["text"], weight="bold") for line in card.lines[:1]]
    body += [_line(line, sizes["text"]) for line in card.lines[1:]]
    if card.note:
        body.append(_line(card.note, sizes["small"], color=QUIET))
    bubble: Json = {"type": "bubble", "size": "mega", "body": _box("vertical", body, spacing="md", paddingAll="20px")}
    if card.buttons:
        bubble["footer"] = _box("vertical", [_button(b) for b in card.buttons], spacing="sm", paddingAll="16px")
    return bubble


def _quick_reply(choices: Sequence[Choice]) -> Json | None:
    items = [{"type": "action", "action": _action(choice)} for choice in choices[:QUICK_REPLIES]]
    return {"items": items} if items else None


def _action(choice: Choice) -> Json:
    if not choice.data:
        return {"type": "message", "label": clip(choice.label, LABEL), "text": clip(choice.says, 300)}
    return {
        "type": "postback",
        "label": clip(choice.label, LABEL),
        "data": choice.data,
        "displayText": clip(choice.says, 300),
    }
