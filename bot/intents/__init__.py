"""The pure core: utterance + index -> recognition. No I/O, no database, no LINE, no clock."""

from bot.intents.index import Index, Shelf, assemble, build_index, build_shelf
from bot.intents.lexicon import PreparedLexicon, prepare_lexicon
from bot.intents.masking import Masked, PersonalKind, mask
from bot.intents.meaning import Meaning
from bot.intents.model import (
    Candidate,
    Context,
    Decision,
    Document,
    Lexicon,
    Recognition,
    Repair,
    Thresholds,
)
from bot.intents.recognising import recognize

__all__ = [
    "Candidate",
    "Context",
    "Decision",
    "Document",
    "Index",
    "Lexicon",
    "Masked",
    "Meaning",
    "PersonalKind",
    "PreparedLexicon",
    "Recognition",
    "Repair",
    "Shelf",
    "Thresholds",
    "assemble",
    "build_index",
    "build_shelf",
    "mask",
    "prepare_lexicon",
    "recognize",
]
