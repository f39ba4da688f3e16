"""What the words of a question say against a document: that it lacks them, and who else has them."""

from __future__ import annotations

from collections.abc import Mapping

from bot.intents.field import Field
from bot.intents.index import JAPANESE, Index
from bot.intents.owners import names_owner
from bot.intents.ranking import Query, Ranked


def said_against(query: Query, first: Ranked, index: Index) -> Mapping[str, float]:
    """Signs from each word of the question, all 0–1.

    unknown: how much of it nobody's phrasings have. unasked: how much those of `first` lack. missing: how rare the
    rarest word is that `first` has nowhere; one telling word (電子レンジ) says more than many that fit. elsewhere: how
    much of it stands in matters that are not answered here; alien: the same of the one word that `first` lacks and that
    says most. owner: 1 when such a word names another owner. A question without a content word is all unknown.
    """
    words = dict.fromkeys(query.words)
    known = first.segment.phrasings
    rarity = {word: known.idf.get(word, known.rarest) for word in words}
    total = sum(rarity.values()) or 1.0
    abroad = {word: share_outside(word, index, query.language) for word in words}
    unasked = [word for word in words if not _has(first.segment.all_words, word, first.number)]
    missing = [rarity[word] for word in unasked if not _has(first.segment.texts, word, first.number)]
    return {
        "unknown": _unknown(query, index),
        "unasked": sum([rarity[word] for word in unasked]) / total if words else 1.0,
        "missing": max(missing, default=0.0) / known.rarest,
        "elsewhere": sum([abroad[word] * rarity[word] for word in words]) / total,
        "alien": max([abroad[word] * rarity[word] for word in unasked], default=0.0) / known.rarest,
        "owner": float(query.owner if query.language != JAPANESE else names_owner(unasked)),
    }


def share_outside(word: str, index: Index, language: str) -> float:
    """Which share of the documents with this word are not answered here, 0–1; less where few have it at all."""
    outside = total = 0
    for layer in index.layers.get(language, ()):
        numbers = layer.segment.all_words.numbers
        row = numbers.rows.get(word, -1)
        if row >= 0:
            total += numbers.ends[row + 1] - numbers.ends[row]
            outside += layer.segment.outsiders[row]
    return outside / (total + 1)


def _has(field: Field, word: str, number: int) -> bool:
    numbers = field.numbers.get(word)
    if numbers is None:
        return False
    place = int(numbers.searchsorted(number))
    return place < len(numbers) and int(numbers[place]) == number


def _unknown(query: Query, index: Index) -> float:
    """How much of the question's words no phrasing has, 0–1 by weight."""
    fields = [layer.segment.phrasings for layer in index.layers.get(query.language, ())]
    words = dict.fromkeys(query.words)
    if not words or not fields:
        return 1.0
    unknown = [w for w in words if not any(w in field.numbers.rows for field in fields)]
    return fields[0].weight_of(unknown) / (fields[0].weight_of(words) or 1.0) if unknown else 0.0
