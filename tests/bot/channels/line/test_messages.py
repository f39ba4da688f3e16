"""What goes out keeps LINE's contract: every entry in every language, every size, and for any text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.line.messages import to_line
from bot.channels.line.standin import validate_messages
from bot.conversation.city import CityKnowledge
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, show_topic, take_turn
from bot.responses.compose import Style
from bot.responses.reply import Button, Choice, Reply, ReplyKind
from bot.responses.text import clip, plain_text, summary, utf16_length
from deploy.cli.sources import city_finder, published
from knowledge.schema import MOST_STEPS, Entry

CITIES = ("fuchu", "kadoma", "musashino", "oyama", "kokubunji")
LANGUAGES = ("ja", "easy", "en", "zh", "ko", "vi", "pt", "tl", "ne")


@cache
def _city(name: str) -> CityKnowledge:
    return city_finder(published(live=False))(name)


@pytest.mark.parametrize("city", CITIES)
def test_every_entry_in_every_language_and_size_is_valid(city: str) -> None:
    knowledge = _city(city)
    for topic in knowledge.entries:
        for language in LANGUAGES:
            for large in (False, True):
                reply = show_topic(topic, knowledge, Style(language, large), about="01KANX0000000000000000000A")
                assert validate_messages(to_line(reply)) == [], (topic, language)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=400), kind=st.sampled_from(list(InboundKind)))
def test_any_text_gets_a_valid_reply(text: str, kind: InboundKind) -> None:
    stored = text.replace("\x00", " ").encode("utf-8", "replace").decode()
    now = datetime(2026, 11, 21, tzinfo=UTC)
    inbound = Inbound(id="e", kind=kind, municipality="oyama", at=now, text=stored, data=stored[:300], person="p")
    reply = take_turn(inbound, Person(), _city("oyama")).reply
    if reply is not None:
        assert validate_messages(to_line(reply)) == []


def test_an_answer_reads_in_order_and_offers_what_comes_next() -> None:
    reply = show_topic("mynumber-card/lost-card", _city("oyama"), Style(), about="e1")
    (message,) = to_line(reply)
    body = [part.get("text") for part in message["contents"]["body"]["contents"] if part["type"] == "text"]
    assert body[0] == reply.heading
    assert body[-1].startswith("出典: ")
    button = message["contents"]["footer"]["contents"][0]["action"]
    assert (button["type"], button["uri"]) == ("uri", "tel:0120950178")
    labels = [item["action"]["label"] for item in message["quickReply"]["items"]]
    assert labels[:2] == ["解決した", "解決しなかった"]
    assert reply.body.split("\n")[0] in message["altText"]


def test_a_number_sign_in_a_telephone_number_is_dialled() -> None:
    reply = Reply(kind=ReplyKind.ANSWER, body="x", buttons=(Button(kind="tel", label="a", value="#7119"),))
    assert "tel:%237119" in str(to_line(reply))


def test_notices_come_first_and_apart() -> None:
    choice = Choice(label="次", data="", says="次")
    messages = to_line(Reply(kind=ReplyKind.NOTICE, body="本文", notices=("注意",), choices=(choice,)))
    assert [m["text"] for m in messages] == ["注意", "本文"]
    assert "quickReply" not in messages[0]
    assert messages[1]["quickReply"]["items"][0]["action"]["type"] == "message"


def test_the_plain_text_says_everything() -> None:
    text = plain_text(show_topic("mynumber-card/lost-card", _city("oyama"), Style(), about=""))
    for words in ("マイナンバーカードをなくしたときは？", "1. ", "0120-95-0178", "出典: "):
        assert words in text


@given(st.text(max_size=60), st.integers(1, 40))
def test_clipping_counts_as_line_does(text: str, limit: int) -> None:
    assert utf16_length(clip(text, limit)) <= limit


def test_the_summary_is_one_line() -> None:
    assert "\n" not in summary(Reply(kind=ReplyKind.ANSWER, heading="a", body="b\nc", steps=("d",)), 400)


def test_the_longest_entry_that_may_be_written_is_valid() -> None:
    knowledge = _city("oyama")
    visible = knowledge.entries["mynumber-card/lost-card"]
    long = visible.entry.model_copy(
        update={
            "question": "長" * 60,
            "answer": "答" * 600,
            "steps": ("手" * 200,) * MOST_STEPS,
            "variants": {},
        }
    )
    entry = Entry.model_validate(long.model_dump())
    full = replace(knowledge, entries={**knowledge.entries, entry.topic: replace(visible, entry=entry)})
    for large in (False, True):
        reply = show_topic(entry.topic, full, Style(large=large), about="01KANX0000000000000000000A")
        assert validate_messages(to_line(reply)) == []
