"""Languages of short texts; kanji alone are Japanese."""

from __future__ import annotations

import pytest

from bot.intents.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("カードをなくした", "ja"),
        ("住民票", "ja"),
        ("転入届 期限", "ja"),
        ("市役所 電話番号", "ja"),
        ("QR", "ja"),
        ("iPhone", "ja"),
        ("", "ja"),
        ("👋", "ja"),
        ("I lost my card", "en"),
        ("How do I apply for a My Number Card?", "en"),
        ("我的卡丢了怎么办", "zh"),
        ("在哪里办理", "zh"),
        ("我要真人回答", "zh"),
        ("我孫子市", "ja"),
        ("マイナンバーカード是啥", "zh"),
        ("在家用电脑申请マイナンバーカード", "zh"),
        ("サービス需要調査", "ja"),
        ("マイナンバーカード申請方法", "ja"),
        ("카드를 잃어버렸어요", "ko"),
        ("Tôi bị mất thẻ", "vi"),
        ("Perdi meu cartão", "pt"),
        ("Nawala ang card ko", "tl"),
        ("मेरो कार्ड हरायो", "ne"),
    ],
)
def test_language_of(text: str, language: str) -> None:
    assert language_of(text) == language
