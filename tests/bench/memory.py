"""Resident memory of the knowledge, measured in a process that does nothing else. Prints one JSON object.

Counted is what the kernel says is resident (/proc/self/statm; Linux only) after a full garbage collection. That
includes what the allocator keeps for itself, so it is rather too much than too little.
"""

from __future__ import annotations

import gc
import json
import os
from dataclasses import fields
from pathlib import Path

from synthetic import alike

from bot.conversation.city import city_knowledge, common_shelf
from bot.intents import Document, PreparedLexicon, assemble, build_shelf
from bot.intents.index import JAPANESE
from bot.intents.tokenising import Analysis
from deploy import clock
from deploy.cli.sources import published
from deploy.words import lexicon

MUNICIPALITIES = 100
SAMPLE = 10_000
"""Texts whose analyses are kept to see what one weighs."""


class Forgetful(PreparedLexicon):
    """Keeps no analysis: those are counted by themselves."""

    def analyse(self, text: str) -> Analysis:
        """A stored text taken apart."""
        return self.analyse_once(text)


def resident() -> float:
    """Megabytes (10⁶ bytes) of this process that are in memory now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure() -> dict[str, float]:
    """Megabytes that each step added: the common pack, five cities, 100 more with their own texts, kept analyses."""
    kept = lexicon()
    words = Forgetful(**{f.name: getattr(kept, f.name) for f in fields(kept)})
    source, today = published(live=False), clock.today()
    steps = [resident()]
    common = common_shelf(source, today, words)
    steps.append(resident())
    cities = [city_knowledge(source, city, today, words, common) for city in source.municipalities]
    steps.append(resident())
    others = _others([city.index.layers[JAPANESE][0].segment.documents for city in cities])
    steps.append(resident())
    indexes = [assemble([build_shelf(documents, words, common), common], words) for documents in others]
    steps.append(resident())
    texts = list(dict.fromkeys(p for documents in others for d in documents for p in d.phrasings))[:SAMPLE]
    analyses = [kept.analyse(text) for text in texts]
    steps.append(resident())
    names = ("common", "five", "text", "municipalities", "analyses")
    return {
        "started": steps[0],
        **{name: after - before for name, before, after in zip(names, steps, steps[1:], strict=False)},
        "count": len(indexes),
        "kept": len(analyses),
        "own": sum(len(d.phrasings) for documents in others for d in documents) / len(others),
        "shared": sum(len(d.phrasings) for d in common[JAPANESE].documents),
    }


def _others(own: list[tuple[Document, ...]]) -> list[list[Document]]:
    return [alike(own[number % len(own)], seed=number) for number in range(MUNICIPALITIES)]


if __name__ == "__main__":
    print(json.dumps(measure()))
