"""The pure core: utterance + index -> recognition. No I/O, no database, no LINE, no clock."""

from bot.intents.index import Index, build_index
from bot.intents.masking import Masked, PersonalKind, mask
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
    "PersonalKind",
    "Recognition",
    "Repair",
    "Thresholds",
    "build_index",
    "mask",
    "recognize",
]
