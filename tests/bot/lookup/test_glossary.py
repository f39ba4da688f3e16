"""The words of the smartphone: enough, short, in plain sentences, and found where they stand."""

from __future__ import annotations

import pytest

from bot.lookup.glossary import MOST, by_category, terms_in
from knowledge.glossary import glossary

WANTED = [
    "タップ",
    "スワイプ",
    "QRコード",
    "アプリ",
    "Wi-Fi",
    "ログイン",
    "パスワード",
    "OS",
    "アップデート",
    "スクリーンショット",
    "URL",
    "SMS",
]


def test_the_words_of_a_class_are_explained_in_one_or_two_polite_sentences() -> None:
    assert len(glossary()) >= 40
    assert set(WANTED) <= {term.word for term in glossary()}
    for term in glossary():
        sentences = term.meaning.removesuffix("。").split("。")
        assert term.meaning.endswith("。")
        assert len(sentences) <= 2
        assert all(s.endswith(("です", "ます", "ません", "ください")) or "（" in s for s in sentences), term.meaning


def test_no_spelling_stands_twice() -> None:
    spellings = [s.casefold() for term in glossary() for s in (term.word, *term.also)]
    assert len(spellings) == len(set(spellings))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("アプリを入れて、QRコードを読みます。", ["アプリ", "QRコード"]),
        ("スマホアプリ", ["アプリ"]),
        ("アイコンをタップし、もう一度タップします。", ["アイコン", "タップ"]),
        ("ダブルタップ", ["ダブルタップ"]),
        ("無線LANとwi-fi", ["Wi-Fi"]),
        ("COVIDのこと", []),
        ("IDとパスワード", ["ID", "パスワード"]),
        ("キャビネット", []),
        ("", []),
    ],
)
def test_words_are_found_where_they_stand_by_themselves(text: str, words: list[str]) -> None:
    assert [term.word for term in terms_in(text)] == words


def test_a_few_words_are_explained_and_all_are_listed() -> None:
    everything = "".join(f"「{term.word}」" for term in glossary())
    assert len(terms_in(everything)) == MOST
    assert sum(map(len, by_category().values())) == len(glossary())
