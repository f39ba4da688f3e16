"""Joining two changes of one text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.merging import choose, merge

_words = st.sampled_from(["カード", "なくした", "とめる", "電話", "窓口", "更新"])
_texts = st.lists(_words, min_size=1, max_size=3).map("".join)
_lists = st.lists(_texts, max_size=4, unique=True)
_variants = st.dictionaries(
    st.sampled_from(["easy", "en"]),
    st.fixed_dictionaries({"made_from": st.sampled_from(["a", "b"]), "answer": _texts, "phrasings": _lists}),
)
contents = st.fixed_dictionaries(
    {
        "question": _texts,
        "answer": _texts,
        "steps": _lists,
        "phrasings": _lists,
        "section": st.none() | _texts,
        "variants": _variants,
    }
)


def _unordered(value: Any) -> Any:
    """Lists whose order carries no meaning as sets."""
    if isinstance(value, dict):
        return {k: frozenset(v) if k == "phrasings" else _unordered(v) for k, v in value.items()}
    return value


@given(contents, contents, contents)
def test_where_nobody_has_to_choose_it_does_not_matter_who_is_who(base: Any, one: Any, two: Any) -> None:
    forth, back = merge(base, one, two), merge(base, two, one)
    assert {c.field for c in forth.conflicts} == {c.field for c in back.conflicts}
    if not forth.conflicts:
        assert _unordered(forth.content) == _unordered(back.content)
    for conflict, mirrored in zip(
        sorted(forth.conflicts, key=lambda c: c.field), sorted(back.conflicts, key=lambda c: c.field), strict=True
    ):
        assert (conflict.theirs, conflict.mine) == (mirrored.mine, mirrored.theirs)


@given(contents, contents, contents)
def test_no_added_phrasing_is_lost_and_no_deleted_one_comes_back(base: Any, theirs: Any, mine: Any) -> None:
    joined = set(merge(base, theirs, mine).content["phrasings"])
    old, other, own = (set(side["phrasings"]) for side in (base, theirs, mine))
    assert joined == ((other | own) - old) | (old & other & own)


@given(contents, contents)
def test_one_changed_and_the_other_did_not(base: Any, changed: Any) -> None:
    for merged in (merge(base, changed, base), merge(base, base, changed)):
        assert merged.conflicts == ()
        assert _unordered(merged.content) == _unordered(changed)


@given(contents, contents)
def test_the_same_change_twice_is_one_change(base: Any, changed: Any) -> None:
    merged = merge(base, changed, changed)
    assert (merged.conflicts, _unordered(merged.content)) == ((), _unordered(changed))


@given(contents, contents, contents)
def test_choosing_everything_of_one_side_leaves_none_of_the_others_conflicts(base: Any, theirs: Any, mine: Any) -> None:
    merged = merge(base, theirs, mine)
    fields = [conflict.field for conflict in merged.conflicts]
    for chosen, side in ((fields, "theirs"), ([], "mine")):
        content = choose(merged, chosen)
        for conflict in merged.conflicts:
            assert _at(content, conflict.field) == getattr(conflict, side)


@given(contents, contents)
def test_without_a_common_past_every_difference_is_chosen_or_joined(one: Any, two: Any) -> None:
    merged = merge(None, one, two)
    assert set(merged.content["phrasings"]) == {*one["phrasings"], *two["phrasings"]}
    assert ("answer" in {c.field for c in merged.conflicts}) == (one["answer"] != two["answer"])


@given(contents, contents, contents)
def test_what_goes_in_is_not_changed(base: Any, theirs: Any, mine: Any) -> None:
    before = repr((base, theirs, mine))
    merged = merge(base, theirs, mine)
    choose(merged, [conflict.field for conflict in merged.conflicts])
    assert repr((base, theirs, mine)) == before


def _at(content: dict[str, Any], field: str) -> Any:
    value: Any = content
    for name in field.split("."):
        value = value.get(name) if value is not None else None
    return value


@pytest.mark.parametrize(
    ("base", "theirs", "mine", "joined", "conflicts"),
    [
        ({"answer": "古"}, {"answer": "新"}, {"answer": "古"}, {"answer": "新"}, []),
        ({"answer": "古"}, {"answer": "あ"}, {"answer": "い"}, {"answer": "い"}, ["answer"]),
        ({"section": "課"}, {"section": None}, {"section": "課"}, {"section": None}, []),
        ({"variants": {}}, {"variants": {"en": {"answer": "A"}}}, {"variants": {"easy": {"answer": "や"}}},
         {"variants": {"en": {"answer": "A"}, "easy": {"answer": "や"}}}, []),
        ({"variants": {"en": {"answer": "A"}}}, {"variants": {}}, {"variants": {"en": {"answer": "B"}}},
         {"variants": {"en": {"answer": "B"}}}, ["variants.en"]),
        ({"variants": {"en": {"answer": "A", "made_from": "1"}}},
         {"variants": {"en": {"answer": "B", "made_from": "1"}}},
         {"variants": {"en": {"answer": "A", "made_from": "2"}}},
         {"variants": {"en": {"answer": "B", "made_from": "2"}}}, []),
    ],
)  # fmt: skip
def test_examples(base: Any, theirs: Any, mine: Any, joined: Any, conflicts: list[str]) -> None:
    merged = merge(base, theirs, mine)
    assert (merged.content, [c.field for c in merged.conflicts]) == (joined, conflicts)


def test_choosing_that_a_language_goes_takes_it_out() -> None:
    merged = merge({"variants": {"en": {"answer": "A"}}}, {"variants": {}}, {"variants": {"en": {"answer": "B"}}})
    assert choose(merged, ["variants.en"]) == {"variants": {}}
