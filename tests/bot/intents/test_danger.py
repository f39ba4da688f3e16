"""Danger to life is never weighed; everyday questions are never taken for it."""

from __future__ import annotations

import pytest

from bot.intents.danger import is_dangerous
from deploy.cli.sources import published


@pytest.mark.parametrize(
    "text",
    [
        "もう死にたい",
        "生きるのがつらいです",
        "救急車を呼んでください",
        "ばあちゃんが風呂場で倒れて返事をしない",
        "父の意識がありません",
        "隣の人が倒れている",
        "主人が息をしていません",
        "胸が苦しくて動けない",
        "家が火事です",
        "台所から煙が出てる",
        "知らない人が家に入ってきた",
        "泥棒がいる",
        "夫に殴られた",
    ],
)
def test_danger(text: str) -> None:
    assert is_dangerous(text)


@pytest.mark.parametrize(
    "text",
    [
        "人が少ない時間に行きたい",
        "子どもの意見を出したい",
        "家族の代わりに行く",
        "火事の罹災証明",
        "息子が代理で行く",
        "血圧の検診",
    ],
)
def test_no_danger(text: str) -> None:
    assert not is_dangerous(text)


def test_no_phrasing_of_another_topic_sounds_dangerous() -> None:
    alarming = [
        (entry.entry.topic, text)
        for entry in published(live=False).entries
        for text in (entry.entry.question, *entry.entry.phrasings)
        if is_dangerous(text) and entry.entry.topic not in ("conversation/emergency", "information/holiday-clinic")
    ]
    assert alarming == []
