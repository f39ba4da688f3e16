"""The review's pure rules: causes, what asks the same, and tries again and again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.review.causes import Evidence, proposed_cause, proposed_for, unreadable
from admin.review.feeds import Try, feed_of, repeated_tries
from admin.review.likeness import Asked, Groups, likeness, taken_apart
from admin.review.states import CAUSES, FEEDS, STATES, TABS, Cause, Feed, State
from bot.conversation.city import CityKnowledge

FALLBACK = Evidence(Feed.FALLBACK, "fallback", "図書館の本の返し方")


def _evidence(**changed: Any) -> Evidence:
    known = {name: getattr(FALLBACK, name) for name in Evidence.__slots__}
    return Evidence(**{**known, **changed})


@pytest.mark.parametrize(
    ("changed", "cause"),
    [
        ({}, Cause.NO_ENTRY),
        ({"confidences": (0.05, 0.02)}, Cause.NO_ENTRY),
        ({"confidences": (0.2, 0.02)}, Cause.WORDING),
        ({"confidences": (0.02,), "language": "vi"}, Cause.WORDING),
        ({"confidences": (0.2,), "matter": "garbage"}, Cause.OUT_OF_SCOPE),
        ({"repaired": True}, Cause.TYPING),
        ({"repaired": True, "confidences": (0.2,)}, Cause.WORDING),
        ({"key": "あ"}, Cause.TYPING),
        ({"key": "ああああ"}, Cause.TYPING),
        ({"feed": Feed.RETRY, "decision": "ask", "confidences": (0.4, 0.3)}, Cause.TYPING),
        ({"decision": "ask", "verdict": "none of these", "confidences": (0.4, 0.3)}, Cause.WRONG_ENTRY),
        ({"decision": "ask", "verdict": "none of these", "confidences": (0.2, 0.1)}, Cause.NO_ENTRY),
        ({"decision": "answer", "verdict": "not solved", "reason": "wrong"}, Cause.WRONG_ENTRY),
        ({"decision": "answer", "verdict": "not solved", "reason": "more"}, Cause.NO_ENTRY),
    ],
)
def test_the_cause_is_proposed_from_what_was_recorded(changed: dict[str, Any], cause: Cause) -> None:
    assert proposed_cause(_evidence(**changed)) is cause


def test_a_group_has_the_cause_of_most_of_its_questions() -> None:
    wording = _evidence(confidences=(0.3,))
    assert proposed_for([FALLBACK, wording, wording]) is Cause.WORDING
    assert proposed_for([wording, FALLBACK]) is Cause.NO_ENTRY


@pytest.mark.parametrize(("key", "told"), [("", True), ("あい", True), ("図書", False), ("rrrr", True), ("犬", False)])
def test_what_nobody_can_read(key: str, told: bool) -> None:
    assert unreadable(key) is told


@pytest.mark.parametrize(
    ("verdict", "channel", "feed"),
    [
        (None, "line", Feed.FALLBACK),
        ("none of these", "lookup", Feed.NONE_OF_THESE),
        ("not solved", "line", Feed.NOT_SOLVED),
        ("not solved", "class", Feed.REPORT),
    ],
)
def test_each_failure_has_its_feed(verdict: str | None, channel: str, feed: Feed) -> None:
    assert feed_of(verdict, channel) is feed


@pytest.fixture
def apart(city: CityKnowledge) -> Any:
    """Takes a wording apart."""
    return lambda text, nearest=None, language="ja": taken_apart(text, language, city.index.lexicon, nearest)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("犬の登録をしたい", "犬の登録をしたいです", True),
        ("粗大ごみの出し方", "粗大ゴミの出し方を教えて", True),
        ("マイナンバーカードの写真", "マイナカードの写真", True),
        ("図書館の本の予約をしたい", "としょかんのほんのよやくをしたい", True),
        ("プールは土曜日もやっていますか", "図書館は土曜日もやっていますか", False),
        ("バスはいつですか", "カラスはいつですか", False),
        ("犬の登録", "花火大会の日にち", False),
    ],
)
def test_what_asks_the_same(apart: Any, one: str, other: str, same: bool) -> None:
    assert (likeness(apart(one), apart(other)) > 0) is same
    assert (likeness(apart(other), apart(one)) > 0) is same


def test_the_same_nearest_entry_brings_wordings_together(apart: Any) -> None:
    one, other = "公園のトイレの古い電気を直してほしい", "公園のトイレの電気を直してほしいのですが"
    assert likeness(apart(one), apart(other)) == 0
    assert likeness(apart(one, "common/x"), apart(other, "common/x")) > 0


def test_other_languages_are_compared_among_themselves(apart: Any) -> None:
    english = apart("where can I register my dog", language="en")
    assert likeness(english, apart("Where can I register my dogs?", language="en")) > 0
    assert likeness(english, apart("where can I register my dog", language="tl")) == 0


_words = st.frozensets(st.sampled_from(["犬", "猫", "登録", "予約", "本"]), max_size=4)
_sounds = st.frozensets(st.sampled_from(["アイ", "イウ", "ウエ", "エオ", "カキ", "キク"]), max_size=6)


@st.composite
def _asked(draw: st.DrawFn) -> Asked:
    words = draw(_words)
    return Asked("ja", words, draw(_sounds), heard={word: frozenset(word) for word in words})


@given(_asked(), _asked())
def test_likeness_is_symmetric_and_bounded(one: Asked, other: Asked) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert not one.words or likeness(one, one) >= 0.5


@given(st.lists(_asked(), min_size=1, max_size=12))
def test_what_is_found_for_a_wording_is_alike_or_has_its_words(wordings: list[Asked]) -> None:
    groups = Groups(wordings)
    for position, asked in enumerate(wordings):
        found = groups.find(position)
        if found is not None:
            assert any(likeness(asked, other) > 0 for other in wordings[:position])
        groups.add(position, position if found is None else found)


def test_three_tries_in_ten_minutes_are_trouble(now: Any) -> None:
    def tries(*minutes: float, success: tuple[int, ...] = ()) -> list[Try]:
        return [Try(str(i), "p", now + timedelta(minutes=m), i in success) for i, m in enumerate(minutes)]

    assert list(repeated_tries(tries(0, 4, 10))) == ["0", "1", "2"]
    assert list(repeated_tries(tries(0, 4, 11))) == []
    assert list(repeated_tries(tries(0, 4, 11, 12, 30))) == ["1", "2", "3"]
    assert list(repeated_tries(tries(0, 1, 2, success=(1,)))) == []
    assert list(repeated_tries(tries(0, 1, 2, 3, success=(3,)))) == ["0", "1", "2"]
    other = [Try("x", "q", now, False), Try("y", "q", now, False)]
    assert list(repeated_tries([*tries(0, 1), *other])) == []


def test_everything_has_a_name_and_every_state_a_tab() -> None:
    assert set(CAUSES) == set(Cause)
    assert set(FEEDS) == set(Feed)
    assert set(STATES) == set(State)
    assert sorted(state for _, states in TABS.values() for state in states) == sorted(State)
