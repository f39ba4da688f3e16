"""The situation with the card is told from a question; topics have the situations they are written for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.situations import _OF_TOPIC, NOWHERE, Situation, situation_of, situations_in
from deploy.cli.sources import published


@pytest.mark.parametrize(
    ("text", "situation"),
    [
        ("カードを作りたい", Situation.NEW),
        ("先月出したのにまだ届かない", Situation.WAITING),
        ("はがきが来たので取りに行く", Situation.COLLECT),
        ("更新のお知らせ", Situation.RENEW),
        ("どこかに落とした", Situation.LOST),
        ("４桁の暗証", Situation.PIN),
        ("ひっこした", Situation.MOVING),
        ("結婚して名字が変わった", Situation.NAME),
        ("父の代理で行く", Situation.PROXY),
        ("孫のカード", Situation.CHILD),
        ("在留カードの人", Situation.FOREIGN),
        ("保険証にする", Situation.USE),
        ("情報が漏れないか心配", Situation.WORRY),
        ("子どものカードをなくした", Situation.CHILD | Situation.LOST),
        ("こんにちは", NOWHERE),
        ("", NOWHERE),
    ],
)
def test_situations_of_questions(text: str, situation: Situation) -> None:
    assert situations_in(text) == situation


def test_every_topic_with_a_situation_exists() -> None:
    known = {entry.entry.topic for entry in published(live=False).entries}
    assert set(_OF_TOPIC) <= known


def test_every_situation_has_a_topic() -> None:
    named = NOWHERE
    for topic in _OF_TOPIC:
        named |= situation_of(topic)
    assert list(named) == list(Situation)
    assert situation_of("plan/plan-goals") == NOWHERE


@given(st.text(st.characters(exclude_categories=[]), max_size=500))
def test_no_text_makes_it_raise(text: str) -> None:
    assert situations_in(text) in ~NOWHERE | NOWHERE
