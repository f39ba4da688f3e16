"""What tells how sure one can be of a ranking: features of the question and its first candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

from bot.intents.index import Index
from bot.intents.ranking import Query, Ranked, unknown_share

SIGNS = ("share", "top3", "lead", "phrasing", "coverage", "sound", "sound_coverage", "body", "unknown", "words")
_MOST_LEAD = 4.0
_MANY_WORDS = 8


def signs(query: Query, ranked: Sequence[Ranked], index: Index) -> Mapping[str, float]:
    """The features of the calibration, each about 0–1.

    share, top3: what the first and the first three have of all probability; lead: log of first to second;
    unknown: how much of the question nobody here has a word for; the rest are the first candidate's own.
    """
    first = ranked[0]
    second = ranked[1].share if len(ranked) > 1 else 0.0
    kept = ("phrasing", "coverage", "sound", "sound_coverage", "body")
    return {
        "share": first.share,
        "top3": sum(r.share for r in ranked[:3]),
        "lead": min(log(first.share / second), _MOST_LEAD) / _MOST_LEAD if second > 0 else 1.0,
        **{name: first.features[name] for name in kept},
        "unknown": unknown_share(query, index),
        "words": min(len(query.words), _MANY_WORDS) / _MANY_WORDS,
    }
