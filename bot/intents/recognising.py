"""Recognition: from an utterance to a decision. Deterministic; the one function that every channel calls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.intents.calibration import calibration
from bot.intents.certainty import signs
from bot.intents.danger import language_of_danger
from bot.intents.index import Index
from bot.intents.language import language_of
from bot.intents.masking import Masked, PersonalKind, mask
from bot.intents.model import Candidate, Context, Decision, Recognition, Thresholds, group_of
from bot.intents.normalising import compact
from bot.intents.ranking import Query, Ranked, prepare, rank

EMERGENCY = "conversation/emergency"
OUTSIDE = 0.5
"""Share of all probability from which a matter that is not answered here is named."""
NEAR_IN_WORDS = 0.35
NEAR_IN_SOUND = 0.4
"""How alike (Dice) the nearest phrasing of such a matter must at least be."""
SHOWN = 3
"""Candidates that are shown when asking back."""
_LABEL = re.compile("|".join(re.escape(kind) for kind in PersonalKind))
"""What stands for personal data says nothing about the question."""


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
    known = _known_outright(text, masked, index, language, context or Context())
    if known is not None:
        return known
    query = prepare(text, index, language, context)
    return _weighed(query, masked, index, thresholds or Thresholds())


def _known_outright(text: str, masked: Masked, index: Index, language: str, context: Context) -> Recognition | None:
    """Danger, single words that may mean several things, and questions in exactly the words that one entry has."""
    plain = Recognition(masked.text, Decision.FALLBACK, 0.0, (), "exact", masked=masked.kinds, language=language)
    bare = compact(text)
    danger = language_of_danger(text)
    document = index.by_topic(EMERGENCY) if danger is not None else None
    if document is not None:
        plain = replace(plain, reason="danger", language=language if danger in (None, "ja") else danger)
    elif meant := _meanings(bare, index, context):
        alone = len(meant) == 1
        decision, reason = (Decision.ANSWER, "follow-up") if alone else (Decision.ASK, "one word, several meanings")
        return replace(plain, decision=decision, confidence=1 / len(meant), candidates=meant, reason=reason)
    if document is None:
        document, language = index.exactly_in_any(bare, language)
        plain = replace(plain, language=language)
    if document is None:
        return None
    if document.outside:
        return replace(plain, outside=document.entry)
    candidate = Candidate(document.entry, document.topic, 1.0)
    return replace(plain, decision=Decision.ANSWER, confidence=1.0, candidates=(candidate,))


def _meanings(text: str, index: Index, context: Context) -> tuple[Candidate, ...]:
    """What a single word may mean, each as likely as the other: of the group that was just spoken of, or all."""
    topics = index.lexicon.ambiguous.get(text, ())
    near = [t for t in topics if context.last_topic and group_of(t) == group_of(context.last_topic)]
    found = [d for topic in near or topics if (d := index.by_topic(topic)) is not None]
    return tuple(Candidate(d.entry, d.topic, 1 / len(found)) for d in found) if found else ()


def _weighed(query: Query, masked: Masked, index: Index, thresholds: Thresholds) -> Recognition:
    models = calibration(query.meaning is not None)
    ranked = rank(query, index, models.ranker)
    inside = [r for r in ranked if not r.document.outside]
    given = signs(query, ranked, index) if inside else {}
    first = models.first(given) if given else 0.0
    among = models.among(given) if given else 0.0
    decision, reason = _decide(first, among, thresholds)
    outside = None if decision is Decision.ANSWER else _outside(ranked)
    if outside is not None:
        decision, reason = Decision.FALLBACK, "not answered here"
    return Recognition(
        utterance=masked.text,
        decision=decision,
        confidence=first,
        candidates=_candidates(inside, first, max(first, among)),
        reason=reason,
        tokens=query.words,
        repairs=query.repairs,
        masked=masked.kinds,
        language=query.language,
        follows=query.follows,
        signs=given,
        outside=outside,
    )


def _outside(ranked: Sequence[Ranked]) -> str | None:
    """The likeliest matter that is not answered here, when all such together are likelier than what is.

    It must also be near by itself: shares only compare, and something is always nearest to nonsense.
    """
    found = [r for r in ranked if r.document.outside]
    if not found or sum(r.share for r in found) < OUTSIDE:
        return None
    near = found[0].features["phrasing"] >= NEAR_IN_WORDS or found[0].features["sound"] >= NEAR_IN_SOUND
    return found[0].document.entry if near else None


def _candidates(ranked: Sequence[Ranked], first: float, among: float) -> tuple[Candidate, ...]:
    """The first has its calibrated probability; the others share what is left, as their shares are.

    Signs against the first may leave more to the second than to itself. Where they do, each of the two is the right one
    as often as the other (28 and 31 % of 680 held-out phrasings): they share evenly, and the order stays.
    """
    rest = sum(r.share for r in ranked[1:SHOWN]) or 1.0
    confidences = _never_rising([first, *((among - first) * r.share / rest for r in ranked[1:])])
    return tuple(
        Candidate(r.document.entry, r.document.topic, confidence, r.features)
        for r, confidence in zip(ranked, confidences, strict=False)
    )


def _never_rising(values: Sequence[float]) -> list[float]:
    """The nearest values (least squares) that never rise; what rises is replaced by its mean (pool adjacent violators,
    Ayer et al. 1955). The sum stays."""
    pools: list[tuple[float, int]] = []
    for value in values:
        total, count = value, 1
        while pools and pools[-1][0] * count < total * pools[-1][1]:
            before, members = pools.pop()
            total, count = total + before, count + members
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]


def _decide(first: float, among: float, thresholds: Thresholds) -> tuple[Decision, str]:
    """Answer when the first is likely right, ask back when the right one is likely shown, else say so."""
    if first >= thresholds.answer:
        return Decision.ANSWER, "confident"
    if among >= thresholds.ask:
        return Decision.ASK, "several possible"
    return Decision.FALLBACK, "nothing close"
