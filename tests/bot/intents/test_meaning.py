"""Meaning as an optional part: what it adds, and that without it nothing changes. The encoder here is a toy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.intents import Decision, Document, Index, Lexicon, build_index, prepare_lexicon, recognize
from bot.intents.calibration import Logistic, calibration
from bot.intents.certainty import SIGNS
from bot.intents.meaning import Kept, Sense, Vectors
from bot.intents.ranking import FEATURES, MEANING, prepare
from bot.intents.tokenising import analyse

SAME = {"逝去": "死亡", "他界": "死亡", "無くなる": "死亡"}
DOCUMENTS = (
    Document("common/a/dead", "a/dead", ("死亡届の出し方は？",), "市の窓口に出してください。"),
    Document("common/a/bin", "a/bin", ("ごみの日は？",), "町ごとに違います。", {"vi": ("Ngày đổ rác?",)}),
    Document("common/b/pool", "b/pool", ("プールは開いていますか？",)),
)


class ToyMeaning:
    """Adds up the words' vectors, which chance gave them; some words mean the same."""

    languages = frozenset({"ja", "en"})

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.seen += texts
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> Vectors:
        words = [SAME.get(word, word) for word in analyse(text).words] or ["nothing"]
        total = sum(np.random.default_rng(crc32(word.encode())).normal(size=64) for word in words)
        return np.asarray(total / np.linalg.norm(total), dtype=np.float32)


def _index(toy: ToyMeaning | None, documents: Sequence[Document] = DOCUMENTS) -> Index:
    return build_index(documents, prepare_lexicon(Lexicon(), toy))


def test_words_that_nobody_wrote_are_found_by_their_meaning() -> None:
    assert [c.topic for c in recognize("逝去", _index(None)).candidates] == []
    assert recognize("逝去", _index(ToyMeaning())).candidates[0].topic == "a/dead"


def test_without_it_nothing_is_known_of_meaning() -> None:
    recognition = recognize("死亡した", _index(None))
    assert set(recognition.candidates[0].features) == set(FEATURES)
    assert set(recognition.signs) == set(SIGNS)


def test_with_it_every_candidate_has_its_cosine() -> None:
    recognition = recognize("死亡した", _index(ToyMeaning()))
    assert all(-1.0001 <= c.features[MEANING] <= 1.0001 for c in recognition.candidates)
    assert len(recognition.candidates) == len(DOCUMENTS)
    assert set(recognition.signs) == {*SIGNS, MEANING}


def test_a_language_that_it_does_not_know_is_recognised_as_without_it() -> None:
    text = "Ngày nào đổ rác vậy?"
    assert recognize(text, _index(ToyMeaning())) == recognize(text, _index(None))
    assert prepare(text, _index(ToyMeaning()), "vi").meaning is None


def test_an_edit_encodes_only_what_is_new() -> None:
    toy = ToyMeaning()
    lexicon = prepare_lexicon(Lexicon(), toy)
    build_index(DOCUMENTS, lexicon)
    toy.seen.clear()
    build_index([*DOCUMENTS[:2], replace(DOCUMENTS[2], phrasings=("プールの休みは？",))], lexicon)
    assert toy.seen == ["プールの休みは?"]


def test_questions_are_not_kept() -> None:
    toy = ToyMeaning()
    sense = Sense(toy)
    first, second = sense.of("死亡した"), sense.of("死亡した")
    assert toy.seen == ["死亡した", "死亡した"]
    assert np.array_equal(first, second)


def test_for_measuring_questions_are_kept() -> None:
    toy = ToyMeaning()
    sense = Sense(toy).keeping()
    sense.of("死亡した")
    sense.of("死亡した")
    assert toy.seen == ["死亡した"]
    assert sense.knows("ja")
    assert not sense.knows("vi")


def test_a_documents_vector_has_length_1_and_does_not_depend_on_the_others() -> None:
    together = Sense(ToyMeaning()).of_documents(DOCUMENTS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1)
    for document, row in zip(DOCUMENTS, together, strict=True):
        assert np.array_equal(Sense(ToyMeaning()).of_documents([document])[0], row)


def test_without_an_answer_the_question_alone_counts() -> None:
    sense = Sense(ToyMeaning())
    assert np.allclose(sense.of_documents(DOCUMENTS[2:])[0], sense.of(DOCUMENTS[2].phrasings[0]))


def test_of_nothing_there_are_no_vectors() -> None:
    assert len(Sense(ToyMeaning()).of_documents([])) == 0
    assert recognize("死亡", _index(ToyMeaning(), [])).decision is Decision.FALLBACK


def test_what_is_kept_is_bounded() -> None:
    toy = ToyMeaning()
    kept = Kept(toy, most=1)
    kept.encode(["死亡", "ごみ", "死亡"])
    assert toy.seen == ["死亡", "ごみ", "死亡"]


@pytest.mark.parametrize("semantic", [False, True])
def test_coefficients_name_what_is_known(semantic: bool) -> None:
    models = calibration(semantic)
    extra = {MEANING} if semantic else set()
    assert set(models.ranker.taught) == set(models.ranker.untaught) == {*FEATURES, *extra}
    logistic: tuple[Logistic, Logistic] = (models.first, models.among)
    assert all(set(model.weights) == {*SIGNS, *extra} for model in logistic)


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.characters(exclude_categories=[]), max_size=300))
def test_no_text_makes_recognition_by_meaning_raise(text: str) -> None:
    recognition = recognize(text, _index(ToyMeaning()))
    assert 0 <= recognition.confidence <= 1
