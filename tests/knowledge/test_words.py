"""The words of the field and what belongs elsewhere fit the packs they stand beside."""

from __future__ import annotations

import re

from knowledge.catalogue import catalogue, most_asked
from knowledge.dictionary import ambiguous_words, spellings, stopwords, synonym_groups
from knowledge.elsewhere import matters
from knowledge.packs import read_packs
from knowledge.schema import COMMON
from knowledge.validation import normalise

READ = read_packs()
COMMON_TOPICS = {e.entry.topic for e in READ.entries if e.pack == COMMON}


def test_words_with_several_meanings_lead_to_topics_of_the_common_pack() -> None:
    for word, topics in ambiguous_words().items():
        assert set(topics) <= COMMON_TOPICS, word


def test_spellings_are_patterns_and_change_something() -> None:
    for typed, read_as in spellings():
        assert re.compile(typed)
        assert read_as != typed


def test_synonyms_and_stop_words_are_not_the_same() -> None:
    words = {word for group in synonym_groups() for word in group}
    assert len(synonym_groups()) > 50
    assert "カード" not in stopwords()
    assert words


def test_what_is_asked_most_is_in_the_catalogue_and_the_common_pack() -> None:
    assert len(most_asked()) >= 25
    assert set(most_asked()) <= COMMON_TOPICS & set(catalogue().topics)


def test_a_matter_has_its_own_words() -> None:
    known = {normalise(t) for e in READ.entries for t in (e.entry.question, *e.entry.phrasings)}
    seen: set[str] = set()
    for matter in matters():
        own = {normalise(text) for text in matter.phrasings}
        assert len(matter.phrasings) >= 5, matter.id
        assert not own & known, (matter.id, own & known)
        assert not own & seen, (matter.id, own & seen)
        seen |= own


def test_matters_are_many_and_named_once() -> None:
    names = [matter.name for matter in matters()]
    assert len(names) > 200
    assert len(set(names)) == len(names)
