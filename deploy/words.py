"""The words of the field, ready for recognition."""

from __future__ import annotations

from bot.intents import Lexicon, PreparedLexicon, prepare_lexicon
from deploy.semantic import sentence_encoder
from knowledge.dictionary import ambiguous_words, spellings, stopwords, synonym_groups


def lexicon(semantic: bool = False) -> PreparedLexicon:
    """The lexicon that ships with the program; `semantic` adds what texts mean.

    Raises SettingsError when that is not installed.
    """
    words = Lexicon(synonym_groups(), stopwords(), spellings(), ambiguous_words())
    return prepare_lexicon(words, sentence_encoder() if semantic else None)
