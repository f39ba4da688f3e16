"""Recognition: from an utterance to a decision. Deterministic; the one function that every channel calls."""

from __future__ import annotations

import re
from math import exp

import numpy as np
from rapidfuzz import fuzz, process

from bot.intents.index import BODY_WEIGHT, SYNONYM_WEIGHT, Index
from bot.intents.masking import PersonalKind, mask
from bot.intents.model import Candidate, Context, Decision, Recognition, Repair, Thresholds
from bot.intents.normalising import compact
from bot.intents.tokenising import tokenise

CANDIDATES = 10
SHOWN = 3
_LABEL = re.compile("|".join(re.escape(kind) for kind in PersonalKind))
"""What stands for personal data says nothing about the question."""
REPAIR_CUTOFF = 78.0
"""Least rapidfuzz ratio (0–100) at which an unknown word is read as a known one."""


def recognize(
    utterance: str,
    index: Index,
    context: Context | None = None,  # noqa: ARG001 - follow-ups are not recognised yet
    thresholds: Thresholds | None = None,
) -> Recognition:
    """What was understood of `utterance`, given what is published. Never raises for any text.

    The utterance is masked before anything else looks at it. `context` is what the person was just told.
    """
    thresholds = thresholds or Thresholds()
    masked = mask(utterance)
    text = _LABEL.sub(" ", masked.text)
    if (number := index.exact.get(compact(text))) is not None:
        document = index.documents[number]
        candidate = Candidate(document.entry, document.topic, 1.0, {"exact": 1.0})
        return Recognition(masked.text, Decision.ANSWER, 1.0, (candidate,), "exact", masked=masked.kinds)
    words, repairs = _query_words(text, index)
    candidates = _rank(words, text, index)
    decision, confidence, reason = _decide(candidates, thresholds)
    return Recognition(
        masked.text, decision, confidence, candidates, reason, tuple(words), tuple(repairs), masked.kinds
    )


def _query_words(text: str, index: Index) -> tuple[list[str], list[Repair]]:
    """Content words of the question; unknown ones repaired where a known one is close."""
    words: list[str] = []
    repairs: list[Repair] = []
    for token in tokenise(text):
        if token.form in index.stopwords:
            continue
        word = token.form
        if len(word) > 2 and word not in index.phrasings.postings and word not in index.synonyms:
            match = process.extractOne(word, index.words, scorer=fuzz.ratio, score_cutoff=REPAIR_CUTOFF)
            if match:
                repairs.append(Repair(word, match[0]))
                word = match[0]
        words.append(word)
    return words, repairs


def _with_synonyms(words: list[str], index: Index) -> dict[str, float]:
    """Query words with weights; words of the same meaning weigh less."""
    weighted = dict.fromkeys(words, 1.0)
    for position, word in enumerate(words):
        for spelled, *others in index.synonyms.get(word, ()):
            parts = spelled.split("\x1f")
            if words[position : position + len(parts)] == parts:
                for other in others:
                    weighted.setdefault(other, SYNONYM_WEIGHT)
    return weighted


def _rank(words: list[str], text: str, index: Index) -> tuple[Candidate, ...]:
    if not words or not index.documents:
        return ()
    weighted = _with_synonyms(words, index)
    best = np.maximum.reduceat(index.phrasings.scores(weighted), index.starts)
    total = best + np.float32(BODY_WEIGHT) * index.bodies.scores(weighted)
    order = np.argsort(-total, kind="stable")[:CANDIDATES]
    ceiling = sum(index.phrasings.idf.get(w, _rarest(index)) for w in dict.fromkeys(words)) * 2.2
    folded = compact(text)
    found = []
    for rank, number in enumerate(order):
        if total[number] <= 0:
            break
        document = index.documents[number]
        rival = total[order[1 if rank == 0 else 0]] if len(order) > 1 else 0.0
        features = {
            "score": float(total[number]),
            "share": float(best[number]) / ceiling if ceiling else 0.0,
            "lead": float(total[number] - rival) / float(total[order[0]]),
            "likeness": max(fuzz.ratio(folded, compact(p)) for p in document.phrasings) / 100,
            "words": float(len(words)),
        }
        found.append(Candidate(document.entry, document.topic, _confidence(features), features))
    return tuple(found)


def _rarest(index: Index) -> float:
    """The weight of a word that no phrasing has: as rare as can be."""
    return max(index.phrasings.idf.values(), default=1.0)


_BIAS = -5.2
_WEIGHTS = {"share": 7.0, "lead": 2.5, "likeness": 3.5}


def _confidence(features: dict[str, float]) -> float:
    """A first estimate of the probability that this candidate is right."""
    z = _BIAS + sum(weight * features[name] for name, weight in _WEIGHTS.items())
    return 1 / (1 + exp(-z))


def _decide(candidates: tuple[Candidate, ...], thresholds: Thresholds) -> tuple[Decision, float, str]:
    if not candidates:
        return Decision.FALLBACK, 0.0, "no word known"
    first = candidates[0].confidence
    if first >= thresholds.answer:
        return Decision.ANSWER, first, "confident"
    among = min(1.0, sum(c.confidence for c in candidates[:SHOWN]))
    if among >= thresholds.ask:
        return Decision.ASK, first, "several possible"
    return Decision.FALLBACK, first, "nothing close"
