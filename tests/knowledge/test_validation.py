"""Each rule of the packs, broken once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from knowledge.catalogue import Catalogue, Topic
from knowledge.packs import dump_entry, read_packs, register_of
from knowledge.plain_japanese import easy_faults, sentences
from knowledge.reading import Problem
from knowledge.schema import Entry, NationalFact, PlanFact
from knowledge.validation import RULES, Rule, near_duplicates, validate

TOPICS = {
    "g/lost": Topic(id="g/lost", priority=1, packs=("common", "oyama"), audience=("citizen",)),
    "mynumber-card/lost-card": Topic(
        id="mynumber-card/lost-card", priority=1, packs=("common",), audience=("citizen",)
    ),
    "g/found": Topic(id="g/found", priority=3, packs=("common",), audience=("citizen",)),
    "g/city": Topic(id="g/city", priority=3, packs=("oyama",), audience=("staff",)),
}
FACTS: dict[str, PlanFact | NationalFact] = {
    "A-001": NationalFact(
        id="A-001", publisher="国", as_of="2024", confidence="high", summary="1,000円。24時間 0120-95-0178"
    ),
    "A-002": NationalFact(id="A-002", publisher="国", as_of="2024", confidence="low", summary="うわさ"),
    "A-003": NationalFact(id="A-003", publisher="国", as_of="2024", confidence="high"),
}
WAYS = [
    "なくした",
    "落とした",
    "見当たらない",
    "盗まれた",
    "紛失した",
    "どこかへ行った",
    "失くしました",
    "落としてしまった",
]
EASY = {"question": "なくしました", "answer": "でんわを してください。", "made_from": "0" * 8}


def _good(**changes: Any) -> dict[str, Any]:
    fields = {
        "topic": "g/lost",
        "question": "なくしたときは？",
        "phrasings": WAYS,
        "answer": "電話してください。",
        "sources": ["A-001"],
        "as_of": "2024-09-30",
        "review_by": "2027-03-31",
        **changes,
    }
    revision = Entry.model_validate(fields).text_revision
    variants = changes.get("variants", {"easy": EASY, "en": EASY})
    stamped = {
        k: {**v, "made_from": v["made_from"] if v["made_from"] == "f" * 8 else revision} for k, v in variants.items()
    }
    return {**fields, "variants": stamped}


@pytest.fixture
def problems(tmp_path: Path) -> Callable[..., list[Problem]]:
    def check(*entries: tuple[str, dict[str, Any]], rules: Sequence[Rule] = RULES) -> list[Problem]:
        for pack in ("common", "oyama"):
            (tmp_path / pack).mkdir(exist_ok=True)
            (tmp_path / pack / "pack.yaml").write_text(
                f"id: {pack}\nname: 市\ncounter: {{name: 窓口}}\n", encoding="utf-8"
            )
        for pack, fields in entries:
            entry = Entry.model_validate(fields)
            path = tmp_path / pack / f"{entry.topic}.yaml"
            path.parent.mkdir(exist_ok=True, parents=True)
            path.write_text(dump_entry(entry), encoding="utf-8")
        read = read_packs(tmp_path)
        return validate(read, Catalogue({}, TOPICS), register_of(read.packs.values(), FACTS), rules)

    return check


def _said(found: list[Problem], words: str, level: str = "error") -> bool:
    return any(words in p.message and p.level == level and (p.line or "項目" in words) for p in found)


def test_a_good_entry_has_no_error(problems: Callable[..., list[Problem]]) -> None:
    assert [p for p in problems(("common", _good())) if p.message != "項目がありません"] == []


@pytest.mark.parametrize(
    ("changes", "words", "level"),
    [
        ({"topic": "g/unknown"}, "topics.yaml に無い", "error"),
        ({"topic": "g/city"}, "common のものではありません", "error"),
        ({"phrasings": WAYS[:7]}, "7 個しかありません", "error"),
        ({"answer": "あ" * 301}, "301 文字", "error"),
        ({"answer": "一。二。三。四。"}, "4 文あります", "error"),
        ({"sources": []}, "出典（sources）がありません", "error"),
        ({"sources": ["A-999"]}, "台帳にありません", "error"),
        ({"sources": ["A-003"]}, "要約が台帳に書かれていません", "error"),
        ({"sources": ["A-001", "A-002"]}, "確かさが低い", "warning"),
        ({"answer": "2,000円です。"}, "「2000」が出典にありません", "error"),
        ({"steps": ["30日待ちます。"]}, "「30」が出典にありません", "error"),
        (
            {"actions": [{"kind": "link", "label": "x", "value": "https://example.com/"}]},
            "公式の住所ではありません",
            "error",
        ),
        ({"actions": [{"kind": "ask", "label": "x", "value": "g/nothing"}]}, "関連する質問 g/nothing", "error"),
        ({"variants": {"easy": {**EASY, "made_from": "f" * 8}, "en": EASY}}, "easy が古い", "error"),
        ({"variants": {"en": EASY}}, "やさしい日本語（easy）がありません", "error"),
        ({"variants": {"easy": EASY}}, "英語（en）がありません", "error"),
        ({"variants": {"easy": {**EASY, "answer": "ご覧いただく"}, "en": EASY}}, "敬語があります", "warning"),
    ],
)
def test_each_rule(problems: Callable[..., list[Problem]], changes: dict[str, Any], words: str, level: str) -> None:
    found = problems(("common", _good(**changes)))
    assert _said(found, words, level), found


def test_a_figure_that_a_source_has_may_be_said(problems: Callable[..., list[Problem]]) -> None:
    found = problems(("common", _good(answer="1000円です。24時間、0120-95-0178 へ。")))
    assert [p for p in found if "数字" in p.message] == []


def test_a_topic_that_nobody_wrote_is_listed(problems: Callable[..., list[Problem]]) -> None:
    missing = [p.entry for p in problems(("common", _good())) if p.message == "項目がありません"]
    assert missing == ["common/g/found", "common/mynumber-card/lost-card", "oyama/g/city", "oyama/g/lost"]


def test_a_phrasing_belongs_to_one_topic_of_a_city(problems: Callable[..., list[Problem]]) -> None:
    other = _good(topic="g/found", question="見つけた", phrasings=["なくした！", *"あいうえおかき"])
    assert _said(problems(("common", _good()), ("common", other)), "「なくした」は common/g/found にもあります")


def test_the_citys_own_answer_may_share_a_phrasing_with_the_common_one(
    problems: Callable[..., list[Problem]],
) -> None:
    found = problems(("common", _good()), ("oyama", _good()))
    assert not _said(found, "にもあります")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "とても " * 16 + "ながい 文です。",
            "文字あります",
        ),
        ("行かないわけではありません。", "打ち消し"),
        ("ご覧ください。お伺いします。", "敬語"),
    ],
)
def test_what_is_hard_in_easy_japanese(text: str, words: str) -> None:
    assert any(words in fault for fault in easy_faults(text))


def test_readings_in_brackets_do_not_count() -> None:
    text = "窓口（まどぐち）で 申請書（しんせいしょ）を 出（だ）して、カードを 受（う）け取（と）って ください。"
    assert list(easy_faults(text)) == []
    assert sentences("一。二！\n三") == ["一。", "二！", "三"]


def test_what_is_asked_most_is_written_in_every_language(problems: Callable[..., list[Problem]]) -> None:
    found = problems(("common", _good(topic="mynumber-card/lost-card")))
    assert [p.message[:2] for p in found if "よく聞かれる項目" in p.message] == ["ko", "ne", "pt", "tl", "vi", "zh"]


def test_phrasings_that_hardly_differ_are_listed(problems: Callable[..., list[Problem]]) -> None:
    ways = ["財布ごとどこかに置き忘れて見つからない", *"あいうえおかき"]
    other = _good(topic="g/found", question="見つけた", phrasings=ways)
    first = _good(phrasings=[*WAYS, "財布ごとどこかへ置き忘れて見つからない"])
    assert _said(problems(("common", first), ("common", other), rules=[near_duplicates]), "ほとんど同じです", "warning")


def test_faults_of_listings_are_among_the_problems(problems: Callable[..., list[Problem]], tmp_path: Path) -> None:
    (tmp_path / "oyama").mkdir()
    (tmp_path / "oyama/places.yaml").write_text("- {id: hall}\n", encoding="utf-8")
    assert _said(problems(("common", _good())), "name: 書かれていません")


def test_a_figure_of_a_translation_needs_a_source_too(problems: Callable[..., list[Problem]]) -> None:
    easy = {**EASY, "answer": "2022年です。30日 まちます。"}
    found = problems(("common", _good(answer="令和4年です。", variants={"easy": easy, "en": EASY})))
    assert [p.message for p in found if "数字" in p.message] == ["数字「30」が出典にありません"]
