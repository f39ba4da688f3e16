"""Who asks in another language about what is written in Japanese only is told so in it, with whom to call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels.line.messages import to_line
from bot.channels.line.standin import validate_messages
from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.japanese_only import _GROUPS, in_japanese
from bot.conversation.turn import Person, Turn, take_turn
from bot.responses.compose import FOREIGN_LINE, Style
from bot.responses.foreign_phrases import FOREIGN
from bot.responses.phrases import phrase
from bot.responses.reply import ReplyKind
from deploy.cli.sources import city_finder, published


@pytest.fixture(scope="module")
def city() -> CityKnowledge:
    return city_finder(published(live=False))("fuchu")


def _turn(text: str, city: CityKnowledge) -> Turn:
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    inbound = Inbound(id="e", kind=InboundKind.TEXT, municipality=city.municipality, at=at, text=text)
    return take_turn(inbound, Person(), city)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How much tax do I owe for my scooter?", "en"),
        ("我想缴纳汽车税", "zh"),
        ("자동차 세금을 내고 싶습니다", "ko"),
        ("Recebi uma mensagem de golpe pelo correio", "pt"),
        ("Tôi muốn học lớp điện thoại", "vi"),
        ("Saan ako magbabayad ng buwis?", "tl"),
        ("कर कहाँ तिर्ने?", "ne"),
    ],
)
def test_what_there_is_and_whom_to_call(text: str, language: str, city: CityKnowledge) -> None:
    turn = _turn(text, city)
    assert turn.recognition is not None
    assert turn.recognition.language == language
    assert turn.reply is not None
    assert (turn.reply.kind, turn.reply.language) == (ReplyKind.FALLBACK, language)
    said = phrase("in_japanese", language, what="|", counter="|").split("|")[0]
    assert turn.reply.body.startswith(said)
    assert turn.reply.buttons[0].kind == "tel"
    assert len(turn.reply.choices) >= 3
    assert validate_messages(to_line(turn.reply)) == []


def test_the_national_line_is_named_for_the_card(city: CityKnowledge) -> None:
    for language in FOREIGN:
        reply = in_japanese("My Number card", city, Style(language), "e")
        assert reply is not None
        assert FOREIGN_LINE in reply.body
        assert reply.buttons[0].value == FOREIGN_LINE


def test_every_group_has_a_name_in_every_language() -> None:
    for language, sentences in FOREIGN.items():
        for group in _GROUPS:
            assert sentences[f"about_{group.replace('-', '_')}"], language


@pytest.mark.parametrize("style", [Style(), Style("easy")])
def test_not_in_japanese(style: Style, city: CityKnowledge) -> None:
    assert in_japanese("tax card class", city, style, "e") is None


def test_nothing_known_is_the_plain_sentence(city: CityKnowledge) -> None:
    assert in_japanese("zzz qqq", city, Style("en"), "e") is None


def test_a_topic_of_the_same_group_that_was_found_comes_first(city: CityKnowledge) -> None:
    assert in_japanese("my card", city, Style("en"), "e", ["mynumber-card/lost-card"]) is None
    assert in_japanese("my card", city, Style("en"), "e", ["payment/tax-by-smartphone"]) is not None
