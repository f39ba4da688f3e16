"""Building and asking from 500 to 500,000 phrasings, beside what one might have used instead.

Everybody gets the same texts already taken apart, and a question as somebody types it. The others search words alone:
no sound for mistyped ones, no answers, no probability. `table.py` reads `extra_info`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import cycle

import bm25s
import pytest
import tantivy
from conftest import Corpus
from pytest_benchmark.fixture import BenchmarkFixture
from rapidfuzz import fuzz, process
from sudachipy import Dictionary, SplitMode

from bot.intents import assemble, build_shelf, recognize

SIZES = [500, 5_000, 50_000, 500_000]
LARGEST = int(os.environ.get("BENCH_LARGEST", "500000"))
SHOWN = 12
"""How many of the best each engine is asked for."""
TOKENISED = 5_000
"""Texts that bare tokenising is measured on; more take proportionally longer."""

Ask = Callable[[str], object]


def of_madoguchi(corpus: Corpus) -> Ask:
    """This program's index."""
    index = assemble([build_shelf(corpus.documents, corpus.lexicon)], corpus.lexicon)
    return lambda question: recognize(question, index)


def of_bm25s(corpus: Corpus) -> Ask:
    """bm25s, each phrasing a document."""
    engine = bm25s.BM25()
    engine.index(corpus.words, show_progress=False)
    best = min(SHOWN, corpus.size)
    return lambda question: engine.retrieve([corpus.asked(question)], k=best, show_progress=False)


def of_tantivy(corpus: Corpus) -> Ask:
    """Tantivy in memory, each phrasing a document. It builds with as many threads as it likes."""
    schema = tantivy.SchemaBuilder().add_text_field("words", tokenizer_name="whitespace").build()
    index = tantivy.Index(schema)
    writer = index.writer()
    for words in corpus.words:
        writer.add_document(tantivy.Document(words=" ".join(words)))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(question: str) -> object:
        terms = [tantivy.Query.term_query(schema, "words", word) for word in corpus.asked(question)]
        return searcher.search(tantivy.Query.boolean_query([(tantivy.Occur.Should, t) for t in terms]), SHOWN)

    return ask


def of_rapidfuzz(corpus: Corpus) -> Ask:
    """rapidfuzz over every phrasing as it is written; there is nothing to build."""
    return lambda question: process.extract(question, corpus.phrasings, scorer=fuzz.WRatio, limit=SHOWN)


def of_sudachi(_: Corpus) -> Ask:
    """Tokenising and nothing else: what no engine for Japanese words can go below."""
    tokenizer = Dictionary(dict="small").tokenizer(mode=SplitMode.A)
    return lambda question: [morpheme.normalized_form() for morpheme in tokenizer.tokenize(question)]


BUILT = {"madoguchi": of_madoguchi, "bm25s": of_bm25s, "tantivy": of_tantivy}
ENGINES = {**BUILT, "sudachi": of_sudachi, "rapidfuzz": of_rapidfuzz}
_ready: dict[tuple[str, int], Ask] = {}


@pytest.fixture(params=SIZES)
def sized(request: pytest.FixtureRequest, corpus: Callable[[int], Corpus]) -> Corpus:
    """A corpus of each size, unless BENCH_LARGEST is less."""
    if request.param > LARGEST:
        pytest.skip(f"BENCH_LARGEST is {LARGEST}")
    return corpus(request.param)


@pytest.mark.benchmark(group="building")
@pytest.mark.parametrize("engine", BUILT)
def test_building(benchmark: BenchmarkFixture, sized: Corpus, engine: str) -> None:
    benchmark.extra_info.update(what="building", engine=engine, size=sized.size)
    rounds = 3 if sized.size <= 5_000 else 1
    _ready[engine, sized.size] = benchmark.pedantic(BUILT[engine], args=(sized,), rounds=rounds)


@pytest.mark.benchmark(group="building")
def test_tokenising_all(benchmark: BenchmarkFixture, sized: Corpus) -> None:
    texts = sized.phrasings[:TOKENISED]
    scale = sized.size / len(texts)
    benchmark.extra_info.update(what="building", engine="sudachi", size=sized.size, scale=scale)
    tokenise = _engine("sudachi", sized)
    benchmark.pedantic(lambda: [tokenise(text) for text in texts], rounds=3)


@pytest.mark.benchmark(group="asking")
@pytest.mark.parametrize("engine", ENGINES)
def test_asking(benchmark: BenchmarkFixture, sized: Corpus, engine: str) -> None:
    benchmark.extra_info.update(what="asking", engine=engine, size=sized.size)
    ask, turn = _engine(engine, sized), cycle(sized.questions)
    rounds = min(len(sized.questions), 250_000 // sized.size + 3) if engine == "rapidfuzz" else len(sized.questions)
    warm = 1 if engine == "rapidfuzz" else 20
    benchmark.pedantic(ask, setup=lambda: ((next(turn),), {}), rounds=rounds, warmup_rounds=warm)


def _engine(engine: str, corpus: Corpus) -> Ask:
    """The engine that was built, when building it was measured before."""
    return _ready.get((engine, corpus.size)) or _ready.setdefault((engine, corpus.size), ENGINES[engine](corpus))
