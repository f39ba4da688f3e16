"""Measuring answers: questions with their expected topics, run on the production path."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from time import perf_counter

import numpy as np

from bot.conversation.city import CityKnowledge
from bot.conversation.turn import reply_to
from bot.intents import Decision, Recognition, recognize
from bot.responses.compose import Style

NONE = "NONE"
SHOWN = 3
_COLUMNS = ["city", "utterance", "expected", "style"]


class BadQuestions(ValueError):
    """The file of questions can't be used; the message is a Japanese sentence with the line."""


@dataclass(frozen=True, slots=True)
class Question:
    """An utterance and the topics that are right for it; none means that it should be refused."""

    city: str
    utterance: str
    expected: frozenset[str]
    style: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question."""

    question: Question
    recognition: Recognition
    result: str
    milliseconds: float


def read_questions(text: str) -> list[Question]:
    """Questions from TSV with the columns city, utterance, expected (topic ids with | or NONE), style.

    Raises BadQuestions.
    """
    rows = csv.DictReader(StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    if rows.fieldnames is None or list(rows.fieldnames)[:4] != _COLUMNS:
        raise BadQuestions("1 行目は city, utterance, expected, style（タブ区切り）にしてください。")
    found = []
    for row in rows:
        if not all(row.get(column) for column in _COLUMNS):
            raise BadQuestions(f"{rows.line_num} 行目に空の欄があります。")
        expected = frozenset() if row["expected"] == NONE else frozenset(row["expected"].split("|"))
        found.append(Question(row["city"], row["utterance"], expected, row["style"]))
    return found


def run(questions: Iterable[Question], city_of: Callable[[str], CityKnowledge]) -> list[Outcome]:
    """Runs every question. `city_of` raises KeyError for a city that isn't there."""
    outcomes = []
    for question in questions:
        city = city_of(question.city)
        start = perf_counter()
        recognition = recognize(question.utterance, city.index, thresholds=city.thresholds)
        elapsed = (perf_counter() - start) * 1000
        outcomes.append(Outcome(question, recognition, _judge(question, recognition, city), elapsed))
    return outcomes


def _judge(question: Question, recognition: Recognition, city: CityKnowledge) -> str:
    reply = reply_to(recognition, city, Style(), about="")
    shown = [c.topic for c in recognition.candidates[:SHOWN]]
    if not question.expected:
        return {"answer": "answered", "ask": "asked"}.get(reply.kind, "refused")
    if recognition.decision is Decision.ANSWER:
        return "right" if reply.topic in question.expected else "wrong"
    if recognition.decision is Decision.ASK:
        return "asked_right" if question.expected & set(shown) else "asked_wrong"
    return "fallback"


_IN_SCOPE = ("right", "wrong", "asked_right", "asked_wrong", "fallback")
_OUT_OF_SCOPE = ("answered", "asked", "refused")


def report(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """The figures: overall (in scope), none (out of scope), by style, and milliseconds of recognition."""
    inside = [o for o in outcomes if o.question.expected]
    outside = [o for o in outcomes if not o.question.expected]
    styles = sorted({o.question.style for o in outcomes})
    return {
        "overall": _count(inside, _IN_SCOPE),
        "none": _count(outside, _OUT_OF_SCOPE),
        "styles": {style: _style(outcomes, style) for style in styles},
        "latency_ms": latency([o.milliseconds for o in outcomes]),
        "calibration_error": calibration_error(outcomes),
    }


def _style(outcomes: Sequence[Outcome], style: str) -> dict[str, int]:
    chosen = [o for o in outcomes if o.question.style == style]
    counted = _count([o for o in chosen if o.question.expected], _IN_SCOPE)
    outside = _count([o for o in chosen if not o.question.expected], _OUT_OF_SCOPE)
    return {**counted, **outside, "n": len(chosen)} if outside["n"] else counted


def _count(outcomes: Sequence[Outcome], results: Sequence[str]) -> dict[str, int]:
    return {"n": len(outcomes), **{r: sum(o.result == r for o in outcomes) for r in results}}


def calibration_error(outcomes: Sequence[Outcome], bins: int = 10) -> float:
    """How far the confidence is from how often the first candidate was right (ECE, equally wide bins)."""
    told = [o.recognition.confidence for o in outcomes]
    right = [
        bool(o.recognition.candidates) and o.recognition.candidates[0].topic in o.question.expected for o in outcomes
    ]
    return round(expected_calibration_error(told, right, bins), 4)


def expected_calibration_error(told: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Σ over bins of |Σ told − Σ right| / n (Naeini, Cooper, Hauskrecht 2015)."""
    if not told:
        return 0.0
    probabilities, outcomes = np.array(told), np.array(right, dtype=float)
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [abs(probabilities[place == b].sum() - outcomes[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(told))


def latency(milliseconds: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile, in milliseconds."""
    if not milliseconds:
        return {"p50": 0.0, "p99": 0.0}
    p50, p99 = np.percentile(milliseconds, [50, 99])
    return {"p50": round(float(p50), 3), "p99": round(float(p99), 3)}


def table(figures: Mapping[str, object]) -> str:
    """The report as text."""
    lines = []
    for name in ("overall", "none"):
        row = figures[name]
        if isinstance(row, dict):
            lines.append(f"{name:<16}" + "  ".join(f"{k} {v}" for k, v in row.items()))
    styles = figures["styles"]
    if isinstance(styles, dict):
        lines += [f"  {style:<14}" + "  ".join(f"{k} {v}" for k, v in row.items()) for style, row in styles.items()]
    lines.append(f"latency_ms      {figures['latency_ms']}")
    lines.append(f"calibration_error {figures['calibration_error']}")
    return "\n".join(lines)
