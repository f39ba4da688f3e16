"""Fitting with and without the meaning of texts, on a small knowledge base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bot.conversation.city import CityKnowledge
from bot.evaluation import fitting
from bot.evaluation.questions import Question
from bot.intents import Lexicon, Meaning, PreparedLexicon, build_index, prepare_lexicon
from bot.intents.calibration import Ranker
from bot.intents.certainty import SIGNS
from bot.intents.meaning import Vectors
from bot.intents.ranking import FEATURES, MEANING


class Letters:
    """A toy meaning: which characters a text has."""

    languages = frozenset({"ja"})

    def __init__(self) -> None:
        self.count = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.count += len(texts)
        rows = np.zeros((len(texts), 128), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[0] = 1
            np.add.at(row, [1 + ord(c) % 127 for c in text], 1)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def _small(city: CityKnowledge, meaning: Meaning | None) -> tuple[PreparedLexicon, CityKnowledge]:
    """A few entries of the small knowledge base, without the many matters that are answered elsewhere."""
    lexicon = fitting.kept(prepare_lexicon(Lexicon(), meaning))
    documents = [document for document in city.index.documents() if not document.outside]
    return lexicon, replace(city, index=build_index(documents, lexicon))


@pytest.mark.parametrize("meaning", [None, Letters()], ids=["words", "meaning"])
def test_what_is_fitted_has_a_weight_for_all_that_is_known(city: CityKnowledge, meaning: Meaning | None) -> None:
    lexicon, small = _small(city, meaning)
    extra = [MEANING] if meaning else []
    taught = fitting.fit_ranker(list(fitting.choices(small, lexicon)))
    untaught = fitting.fit_ranker(list(fitting.untaught_choices(small, lexicon)))
    assert [*taught] == [*untaught] == [*FEATURES, *extra]
    asked = [
        Question("kokubunji", text, frozenset({topic}), "short")
        for text, topic in (("カードを落とした", "mynumber-card/lost-card"), ("人と話したい", "x"), ("使い方", "x"))
    ]
    found = fitting.examples(asked, lambda _: small, lexicon, Ranker(taught, untaught))
    models = fitting.fit_calibration(found, weight_of_strangers=1.0)
    assert [*models["first"].weights] == [*models["among"].weights] == [*SIGNS, *extra]
    assert 0 <= fitting.calibration_error(models["first"], found) <= 1


def test_fitting_encodes_a_text_once(city: CityKnowledge) -> None:
    letters = Letters()
    lexicon, small = _small(city, letters)
    list(fitting.choices(small, lexicon))
    once = letters.count
    list(fitting.choices(small, lexicon))
    assert letters.count == once


def test_questions_whose_language_has_no_meaning_are_left_to_the_other_coefficients(city: CityKnowledge) -> None:
    lexicon, small = _small(city, Letters())
    asked = [Question("kokubunji", text, frozenset({"x"}), "short") for text in ("I lost my card", "カードを落とした")]
    assert len(fitting.examples(asked, lambda _: small, lexicon, fitting.FIRST_GUESS)) == 1
