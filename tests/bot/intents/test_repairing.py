"""Slips of the thumb and wrong kanji are read as words that the packs have; words that are known are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents import Document, Lexicon, build_index, prepare_lexicon
from bot.intents.flick import SLIP, distance, is_slip
from bot.intents.ranking import prepare

INDEX = build_index(
    (
        Document("c/a/renew", "a/renew", ("カードの更新の期限は？", "電子証明書を更新したい")),
        Document("c/a/login", "a/login", ("マイナポータルにログインできない", "パスワードを忘れた")),
        Document("c/a/form", "a/form", ("申請書をなくした", "住所が変わった")),
    ),
    prepare_lexicon(Lexicon()),
)


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        ("ロ", "ル", True),
        ("ア", "カ", True),
        ("ハ", "バ", True),
        ("ツ", "ッ", True),
        ("ワ", "ヤ", True),
        ("ア", "ナ", False),
        ("ア", "モ", False),
        ("サ", "タ", False),
        ("A", "ア", False),
        ("ア", "ア", False),
    ],
)
def test_slips_of_the_thumb(typed: str, meant: str, expected: bool) -> None:
    assert is_slip(typed, meant) is expected
    assert is_slip(meant, typed) is expected


@given(
    st.text("アカサタナハマヤラワンーガパッ字a", max_size=12), st.text("アカサタナハマヤラワンーガパッ字a", max_size=12)
)
def test_distance_is_a_distance(one: str, other: str) -> None:
    assert distance(one, other) == pytest.approx(distance(other, one))
    assert (distance(one, other) == 0) == (one == other)
    assert abs(len(one) - len(other)) <= distance(one, other) + 1e-9 <= max(len(one), len(other)) + 1e-8


def test_a_slip_costs_less_than_another_letter() -> None:
    assert distance("ログオン", "ログイン") == SLIP
    assert distance("ログモン", "ログイン") == 1


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("サイトにログオンできない", "ログイン"),
        ("パソワードを忘れた", "パスワード"),
        ("電子証明書の高新", "更新"),
        ("カードの機嫌", "期限"),
        ("従所が変わった", "住所"),
    ],
)
def test_words_are_mended(typed: str, word: str) -> None:
    query = prepare(typed, INDEX)
    assert word in query.words
    assert word in {repair.read_as for repair in query.repairs}


@pytest.mark.parametrize("typed", ["カードの更新の期限は", "住所が変わった", "申請書", "宇宙", "ネコ", "ペリカン"])
def test_what_is_known_or_far_from_all_stays(typed: str) -> None:
    assert prepare(typed, INDEX).repairs == ()
