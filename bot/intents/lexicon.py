"""Words of the field made ready for searching: spellings read as others, synonyms, words without a topic."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.intents.meaning import Meaning, Sense
from bot.intents.model import Lexicon
from bot.intents.normalising import compact, normalise
from bot.intents.tokenising import Analysis, analyse, analyse_stored

SYNONYM_WEIGHT = 0.4
"""How much a word counts that only means the same as the one that was asked with."""


@dataclass(frozen=True, slots=True)
class PreparedLexicon:
    """`synonyms`: first word -> rows of (the synonym's words, the words it may stand for). `sense` tells the meaning of
    whole texts, where there is something installed that can.
    """

    spellings: tuple[tuple[re.Pattern[str], str], ...]
    any_spelling: re.Pattern[str]
    synonyms: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]
    stopwords: frozenset[str]
    ambiguous: Mapping[str, tuple[str, ...]]
    sense: Sense | None = None
    kept: dict[str, Analysis] = field(default_factory=dict, repr=False, compare=False)

    def analyse(self, text: str) -> Analysis:
        """A stored text taken apart. Kept by its own spelling too: respelling costs as much as the rest."""
        if text not in self.kept:
            self.kept[text] = analyse_stored(self.respell(text))
        return self.kept[text]

    def analyse_once(self, text: str) -> Analysis:
        """A question taken apart; not kept."""
        return analyse(self.respell(text))

    def respell(self, text: str) -> str:
        """The normalised text with hiragana, dialect and old words as the dictionary knows them."""
        text = normalise(text)
        if self.any_spelling.search(text):  # one in thirty-six of the stored texts
            for pattern, read_as in self.spellings:
                text = pattern.sub(read_as, text)
        return text

    def sense_of(self, language: str) -> Sense | None:
        """What tells the meaning of texts in this language; None where nothing does."""
        return self.sense if self.sense is not None and self.sense.knows(language) else None

    def expanded(self, words: Sequence[str]) -> dict[str, float]:
        """The words with weight 1, and words of the same meaning with less."""
        weighted = dict.fromkeys(words, 1.0)
        for position, word in enumerate(words):
            for spelled, others in self.synonyms.get(word, ()):
                if tuple(words[position : position + len(spelled)]) == spelled:
                    for other in others:
                        weighted.setdefault(other, SYNONYM_WEIGHT)
        return weighted


def prepare_lexicon(lexicon: Lexicon, meaning: Meaning | None = None) -> PreparedLexicon:
    """Compiles a lexicon. Raises re.error for a spelling that is no pattern."""
    spellings = tuple((re.compile(typed), read_as) for typed, read_as in lexicon.spellings)
    any_spelling = re.compile("|".join(f"(?:{typed})" for typed, _ in lexicon.spellings) or "(?!)")
    ambiguous = {compact(word): topics for word, topics in lexicon.ambiguous.items()}
    bare = PreparedLexicon(
        spellings, any_spelling, {}, lexicon.stopwords, ambiguous, Sense(meaning) if meaning else None
    )
    rows: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = defaultdict(list)
    for group in lexicon.synonyms:
        spelled = [bare.analyse(word).words for word in group]
        for words in filter(None, spelled):
            others = dict.fromkeys(w for other in spelled if other != words for w in other if w not in words)
            if others:
                rows[words[0]].append((words, tuple(others)))
    return replace(bare, synonyms={word: tuple(found) for word, found in rows.items()})
