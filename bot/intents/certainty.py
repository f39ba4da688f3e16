"""What tells how sure one can be of a ranking: features of the question and its first candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

from bot.intents.index import JAPANESE, Index
from bot.intents.ranking import MEANING, Query, Ranked
from bot.intents.strangeness import said_against

SIGNS = (
    "share",
    "top3",
    "lead",
    "phrasing",
    "coverage",
    "sound",
    "sound_coverage",
    "text",
    "outside",
    "unknown",
    "missing",
    "words",
    "foreign",
    "elsewhere",
    "alien",
    "owner",
    "unasked",
    "rival_sound",
    "acts",
)
_MOST_LEAD = 4.0
_OWN = ("phrasing", "coverage", "sound", "sound_coverage", "text", MEANING)
_LEAST = 1e-6
_MANY_WORDS = 8


def signs(query: Query, ranked: Sequence[Ranked], index: Index) -> Mapping[str, float]:
    """The features of the calibration, each about 0–1, of a ranking with a document that can be answered.

    share, top3: what the first and the first three of those have of all probability. lead: log of the first to the
    best other. outside: what matters have that are not answered here. foreign: 1 for another language than Japanese.
    rival_sound: how much nearer in sound a matter is that is not answered here. acts: 1 when something is to be done
    for the person. unknown, missing, elsewhere, alien, owner, unasked: see `strangeness`. The rest are the first
    candidate's own; its meaning only where that is known.
    """
    inside = [r for r in ranked if not r.document.outside]
    first = inside[0]
    rival = max((r.share for r in ranked if r is not first), default=0.0)
    return {
        "share": first.share,
        "top3": sum(r.share for r in inside[:3]),
        "lead": max(-1.0, min(1.0, log(max(first.share, _LEAST) / max(rival, _LEAST)) / _MOST_LEAD)),
        **{name: first.features[name] for name in _OWN if name in first.features},
        "outside": sum(r.share for r in ranked if r.document.outside),
        "foreign": float(query.language != JAPANESE),
        "words": min(len(query.words), _MANY_WORDS) / _MANY_WORDS,
        "acts": float(query.acts),
        "rival_sound": max((r.features["sound"] for r in ranked if r.document.outside), default=0.0)
        - first.features["sound"],
        **said_against(query, first, index),
    }
