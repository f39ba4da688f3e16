"""Measuring retrieval on a judged collection: which share of queries finds a right entry, and how early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

from bot.evaluation.questions import latency
from bot.intents import Document, Index, PreparedLexicon, build_index, recognize

STRICT = 2
LENIENT = 1
CUTOFF = 10


def build_collection(corpus: Mapping[str, str], lexicon: PreparedLexicon) -> Index:
    """An index of texts of the form `Question: …\\nAnswer: …`."""
    return build_index([_document(key, text) for key, text in corpus.items()], lexicon)


def _document(key: str, text: str) -> Document:
    question, _, answer = text.partition("\nAnswer:")
    return Document(key, key, (question.removeprefix("Question:").strip(),), answer.strip())


def measure(index: Index, queries: Mapping[str, str], qrels: Mapping[str, Mapping[str, int]]) -> dict[str, object]:
    """Hit@1, Hit@3 and MRR@10 for strict (grade 2) and lenient (grade 1 and up) judgements, and milliseconds."""
    rankings: dict[str, list[str]] = {}
    times = []
    for key, text in queries.items():
        start = perf_counter()
        recognition = recognize(text, index)
        times.append((perf_counter() - start) * 1000)
        rankings[key] = [candidate.entry for candidate in recognition.candidates]
    return {
        "strict": _scores(rankings, qrels, STRICT),
        "lenient": _scores(rankings, qrels, LENIENT),
        "latency_ms": latency(times),
    }


def _scores(
    rankings: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]], grade: int
) -> dict[str, float]:
    ranks = []
    for key, ranking in rankings.items():
        right = {entry for entry, given in qrels.get(key, {}).items() if given >= grade}
        if right:
            ranks.append(next((r for r, entry in enumerate(ranking[:CUTOFF], 1) if entry in right), None))
    total = max(len(ranks), 1)
    return {
        "n": len(ranks),
        "h1": round(sum(r == 1 for r in ranks) / total, 4),
        "h3": round(sum(r is not None and r <= 3 for r in ranks) / total, 4),
        "mrr": round(sum(1 / r for r in ranks if r) / total, 4),
    }
