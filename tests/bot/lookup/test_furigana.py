"""ふりがな: the right readings, on the kanji alone, of every answer that there is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.lookup.furigana import with_readings, without_readings
from knowledge.dictionary import readings
from knowledge.packs import read_packs

KANJI = re.compile(r"[々〆一-鿿]")


def _written(text: str) -> str:
    """国分寺《こくぶんじ》の窓口《まどぐち》"""
    return "".join(f"{s.text}《{s.reading}》" if s.reading else s.text for s in with_readings(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("国分寺市", "国分寺《こくぶんじ》市《し》"),
        ("府中市", "府中《ふちゅう》市《し》"),
        ("門真市", "門真《かどま》市《し》"),
        ("武蔵野市", "武蔵野《むさしの》市《し》"),
        ("小山市", "小山《おやま》市《し》"),
        ("国分寺市泉町", "国分寺市泉町《こくぶんじしいずみちょう》"),
        ("市役所の窓口", "市役所《しやくしょ》の窓口《まどぐち》"),
        ("暗証番号", "暗証番号《あんしょうばんごう》"),
        ("個人番号カード", "個人番号《こじんばんごう》カード"),
        ("生年月日", "生年月日《せいねんがっぴ》"),
        ("誕生日", "誕生日《たんじょうび》"),
        ("外国人も日本人も", "外国人《がいこくじん》も日本人《にほんじん》も"),
        ("日本語", "日本語《にほんご》"),
        ("令和元年", "令和元年《れいわがんねん》"),
        ("令和4年6月", "令和《れいわ》4年《ねん》6月《がつ》"),
        ("2025年1月6日", "2025年《ねん》1月《がつ》6日《むいか》"),
        ("12月1日", "12月《がつ》1日《ついたち》"),
        ("10日以内", "10日《とおか》以内《いない》"),
        ("14日以内", "14日《じゅうよっか》以内《いない》"),
        ("15日間", "15日《にち》間《かん》"),
        ("20日から", "20日《はつか》から"),
        ("1か月ほど", "1か月《げつ》ほど"),
        ("24時間", "24時間《じかん》"),
        ("30分", "30分《ぷん》"),
        ("1人で、3人で", "1人《ひとり》で、3人《にん》で"),
        ("一人で", "一人《ひとり》で"),
        ("三つと八つ", "三《みっ》つと八《やっ》つ"),
        ("一度", "一度《いちど》"),
        ("何を、何度も", "何《なに》を、何度《なんど》も"),
        ("今日中に", "今日中《きょうじゅう》に"),
        ("市の方は", "市《し》の方《かた》は"),
        ("使い方", "使《つか》い方《かた》"),
        ("英大文字", "英大文字《えいおおもじ》"),
        ("申し込み", "申《もう》し込《こ》み"),
        ("取り組み", "取《と》り組《く》み"),
        ("お問い合わせ", "お問《と》い合《あ》わせ"),
        ("家の外で", "家《いえ》の外《そと》で"),
        ("3階の窓口", "3階《がい》の窓口《まどぐち》"),
        ("スマホを教える側", "スマホを教《おし》える側《がわ》"),
        ("左・上・右", "左《ひだり》・上《うえ》・右《みぎ》"),
        ("検討中でした", "検討中《けんとうちゅう》でした"),
        ("Wi-Fi と QRコード", "Wi-Fi と QRコード"),
        ("", ""),
    ],
)
def test_words_are_read_as_people_say_them(text: str, expected: str) -> None:
    assert _joined(_written(text)) == _joined(expected)


def _joined(written: str) -> str:
    """The same with neighbouring readings as one: where a word is cut in two is no matter."""
    while (
        once := re.sub(r"([々〆一-鿿]+)《([^》]+)》([々〆一-鿿]+)《([^》]+)》", r"\1\3《\2\4》", written)
    ) != written:
        written = once
    return written


def test_a_correction_never_breaks_a_text() -> None:
    for row in readings():
        if row.text:
            assert "".join(s.text for s in with_readings(row.text)) == row.text
            assert "".join(s.reading for s in with_readings(row.text)).replace("ー", "") != ""


def test_every_kanji_of_every_answer_has_a_reading_in_hiragana() -> None:
    unread, odd = set(), set()
    for item in read_packs().entries:
        for text in (item.entry.question, *item.entry.answer.split("\n"), *item.entry.steps):
            segments = with_readings(text)
            assert "".join(s.text for s in segments) == text
            unread |= {s.text for s in segments if KANJI.search(s.text) and not s.reading}
            odd |= {s for s in segments if s.reading and not re.fullmatch("[ぁ-ゖー]+", s.reading)}
    assert unread == set()
    assert odd == set()


@given(st.text(max_size=60))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    assert "".join(s.text for s in with_readings(text)) == text
    assert "".join(s.text for s in without_readings(text)) == text


def test_a_telephone_number_stays_together() -> None:
    assert [s.text for s in with_readings("電話は0120-95-0178です") if s.is_number] == ["0120-95-0178"]
    assert [s.text for s in without_readings("電話は042-325-0111。") if s.is_number] == ["042-325-0111"]
