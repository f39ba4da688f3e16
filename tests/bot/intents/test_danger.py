"""Danger to life is never weighed; everyday questions are never taken for it."""

from __future__ import annotations

import pytest

from bot.intents.danger import is_dangerous, language_of_danger
from bot.intents.recognising import recognize
from deploy.cli.sources import city_finder, published


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
    ("text", "language"),
    [
        ("fire!", "en"),
        ("my house is on fire", "en"),
        ("I can't breathe", "en"),
        ("着火了", "zh"),
        ("我不想活了", "zh"),
        ("救命", "zh"),
        ("불이 났어요", "ko"),
        ("cháy nhà", "vi"),
        ("cap cuu", "vi"),
        ("socorro", "pt"),
        ("quero morrer", "pt"),
        ("saklolo", "tl"),
        ("may sunog", "tl"),
        ("आगो लाग्यो", "ne"),
    ],
)
def test_danger_in_other_languages(text: str, language: str) -> None:
    assert language_of_danger(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "救命講習はいつ",
        "help me apply for the card",
        "where is the fire station",
        "como ligar para a prefeitura",
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
        for variant in (entry.entry, *entry.entry.variants.values())
        for text in (variant.question, *variant.phrasings)
        if is_dangerous(text) and entry.entry.topic not in ("conversation/emergency", "information/holiday-clinic")
    ]
    assert alarming == []


def test_every_way_to_call_for_help_is_answered_in_every_city_and_language() -> None:
    find = city_finder(published(live=False))
    missed = [
        (name, language, text)
        for name in ("fuchu", "kadoma", "kokubunji", "musashino", "oyama")
        for language, variant in find(name).entries["conversation/emergency"].entry.variants.items()
        for text in variant.phrasings
        if (best := recognize(text, find(name).index).best) is None or best.topic != "conversation/emergency"
    ]
    assert missed == []
