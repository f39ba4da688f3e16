"""What goes out as a pack file comes back equal: a property of any entry."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.packs import read_packs, write_packs
from knowledge.schema import Action, Counter, Entry, Pack, Variant

_CHARACTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn", "Co", "Cf"])
_LINE = st.text(_CHARACTERS, min_size=1, max_size=40).map(str.strip).filter(bool)
_TEXT = st.lists(_LINE, min_size=1, max_size=3).map("\n".join)
_DATE = st.dates(date(2015, 1, 1), date(2030, 1, 1))
_VARIANT = st.builds(
    Variant,
    made_from=st.just("0123abcd"),
    question=_LINE,
    answer=_TEXT,
    steps=st.lists(_LINE, max_size=2).map(tuple),
    phrasings=st.lists(_LINE, max_size=2).map(tuple),
)
_ACTION = st.one_of(
    st.builds(Action, kind=st.just("tel"), label=_LINE.map(lambda s: s[:20].strip() or "x"), value=st.just("#7119")),
    st.builds(Action, kind=st.just("link"), label=st.just("見る"), value=st.just("https://myna.go.jp/")),
)
_ENTRY = st.builds(
    Entry,
    topic=st.just("mynumber-card/lost-card"),
    question=_LINE,
    phrasings=st.lists(_LINE, min_size=1, max_size=5).map(tuple),
    answer=_TEXT,
    steps=st.lists(_LINE, max_size=3).map(tuple),
    actions=st.lists(_ACTION, max_size=3).map(tuple),
    section=st.none() | _LINE,
    sources=st.just(("A-022",)),
    as_of=_DATE,
    review_by=st.just(date(2031, 1, 1)),
    to_fill=st.lists(_LINE, max_size=2).map(tuple),
    variants=st.dictionaries(st.sampled_from(["easy", "en", "zh"]), _VARIANT, max_size=2),
)
PACK = Pack(id="common", name="共通", counter=Counter(name="窓口"))


@settings(max_examples=150, deadline=None)
@given(_ENTRY)
def test_export_and_import_give_an_equal_entry(entry: Entry) -> None:
    with TemporaryDirectory() as folder:
        write_packs(Path(folder), [PACK], [("common", entry)])
        read = read_packs(Path(folder))
    assert read.problems == ()
    assert [item.entry for item in read.entries] == [entry]
    assert read.packs == {"common": PACK}
