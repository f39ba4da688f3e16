"""All procedures of a life event in one reply; one question about one thing stays one answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.channels.line.messages import to_line
from bot.channels.line.standin import validate_messages
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.life_events import asked_event, procedures_reply
from bot.conversation.turn import Person, take_turn
from bot.intents import Decision
from bot.responses.compose import Style
from bot.responses.text import plain_text
from deploy.cli.sources import city_finder, published


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("引っ越したら何の手続が要りますか", "moving"),
        ("ひっこしのときの手続き", None),
        ("子どもが生まれたらどんな届けを出すの", "birth"),
        ("結婚したらやること一覧", "marriage"),
        ("父が亡くなった。必要な手続を全部教えて", "condolence"),
        ("会社を辞めたら必要な手続き", "work"),
        ("地震で家が壊れた、何の手続をする", "disaster"),
        ("転出届をネットで出したい", None),
        ("カードをなくした", None),
        ("家が火事です、何をすればいい", None),
        ("主人が倒れて意識がない、介護のときは何をすること", None),
        ("", None),
    ],
)
def test_which_event_is_asked_for(text: str, event: str | None) -> None:
    assert asked_event(text) == event


@pytest.mark.parametrize("event", ["moving", "birth", "marriage", "condolence", "work", "care", "disaster"])
@pytest.mark.parametrize("name", ["fuchu", "kadoma", "musashino", "oyama", "kokubunji"])
def test_every_city_shows_the_procedures_of_every_event(event: str, name: str) -> None:
    city = city_finder(published(live=False))(name)
    for style in (Style(), Style("easy", large=True), Style("en")):
        reply = procedures_reply(event, city, style, about="e")  # type: ignore[arg-type]
        assert reply is not None
        assert 1 <= len(reply.cards) <= 10
        assert reply.source
        assert reply.choices
        assert validate_messages(to_line(reply)) == []
        assert all(card.title in plain_text(reply) for card in reply.cards)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("小山市の転居届は何日以内", "online-procedures/move-in-visit"),
        ("来月引っ越します、何日前から届けられますか", "online-procedures/move-out-online"),
    ],
)
def test_words_that_staff_wrote_to_an_entry_lead_there(text: str, topic: str) -> None:
    city = city_finder(published(live=False))("oyama")
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    turn = take_turn(Inbound(id="e", kind=InboundKind.TEXT, municipality="oyama", at=at, text=text), Person(), city)
    assert turn.reply is not None
    assert turn.reply.topic == topic


def test_a_life_event_is_written_down_like_any_question() -> None:
    city = city_finder(published(live=False))("oyama")
    at = datetime(2026, 11, 20, 2, tzinfo=UTC)
    text = "番号は1234-5678-9018です。引っ越したら何の手続が要りますか"
    inbound = Inbound(id="e", kind=InboundKind.TEXT, municipality="oyama", at=at, text=text)
    turn = take_turn(inbound, Person(), city)
    assert turn.recognition is not None
    assert (turn.recognition.decision, turn.recognition.reason) == (Decision.ANSWER, "life event")
    assert turn.recognition.utterance == "番号は【個人番号】です。引っ越したら何の手続が要りますか"
