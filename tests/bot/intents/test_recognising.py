"""Recognition on the shipped knowledge: right, honest about doubt, and safe for any text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.city import CityKnowledge
from bot.evaluation import questions
from bot.intents import Decision, Index, recognize
from bot.intents.normalising import compact, normalise
from bot.intents.readings import pairs
from deploy.cli.sources import city_finder, published

QUESTIONS = Path(__file__).parent / "questions.tsv"
NASTY = [
    "",
    " ",
    "\ud800",
    "a\x00b",
    "\u200b" * 5000,
    "\u202eabc",
    "👋" * 5000,
    "あ" * 5000,
    "ー" * 5000,
    "カ\u3099" * 2500,
    "1" * 5000,
    "!?。、" * 1250,
    "ﷺ" * 5000,
    "العربية",
    "नेपाली",
]


@pytest.fixture(scope="module")
def find() -> Callable[[str], CityKnowledge]:
    return city_finder(published(live=False))


def test_accuracy_does_not_fall(find: Callable[[str], CityKnowledge]) -> None:
    """The gate: on the project's own questions, asked in words that no phrasing has."""
    rows = questions.read_questions(QUESTIONS.read_text(encoding="utf-8"))
    figures = questions.report(questions.run(rows, find))
    overall, none = figures["overall"], figures["none"]
    assert isinstance(overall, dict)
    assert isinstance(none, dict)
    assert overall["n"] >= 100
    assert overall["right"] / overall["n"] >= 0.78
    assert (overall["right"] + overall["asked_right"]) / overall["n"] >= 0.9
    assert overall["wrong"] / overall["n"] <= 0.02
    assert none["answered"] / none["n"] <= 0.02


def test_the_gates_questions_are_nobodys_phrasing() -> None:
    known = {compact(p) for e in published(live=False).entries for p in (e.entry.question, *e.entry.phrasings)}
    rows = questions.read_questions(QUESTIONS.read_text(encoding="utf-8"))
    assert [row.utterance for row in rows if compact(row.utterance) in known] == []


@pytest.mark.parametrize("text", ["もう死にたいです", "父が倒れて意識がない", "救急車を呼んで", "家が火事です"])
def test_danger_comes_before_everything(find: Callable[[str], CityKnowledge], text: str) -> None:
    for city in ("fuchu", "kadoma", "musashino", "oyama", "kokubunji"):
        recognition = recognize(text, find(city).index)
        assert (recognition.decision, recognition.candidates[0].topic) == (Decision.ANSWER, "conversation/emergency")


def test_every_question_of_every_entry_finds_it(find: Callable[[str], CityKnowledge]) -> None:
    for city in ("fuchu", "kadoma", "musashino", "oyama", "kokubunji"):
        knowledge = find(city)
        for topic, visible in knowledge.entries.items():
            assert recognize(visible.entry.question, knowledge.index).candidates[0].topic == topic


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_texts_are_answered_in_some_way(find: Callable[[str], CityKnowledge], text: str) -> None:
    assert recognize(text, find("oyama").index).decision in Decision


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(
        st.text(st.characters(exclude_categories=[]), max_size=300),
        st.text(st.characters(exclude_categories=[]), min_size=1, max_size=40).map(lambda t: (t * 5000)[:5000]),
    )
)
def test_no_text_makes_recognition_raise(text: str) -> None:
    index = _oyama()
    recognition = recognize(text, index)
    assert 0 <= recognition.confidence <= 1
    assert recognition == recognize(text, index)
    assert _rises([c.confidence for c in recognition.candidates]) == []


def _rises(shown: list[float]) -> list[tuple[float, float]]:
    return [(one, later) for one, later in pairwise(shown) if later > one + 1e-9]


def test_a_candidate_is_never_shown_less_likely_than_a_later_one(find: Callable[[str], CityKnowledge]) -> None:
    for question in questions.read_questions(QUESTIONS.read_text(encoding="utf-8")):
        city = find(question.city)
        found = recognize(question.utterance, city.index, thresholds=city.thresholds)
        assert _rises([c.confidence for c in found.candidates]) == [], question.utterance
        assert sum(c.confidence for c in found.candidates[:3]) <= 1 + 1e-9


@cache
def _oyama() -> Index:
    return city_finder(published(live=False))("oyama").index


def test_a_number_never_reaches_the_words(find: Callable[[str], CityKnowledge]) -> None:
    recognition = recognize("番号は1234-5678-9018です。カードをなくした", find("oyama").index)
    assert recognition.utterance == "番号は【個人番号】です。カードをなくした"
    assert not any(character.isdigit() for word in recognition.tokens for character in word)
    assert recognition.candidates[0].topic == "mynumber-card/lost-card"


def test_another_process_decides_the_same(find: Callable[[str], CityKnowledge]) -> None:
    text = "暗唱番号ロックされた"
    here = recognize(text, find("oyama").index).candidates[:3]
    program = (
        "from deploy.cli.sources import *; from bot.intents import recognize;"
        f"print([(c.entry, c.confidence) for c in recognize({text!r}, city_finder(published(False))('oyama').index)"
        ".candidates[:3]])"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert output.strip() == str([(c.entry, c.confidence) for c in here])


def test_normalising() -> None:
    assert normalise("　ＭＹナンバー　カードー〜〜！！！ ") == "myナンバー カードー!"
    assert compact("カード、なくした！") == compact("カード なくした")
    assert len(normalise("あ" * 9000)) == 1000


def test_sounds_forgive_spelling() -> None:
    assert pairs(["カード"]) == pairs(["かど"]) == ("カド",)
    assert pairs(["キャッシュ"]) == pairs(["キヤツシユ"])
