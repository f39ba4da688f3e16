"""What a city's fields share with the common ones below them is as if it had been copied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.field import Field, Told, presence, stack, titled, together

WORDS = st.sampled_from(["カード", "紛失", "再発行", "教室", "住民票", "電話", "予約"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=6)
ASKED = st.lists(
    st.sampled_from(["カード", "紛失", "教室", "電話", "知らない言葉"]), min_size=1, max_size=4, unique=True
)


def _fields(texts: list[list[str]], base: tuple[Field, ...] | None) -> tuple[Field, ...]:
    below = base or (None, None, None)
    return (
        presence(texts, below[0]),
        together([texts[::2], texts[1::2]], below[1]),
        titled(texts, [text[::-1] for text in texts], below[2]),
    )


def _copied(field: Field) -> Field:
    return replace(field, idf=Told(dict(field.idf), {}))


@given(common=TEXTS, own=TEXTS, asked=ASKED)
def test_sharing_searches_as_a_copy_does(common: list[list[str]], own: list[list[str]], asked: list[str]) -> None:
    fields = _fields(own, _fields(common, None))
    squared = [replace(f, idf=f.idf.squared(), rarest=f.rarest**2) for f in fields]
    copies = [replace(f, idf=Told({w: v**2 for w, v in f.idf.items()}, {}), rarest=f.rarest**2) for f in fields]
    shared = stack([*((f, False) for f in fields), *((f, False) for f in squared)])
    copied = stack([*((_copied(f), False) for f in fields), *((f, False) for f in copies)])
    words = dict.fromkeys(asked, 1.0)
    weighs, texts = shared.search(words)
    weighs_copied, texts_copied = copied.search(words)
    assert weighs == weighs_copied
    assert all(np.array_equal(a, b) for a, b in zip(texts, texts_copied, strict=True))
    assert [f.weight_of(asked) for f in fields] == [_copied(f).weight_of(asked) for f in fields]


@given(common=TEXTS, own=TEXTS)
def test_only_the_own_words_are_told_anew(common: list[list[str]], own: list[list[str]]) -> None:
    base = presence(common, None)
    field = presence(own, base)
    assert set(field.idf.here) == {word for text in own for word in text}
    assert field.idf.below is base.idf.here
    assert dict(field.idf) == {**base.idf, **field.idf.here}
    assert len(field.idf) == len(dict(field.idf))
