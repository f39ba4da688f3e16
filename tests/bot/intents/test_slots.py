"""Date expressions, places and subjects in what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.slots import SUBJECTS, DayPart, When, find_slots, subjects_in

SATURDAY, SUNDAY = 5, 6
WEEKEND = frozenset({SATURDAY, SUNDAY})


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("今日の教室", When(days_on=0)),
        ("本日", When(days_on=0)),
        ("明日ありますか", When(days_on=1)),
        ("あさって", When(days_on=2)),
        ("明後日の午後", When(days_on=2, parts=frozenset({DayPart.AFTERNOON}))),
        ("しあさって", When(days_on=3)),
        ("三日後", When(days_on=3)),
        ("今夜", When(days_on=0, parts=frozenset({DayPart.NIGHT}))),
        ("今週のスマホ教室", When(weeks_on=0)),
        ("来週", When(weeks_on=1)),
        ("さらいしゅう", When(weeks_on=2)),
        ("来週の土曜", When(weeks_on=1, weekdays=frozenset({SATURDAY}))),
        ("今週末", When(weeks_on=0, weekdays=WEEKEND)),
        ("今月", When(months_on=0)),
        ("来月の３日", When(months_on=1, day=3)),
        ("再来月", When(months_on=2)),
        ("９月にありますか", When(month=9)),
        ("9月3日", When(month=9, day=3)),
        ("十二月二十三日", When(month=12, day=23)),
        ("2026年12月3日（木）", When(year=2026, month=12, day=3)),
        ("12/3の教室", When(month=12, day=3)),
        ("来年の1月", When(years_on=1, month=1)),
        ("3日", When(day=3)),
        ("土曜日", When(weekdays=frozenset({SATURDAY}))),
        ("にちようび", When(weekdays=frozenset({SUNDAY}))),
        ("火・木曜", When(weekdays=frozenset({1, 3}))),
        ("今度の土曜", When(weekdays=frozenset({SATURDAY}), soonest=True)),
        ("土日", When(weekdays=WEEKEND)),
        ("土日祝", When(weekdays=WEEKEND, holidays=True)),
        ("平日の午前", When(weekdays=frozenset(range(5)), holidays=False, parts=frozenset({DayPart.MORNING}))),
        ("祝日", When(holidays=True)),
        ("夕方か夜", When(parts=frozenset({DayPart.EVENING, DayPart.NIGHT}))),
        ("お昼の教室", When(parts=frozenset({DayPart.NOON}))),
        ("きょうの教室", When(days_on=0)),
    ],
)
def test_date_expressions(text: str, when: When) -> None:
    assert find_slots(text).when == when


@pytest.mark.parametrize(
    "text",
    [
        "すまほきょうしつ", "とうきょうの教室", "3日間つづく教室", "2日前に聞いた", "教室にかよう", "土木課",
        "13月32日", "毎月", "その話によると", "1ヶ月", "カードをなくした", "",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_date(text: str) -> None:
    assert not find_slots(text).when


def test_places_and_subjects_must_be_met_and_other_words_may_narrow() -> None:
    slots = find_slots("西府駅の近くでLINEの教室、泉町でもいい")
    assert slots.places == ("西府駅",)
    assert slots.contents == ("LINE",)
    assert "泉町" in slots.words
    assert slots.says_class


def test_a_home_is_no_place() -> None:
    assert find_slots("家の近くの教室").places == ()


@pytest.mark.parametrize(
    ("text", "only"), [("来週は？", True), ("来週の教室", False), ("来週カード", False), ("は？", False)]
)
def test_a_date_alone(text: str, only: bool) -> None:
    assert find_slots(text).only_when is only


def test_online_is_not_line() -> None:
    assert subjects_in("オンライン診療とガイドライン") == ("診療",)
    assert subjects_in("ＬＩＮＥとQRコード") == ("LINE", "QR")


_PIECES = st.sampled_from(
    [
        "来週",
        "の",
        "土曜",
        "9月",
        "三十一",
        "日",
        "月",
        "12/",
        "今度",
        "午前",
        "夜",
        "2026年",
        "公民館",
        "99",
        "曜",
        "後",
        "きょう",
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=12).map("".join)))
def test_never_raises_and_names_only_what_exists(text: str) -> None:
    slots = find_slots(text)
    assert slots == find_slots(text)
    assert set(slots.contents) <= SUBJECTS.keys()
    assert slots.when.month is None or 1 <= slots.when.month <= 12
    assert slots.when.day is None or 1 <= slots.when.day <= 31
    assert slots.when.weekdays <= set(range(7))
