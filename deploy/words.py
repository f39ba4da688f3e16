"""The words of the field, ready for recognition."""

from __future__ import annotations

from bot.intents import Lexicon, PreparedLexicon, prepare_lexicon
from knowledge.dictionary import ambiguous_words, spellings, stopwords, synonym_groups


def lexicon() -> PreparedLexicon:
    """The lexicon that ships with the program."""
    return prepare_lexicon(Lexicon(synonym_groups(), stopwords(), spellings(), ambiguous_words()))
