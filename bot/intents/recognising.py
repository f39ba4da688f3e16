"""Recognition: from an utterance to a decision. Deterministic; the one function that every channel calls."""

from __future__ import annotations

import re

from bot.intents.calibration import calibration
from bot.intents.index import Index
from bot.intents.language import language_of
from bot.intents.masking import Masked, PersonalKind, mask
from bot.intents.model import Candidate, Context, Decision, Recognition, Thresholds
from bot.intents.normalising import compact
from bot.intents.ranking import prepare, rank

EMERGENCY = "conversation/emergency"
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
    context: Context | None = None,  # noqa: ARG001 - follow-ups are not recognised yet
    thresholds: Thresholds | None = None,
) -> Recognition:
    """What was understood of `utterance`, given what is published. Never raises for any text.

    The utterance is masked before anything else looks at it. `context` is what the person was just told.
    """
    masked = mask(utterance)
    text = _LABEL.sub(" ", masked.text)
    known = _known_outright(text, masked, index)
    return known or _weighed(text, masked, index, thresholds or Thresholds())


def _known_outright(text: str, masked: Masked, index: Index) -> Recognition | None:
    """Danger, and questions asked in exactly the words that one entry has."""
    if _IN_DANGER.search(text) and (document := index.by_topic(EMERGENCY)) is not None:
        reason = "danger"
    elif (number := index.exact.get(compact(text))) is not None:
        document, reason = index.documents[number], "exact"
    else:
        return None
    candidate = Candidate(document.entry, document.topic, 1.0)
    language = language_of(text)
    return Recognition(masked.text, Decision.ANSWER, 1.0, (candidate,), reason, masked=masked.kinds, language=language)


def _weighed(text: str, masked: Masked, index: Index, thresholds: Thresholds) -> Recognition:
    query = prepare(text, index)
    ranked = rank(query, index)
    models = calibration()
    documents = [index.documents[r.number] for r in ranked]
    candidates = tuple(
        Candidate(document.entry, document.topic, models.first(r.features), r.features)
        for document, r in zip(documents, ranked, strict=True)
    )
    first = candidates[0].confidence if candidates else 0.0
    among = models.among(ranked[0].features) if ranked else 0.0
    decision, reason = _decide(first, among, thresholds)
    return Recognition(
        utterance=masked.text,
        decision=decision,
        confidence=first,
        candidates=candidates,
        reason=reason,
        tokens=query.words,
        repairs=query.repairs,
        masked=masked.kinds,
        language=language_of(text),
    )


def _decide(first: float, among: float, thresholds: Thresholds) -> tuple[Decision, str]:
    """Answer when the first is likely right, ask back when the right one is likely shown, else say so."""
    if first >= thresholds.answer:
        return Decision.ANSWER, "confident"
    if among >= thresholds.ask:
        return Decision.ASK, "several possible"
    return Decision.FALLBACK, "nothing close"
