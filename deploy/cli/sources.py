"""Where a command's knowledge comes from: the pack files, or with --live the database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from bot.conversation.city import CityKnowledge, city_knowledge, common_shelf
from bot.intents import PreparedLexicon
from deploy import clock
from deploy.settings import read_settings
from deploy.words import lexicon
from knowledge.database import Database
from knowledge.packs import ROOT, read_packs
from knowledge.published import Published, load_published, published_from_files
from knowledge.sources import read_facts

Live = Annotated[bool, typer.Option("--live", help="パックのファイルではなく、公開中のデータベースを使う")]
City = Annotated[str, typer.Option("--city", help="市の id（fuchu, kadoma, musashino, oyama, kokubunji）")]


def published(live: bool, root: Path = ROOT) -> Published:
    """What is published, or what the pack files say."""
    if live:
        with open_database() as database, database.reading() as session:
            return load_published(session)
    facts, _ = read_facts()
    return published_from_files(read_packs(root), facts)


def city_finder(source: Published, words: PreparedLexicon | None = None) -> Callable[[str], CityKnowledge]:
    """A function that gives a city's knowledge, built once. Ends the program for a city that isn't there."""
    words, today = words or lexicon(), clock.today()
    common = common_shelf(source, today, words)

    @cache
    def find(city: str) -> CityKnowledge:
        if city not in source.municipalities:
            sys.exit(f"市「{city}」はありません。あるのは {', '.join(source.municipalities)} です。")
        return city_knowledge(source, city, today, words, common)

    return find


@contextmanager
def open_database() -> Iterator[Database]:
    """The database of the settings, closed at the end of the block."""
    database = Database(read_settings().database_url)
    try:
        yield database
    finally:
        database.close()
