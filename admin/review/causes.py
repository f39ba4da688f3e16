"""Why a question was not answered, proposed from what was recorded. Pure; staff have the last word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from admin.review.states import Cause, Feed
from bot.intents import Decision

NEAR = 0.1
"""Least probability of the first candidate from which an entry seems to be there, only asked for in other words."""
OFFERED = 0.5
"""Probability from which what was offered was meant to be right: then 「この中にない」 says it was wrong."""
SHORT = 2
"""Characters up to which kana alone can't be a question."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was recorded of one question. `confidences` are the candidates', best first; `matter` names what is not
    answered here, when it was recognised as such; `key` is the compact text."""

    feed: Feed
    decision: str
    key: str
    confidences: tuple[float, ...] = ()
    verdict: str | None = None
    reason: str | None = None
    repaired: bool = False
    language: str = "ja"
    matter: str | None = None


def proposed_cause(evidence: Evidence) -> Cause:
    """The likeliest cause of one failure."""
    best = max(evidence.confidences, default=0.0)
    if evidence.matter is not None and evidence.decision == Decision.FALLBACK:
        return Cause.OUT_OF_SCOPE
    if evidence.feed is Feed.RETRY or unreadable(evidence.key) or _mistyped(evidence, best):
        return Cause.TYPING
    if evidence.decision == Decision.ANSWER:
        return Cause.NO_ENTRY if evidence.reason == "more" else Cause.WRONG_ENTRY
    if evidence.decision == Decision.ASK:
        return Cause.WRONG_ENTRY if sum(evidence.confidences) >= OFFERED else Cause.NO_ENTRY
    return Cause.WORDING if best >= NEAR or _foreign(evidence) else Cause.NO_ENTRY


def proposed_for(all_evidence: Iterable[Evidence]) -> Cause:
    """The cause that most failures of a group have; of equals the first in the order of `Cause`."""
    counts = Counter(proposed_cause(evidence) for evidence in all_evidence)
    return max(Cause, key=lambda cause: (counts[cause], -list(Cause).index(cause)))


def unreadable(key: str) -> bool:
    """Whether nobody could tell what is meant: nothing but a kana or two, or one character again and again."""
    return not key or (len(key) <= SHORT and all(_is_kana(c) for c in key)) or (len(key) > 1 and len(set(key)) == 1)


def _is_kana(character: str) -> bool:
    return "ぁ" <= character <= "ヿ"


def _mistyped(evidence: Evidence, best: float) -> bool:
    """Slips were mended, and still nothing was near."""
    return evidence.repaired and evidence.decision == Decision.FALLBACK and best < NEAR


def _foreign(evidence: Evidence) -> bool:
    """In another language something similar was found, if not near: wordings there are few."""
    return evidence.language != "ja" and bool(evidence.confidences)


def confidences_of(candidates: Sequence[dict[str, object]]) -> tuple[float, ...]:
    """The probabilities of recorded candidates."""
    return tuple(float(str(candidate.get("confidence", 0))) for candidate in candidates)
