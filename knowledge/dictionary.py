"""Words of the field, as files: synonyms, stop words, and words that mean several things."""

from __future__ import annotations

from pathlib import Path

import yaml

from knowledge.schema import Strict

DIRECTORY = Path(__file__).parent / "dictionary"


class SynonymGroup(Strict):
    """Words for one thing; `canonical` is the one we write ourselves."""

    canonical: str
    words: tuple[str, ...]


def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """All groups, the canonical word first."""
    rows = yaml.safe_load((DIRECTORY / "synonyms.yaml").read_text(encoding="utf-8"))
    groups = [SynonymGroup.model_validate(row) for row in rows]
    return tuple((group.canonical, *group.words) for group in groups)


def stopwords() -> frozenset[str]:
    """Words that people put around every question, as dictionary forms."""
    content = yaml.safe_load((DIRECTORY / "stopwords.yaml").read_text(encoding="utf-8"))
    return frozenset(content["words"])
