"""Two situations that are as likely are asked for with one short question; otherwise the questions themselves are."""

from __future__ import annotations

import pytest

from bot.channels.line.messages import to_line
from bot.channels.line.standin import validate_messages
from bot.conversation.city import CityKnowledge
from bot.conversation.turn import reply_to
from bot.intents import Candidate, Decision, Recognition
from bot.responses.compose import Style
from bot.responses.reply import Reply
from deploy.cli.sources import city_finder, published

WHICH = "カードのことですね。近いものを選んでください。"


@pytest.fixture(scope="module")
def city() -> CityKnowledge:
    return city_finder(published(live=False))("oyama")


def _asked(city: CityKnowledge, *likely: tuple[str, float], style: Style | None = None) -> Reply:
    found = tuple(Candidate(city.entries[topic].id, topic, confidence) for topic, confidence in likely)
    recognition = Recognition("", Decision.ASK, likely[0][1], found, "several possible")
    return reply_to(recognition, city, style or Style(), about="e")


def test_two_situations(city: CityKnowledge) -> None:
    reply = _asked(city, ("mynumber-card/lost-card", 0.3), ("mynumber-card/renew-card", 0.25))
    assert reply.body == WHICH
    assert [option.label for option in reply.options] == ["なくした・見つけた", "更新・期限", "この中にない"]
    assert validate_messages(to_line(reply)) == []


def test_a_third_of_the_same_situation_keeps_its_question(city: CityKnowledge) -> None:
    topics = ("mynumber-card/lost-card", "mynumber-card/renew-card", "mynumber-card/card-expiry")
    labels = [option.label for option in _asked(city, *((topic, 0.2) for topic in topics)).options]
    assert labels[0] == "なくした・見つけた"
    assert "更新・期限" not in labels
    assert len(labels) == 4


@pytest.mark.parametrize(
    "likely",
    [
        (("mynumber-card/lost-card", 0.5), ("mynumber-card/renew-card", 0.1)),
        (("mynumber-card/lost-card", 0.3), ("mynumber-card/found-after-lost", 0.3)),
        (("mynumber-card/lost-card", 0.3), ("counters/counter-hours", 0.3)),
        (("mynumber-card/lost-card", 0.3),),
    ],
)
def test_else_the_questions_are_shown(city: CityKnowledge, likely: tuple[tuple[str, float], ...]) -> None:
    assert _asked(city, *likely).body != WHICH


def test_situations_are_named_in_japanese_only(city: CityKnowledge) -> None:
    likely = (("mynumber-card/lost-card", 0.3), ("mynumber-card/renew-card", 0.3))
    assert _asked(city, *likely, style=Style("en")).body != WHICH
