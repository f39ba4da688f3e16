"""Requests to act, and things that are somebody else's: what speaks against answering."""

from __future__ import annotations

import pytest

from bot.intents import Document, Lexicon, build_index, prepare_lexicon
from bot.intents.acting import asks_to_act
from bot.intents.calibration import calibration
from bot.intents.certainty import SIGNS, signs
from bot.intents.owners import names_foreign_owner, names_owner
from bot.intents.ranking import prepare, rank
from bot.intents.strangeness import share_outside

INDEX = build_index(
    (
        Document("c/a/pin", "a/pin", ("暗証番号を忘れた", "カードの暗証番号が分からない")),
        Document("outside/bank", "outside/bank", ("銀行の口座を作りたい", "銀行の窓口"), outside=True),
        Document("c/a/account", "a/account", ("公金の口座を登録したい", "銀行の口座を国に登録する")),
    ),
    prepare_lexicon(Lexicon(synonyms=(("暗証番号", "パスワード", "PIN"),))),
)


@pytest.mark.parametrize(
    "text",
    [
        "申し込んでおいて",
        "予約を取っといてや",
        "こちらの書類を出しておいてください",
        "住所を直しておいてもらえますか",
        "窓口を予約してください",
        "取り消して。",
        "Could you book it for me?",
        "请帮我办理",
        "대신 신청해 주세요",
    ],
)
def test_requests_to_act(text: str) -> None:
    assert asks_to_act(text)


@pytest.mark.parametrize(
    "text",
    [
        "予約はどうするの",
        "家に来て申請を受けてもらえますか",
        "投票用紙を送ってほしい",
        "やり方を教えて",
        "もっと大きい字にして",
        "英語で話して",
        "職員に代わって",
        "代わりに行ってもらえる？",
        "置いておいた",
        "暗証番号を紙に書いておいてもいいですか",
        "",
    ],
)
def test_no_requests_to_act(text: str) -> None:
    assert not asks_to_act(text)


def test_owners_are_named() -> None:
    assert names_owner(["銀行", "番号"])
    assert not names_owner(["番号", "カード"])
    assert names_foreign_owner("I lost my passport")
    assert not names_foreign_owner("I lost my My Number Card")


def _signs(text: str) -> dict[str, float]:
    query = prepare(text, INDEX)
    return dict(signs(query, rank(query, INDEX, calibration().ranker), INDEX))


def test_a_word_that_only_others_have_speaks_against_the_first() -> None:
    own, others = _signs("カードの暗証番号"), _signs("銀行の暗証番号")
    assert set(own) == set(SIGNS)
    assert (own["owner"], others["owner"]) == (0, 1)
    assert others["alien"] > own["alien"] == 0
    assert others["unasked"] > own["unasked"]
    assert _signs("銀行の口座を国に登録する")["owner"] == 0


def test_the_share_of_documents_that_are_not_answered_here() -> None:
    assert share_outside("銀行", INDEX, "ja") == pytest.approx(1 / 3)
    assert share_outside("暗証", INDEX, "ja") == share_outside("犬", INDEX, "ja") == 0


def test_synonyms_never_make_more_than_all_of_a_question() -> None:
    query = prepare("暗証番号 パスワード PIN", INDEX)
    for ranked in rank(query, INDEX, calibration().ranker):
        assert ranked.features["coverage"] <= 1 + 1e-6
        assert ranked.features["typical"] <= 1 + 1e-6
        assert ranked.features["phrasing"] <= 1 + 1e-6
