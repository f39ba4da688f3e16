"""Recognition: from an utterance to a decision. Deterministic; the one function that every channel calls."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.intents.calibration import calibration
from bot.intents.certainty import signs
from bot.intents.index import Index
from bot.intents.language import language_of
from bot.intents.masking import Masked, PersonalKind, mask
from bot.intents.model import Candidate, Context, Decision, Recognition, Thresholds
from bot.intents.normalising import compact
from bot.intents.ranking import Ranked, prepare, rank

EMERGENCY = "conversation/emergency"
SHOWN = 3
"""Candidates that are shown when asking back."""
_LABEL = re.compile("|".join(re.escape(kind) for kind in PersonalKind))
"""What stands for personal data says nothing about the question."""
_IN_DANGER = re.compile(
    r"死にたい|しにたい|自殺|消えてしまいたい|生きていたくない|殺され|救急車.{0,3}(?:呼|よ)"
    r"|(?:人|父|母|夫|妻|子|家族|祖母|祖父).{0,6}(?:倒れ|意識がな|息をして)|(?:火事|かじ)(?:です|だ|になっ)"
)
"""Words that need no weighing: whoever writes them is shown the emergency numbers at once."""


def recognize(
    utterance: str,
    index: Index,
    context: Context | None = None,
    thresholds: Thresholds | None = None,
) -> Recognition:
    """What was understood of `utterance`, given what is published. Never raises for any text.

    The utterance is masked before anything else looks at it. `context` is what the person was just told.
    """
    masked = mask(utterance)
    text = _LABEL.sub(" ", masked.text)
    language = language_of(text)
    known = _known_outright(text, masked, index, language)
    return known or _weighed(text, masked, index, language, thresholds or Thresholds())


def _known_outright(text: str, masked: Masked, index: Index, language: str) -> Recognition | None:
    """Danger, and questions asked in exactly the words that one entry has."""
    document = index.by_topic(EMERGENCY) if _IN_DANGER.search(text) else None
    reason = "danger" if document else "exact"
    document = document or index.exactly(compact(text), language)
    if document is None:
        return None
    candidate = Candidate(document.entry, document.topic, 1.0)
    return Recognition(masked.text, Decision.ANSWER, 1.0, (candidate,), reason, masked=masked.kinds, language=language)


def _weighed(text: str, masked: Masked, index: Index, language: str, thresholds: Thresholds) -> Recognition:
    models = calibration()
    query = prepare(text, index, language)
    ranked = rank(query, index, models.ranker)
    first = among = 0.0
    if ranked:
        given = signs(query, ranked, index)
        first, among = models.first(given), models.among(given)
    decision, reason = _decide(first, among, thresholds)
    return Recognition(
        utterance=masked.text,
        decision=decision,
        confidence=first,
        candidates=_candidates(ranked, first, max(first, among)),
        reason=reason,
        tokens=query.words,
        repairs=query.repairs,
        masked=masked.kinds,
        language=language,
    )


def _candidates(ranked: Sequence[Ranked], first: float, among: float) -> tuple[Candidate, ...]:
    """The first has its calibrated probability; the others share what is left, as their shares are."""
    rest = sum(r.share for r in ranked[1:SHOWN]) or 1.0
    confidences = [first, *((among - first) * r.share / rest for r in ranked[1:])]
    return tuple(
        Candidate(r.document.entry, r.document.topic, confidence, r.features)
        for r, confidence in zip(ranked, confidences, strict=False)
    )


def _decide(first: float, among: float, thresholds: Thresholds) -> tuple[Decision, str]:
    """Answer when the first is likely right, ask back when the right one is likely shown, else say so."""
    if first >= thresholds.answer:
        return Decision.ANSWER, "confident"
    if among >= thresholds.ask:
        return Decision.ASK, "several possible"
    return Decision.FALLBACK, "nothing close"
