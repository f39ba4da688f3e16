"""What is said in return to each thing a person can do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, Turn, take_turn
from bot.intents import Lexicon, prepare_lexicon
from bot.responses.reply import ReplyKind
from bot.responses.signals import Signal, Tap, decode
from knowledge.published import Published
from knowledge.schema import Sureness

EMPTY = prepare_lexicon(Lexicon())


def _turn(city: CityKnowledge, now: datetime, kind: InboundKind = InboundKind.TEXT, **more: object) -> Turn:
    values = {"id": "e1", "municipality": city.municipality, "at": now, "kind": kind, "person": "p", **more}
    return take_turn(Inbound.model_validate(values), Person(), city)


def test_an_answer_has_its_source_and_ways_on(city: CityKnowledge, now: datetime) -> None:
    reply = _turn(city, now, text="カードをなくした").reply
    assert reply is not None
    assert (reply.kind, reply.entry) == (ReplyKind.ANSWER, "common/mynumber-card/lost-card")
    assert reply.source == "自治体の案内（2024年9月30日時点）"
    assert [b.value for b in reply.buttons] == ["0120-95-0178"]
    assert [c.says for c in reply.choices] == [
        "解決した",
        "解決しなかった",
        "なくしたカードが見つかったら？",
        "職員に相談",
    ]


def test_the_citys_own_answer_is_found_by_the_common_phrasing(city: CityKnowledge, now: datetime) -> None:
    reply = _turn(city, now, text="シニア向けのスマホ教室").reply
    assert reply is not None
    assert reply.entry == "kokubunji/smartphone-class/find-a-class"


def test_what_has_no_answer_names_telephone_and_counter(city: CityKnowledge, now: datetime) -> None:
    turn = _turn(city, now, text="ゑゐゑゐ")
    assert turn.reply is not None
    assert turn.reply.kind is ReplyKind.FALLBACK
    assert "国分寺市の窓口" in turn.reply.body
    assert [b.value for b in turn.reply.buttons] == ["042-325-0111", "https://www.city.kokubunji.tokyo.jp/"]


def test_what_belongs_elsewhere_is_named_with_whom_to_ask(city: CityKnowledge, now: datetime) -> None:
    turn = _turn(city, now, text="粗大ごみを出したい")
    assert turn.reply is not None
    assert turn.reply.kind is ReplyKind.FALLBACK
    assert "ここでは答えられません" in turn.reply.body
    assert "ごみ" in turn.reply.body


def test_a_city_without_a_known_telephone_offers_the_national_line(published: Published, now: datetime) -> None:
    oyama = city_knowledge(published, "oyama", now.date(), EMPTY, common_shelf(published, now.date(), EMPTY))
    reply = _turn(oyama, now, text="ゑゐゑゐ").reply
    assert reply is not None
    assert [b.value for b in reply.buttons] == ["0120-95-0178"]


def test_a_number_that_was_typed_is_kindly_warned_of(city: CityKnowledge, now: datetime) -> None:
    turn = _turn(city, now, text="【12桁の番号】 カードをなくした", masked=("【12桁の番号】",))
    assert turn.reply is not None
    assert "送らないでください" in turn.reply.notices[0]
    assert turn.reply.entry == "common/mynumber-card/lost-card"


@pytest.mark.parametrize(
    ("tap", "verdict", "reason"),
    [
        (Tap(Signal.SOLVED, about="e0"), "solved", ""),
        (Tap(Signal.NOT_SOLVED, about="e0"), "not solved", ""),
        (Tap(Signal.WHY, "old", "e0"), "not solved", "old"),
        (Tap(Signal.NONE_OF_THESE, about="e0"), "none of these", ""),
        (Tap(Signal.TOPIC, "mynumber-card/lost-card", "e0"), "chosen", "common/mynumber-card/lost-card"),
    ],
)
def test_a_tap_says_something_of_the_earlier_answer(
    city: CityKnowledge, now: datetime, tap: Tap, verdict: str, reason: str
) -> None:
    turn = _turn(city, now, InboundKind.TAP, data=tap.encode())
    assert turn.feedback is not None
    assert (turn.feedback.about, turn.feedback.verdict, turn.feedback.reason) == ("e0", verdict, reason)


@pytest.mark.parametrize("data", ["", "do=unknown", "old=button", "do=topic&of=no/such", "%%%", "do=human", "do=menu"])
def test_any_button_gets_an_answer(city: CityKnowledge, now: datetime, data: str) -> None:
    reply = _turn(city, now, InboundKind.TAP, data=data).reply
    assert reply is not None
    assert reply.choices or reply.buttons


_SILENT = {InboundKind.UNFOLLOW, InboundKind.UNSEND, InboundKind.IGNORED}


@pytest.mark.parametrize("kind", list(InboundKind))
@pytest.mark.parametrize("text", ["", "あ", "👋👋👋", "https://example.com", "カード" * 300])
def test_no_reply_is_a_dead_end(city: CityKnowledge, now: datetime, kind: InboundKind, text: str) -> None:
    reply = _turn(city, now, kind, text=text, message="m").reply
    if kind in _SILENT:
        assert reply is None
    else:
        assert reply is not None
        assert reply.choices


def test_the_greeting_says_what_is_stored(city: CityKnowledge, now: datetime) -> None:
    reply = _turn(city, now, InboundKind.FOLLOW).reply
    assert reply is not None
    assert "国分寺市" in reply.body
    assert "1年" in reply.body
    assert len(reply.choices) == 3


def test_taps_read_back_as_written() -> None:
    tap = Tap(Signal.TOPIC, "mynumber-card/lost-card", "01KANX0000000000000000000A")
    assert decode(tap.encode()) == tap
    assert len(tap.encode()) <= 300


def test_a_city_may_want_to_be_surer(published: Published, now: datetime) -> None:
    strict = published.packs["kokubunji"].model_copy(update={"sureness": Sureness(answer=1, ask=1)})
    changed = replace(published, packs={**published.packs, "kokubunji": strict})
    city = city_knowledge(changed, "kokubunji", now.date(), EMPTY, common_shelf(changed, now.date(), EMPTY))
    reply = _turn(city, now, text="カードを落としてなくしたみたい").reply
    assert reply is not None
    assert reply.kind is ReplyKind.FALLBACK
