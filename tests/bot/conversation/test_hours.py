"""Open or closed: every minute of a year falls into exactly one of them, and the next opening is the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import jpholiday
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.conversation.city import CityKnowledge
from bot.conversation.hours import JAPAN, counter_now, sessions_of
from bot.conversation.inbound import Inbound, InboundKind
from bot.conversation.turn import Person, show_topic, take_turn
from bot.responses.compose import Style
from bot.responses.counter_now import CounterNow, counter_line
from bot.responses.reply import Reply
from bot.responses.signals import Signal, Tap
from knowledge.packs import dump_pack
from knowledge.reading import read_document
from knowledge.schema import Counter, Hours, Opening, Pack

CITY_HALL = Opening.model_validate(
    {"hours": [{"days": "月火水木金", "opens": "8:30", "closes": "17:15"}], "closed": ["12-29..01-03"]}
)
WITH_LUNCH = Opening.model_validate(
    {
        "hours": [
            {"days": "月火水木金", "opens": "9:30", "closes": "20:00", "lunch": ["12:00", "13:00"]},
            {"days": "土日祝", "opens": "9:30", "closes": "17:30"},
        ],
        "closed": ["12-29..01-03", "05-01"],
    }
)
YEAR = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=JAPAN))  # noqa: DTZ001


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-20T10:00", "今は受付中です（17時15分まで）。"),
        ("2026-11-20T17:14", "今は受付中です（17時15分まで）。"),
        ("2026-11-20T08:29", "今は閉まっています。\n次は 今日 8時30分からです。"),
        # Friday evening before a long weekend: Monday the 23rd is 勤労感謝の日.
        ("2026-11-20T17:15", "今は閉まっています。\n次は 11月24日（火）8時30分からです。"),
        ("2026-11-23T10:00", "今は閉まっています。\n次は 11月24日（火）8時30分からです。"),
        ("2026-12-28T18:00", "今は閉まっています。\n次は 1月4日（月）8時30分からです。"),
        # The substitute holiday of the 憲法記念日 that falls on a Sunday.
        ("2026-05-02T10:00", "今は閉まっています。\n次は 5月7日（木）8時30分からです。"),
    ],
)
def test_what_is_said_of_a_city_hall(moment: str, said: str) -> None:
    assert counter_line(counter_now(CITY_HALL, _at(moment)), "ja") == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-20T11:59", "今は受付中です（12時まで）。"),
        ("2026-11-20T12:00", "今は閉まっています。\n次は 今日 13時からです。"),
        ("2026-11-23T17:00", "今は受付中です（17時30分まで）。"),
        ("2026-05-01T10:00", "今は閉まっています。\n次は 5月2日（土）9時30分からです。"),
    ],
)
def test_lunch_holidays_and_closed_days(moment: str, said: str) -> None:
    assert counter_line(counter_now(WITH_LUNCH, _at(moment)), "ja") == said


def test_the_moment_may_be_of_any_time_zone() -> None:
    assert counter_now(CITY_HALL, datetime(2026, 11, 20, 0, 0, tzinfo=UTC)).is_open
    assert not counter_now(CITY_HALL, datetime(2026, 11, 20, 10, 0, tzinfo=UTC)).is_open


@given(moment=YEAR, opening=st.sampled_from([CITY_HALL, WITH_LUNCH]))
def test_a_counter_is_open_or_opens_later_and_never_both(moment: datetime, opening: Opening) -> None:
    now = counter_now(opening, moment)
    assert (now.until is None) != (now.opens is None)
    assert moment < (now.until or now.opens or moment)


@given(moment=YEAR, opening=st.sampled_from([CITY_HALL, WITH_LUNCH]))
def test_it_is_open_from_the_promised_minute_and_not_before(moment: datetime, opening: Opening) -> None:
    now = counter_now(opening, moment)
    if now.opens is not None:
        assert counter_now(opening, now.opens).is_open
        assert not counter_now(opening, now.opens - timedelta(minutes=1)).is_open
    if now.until is not None:
        assert not counter_now(opening, now.until).is_open
        assert counter_now(opening, now.until - timedelta(minutes=1)).is_open


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_a_city_hall_is_closed_on_weekends_holidays_and_over_the_new_year(day: date) -> None:
    resting = day.weekday() >= 5 or jpholiday.is_holiday(day) or (day.month, day.day) >= (12, 29)
    resting = resting or (day.month == 1 and day.day <= 3)
    assert bool(sessions_of(CITY_HALL, day)) is not resting


def test_a_counter_that_never_opens_says_nothing_of_it() -> None:
    never = Opening(hours=CITY_HALL.hours, closed=("01-01..12-31",))
    now = counter_now(never, _at("2026-11-20T10:00"))
    assert now == CounterNow(_at("2026-11-20T10:00"))
    assert counter_line(now, "ja") == ""


@pytest.mark.parametrize("language", ["ja", "easy", "en", "zh", "ko", "pt", "vi", "tl", "ne"])
@pytest.mark.parametrize("moment", ["2026-11-20T10:00", "2026-11-20T06:00", "2026-11-20T18:00"])
def test_every_language_names_the_hour(language: str, moment: str) -> None:
    line = counter_line(counter_now(CITY_HALL, _at(moment)), language)
    assert "17" in line if moment.endswith("10:00") else "8" in line and "30" in line
    assert "{" not in line


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ({"days": "月", "opens": "17:15", "closes": "8:30"}, "順に"),
        ({"days": "月", "opens": "8:30", "closes": "17:15", "lunch": ["7:00", "13:00"]}, "順に"),
        ({"days": "月", "opens": "8時半", "closes": "17:15"}, "8:30 のように"),
        ({"days": "月", "opens": "8:30", "closes": "24:00"}, "8:30 のように"),
        ({"days": "月月", "opens": "8:30", "closes": "17:15"}, "pattern"),
        ({"days": "", "opens": "8:30", "closes": "17:15"}, "at least 1"),
    ],
)
def test_hours_that_cannot_be(hours: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Hours.model_validate(hours)


@pytest.mark.parametrize("closed", ["02-30", "13-01", "12-29..", "12/29", "12-29..01-03..02-01"])
def test_closed_days_that_cannot_be(closed: str) -> None:
    with pytest.raises(ValidationError):
        Opening(hours=CITY_HALL.hours, closed=(closed,))


def test_a_day_stands_in_one_row_and_hours_need_a_source() -> None:
    with pytest.raises(ValidationError, match="二度"):
        Opening(hours=CITY_HALL.hours * 2)
    with pytest.raises(ValidationError, match="出典"):
        Counter(name="窓口", opening=CITY_HALL)


def test_hours_in_a_pack_file_read_back_as_written(tmp_path_factory: pytest.TempPathFactory) -> None:
    pack = Pack(id="oyama", name="小山市", counter=Counter(name="窓口", opening=WITH_LUNCH, sources=("E-017",)))
    file = tmp_path_factory.mktemp("pack") / "pack.yaml"
    file.write_text(dump_pack(pack), encoding="utf-8")
    document, problems = read_document(file, "pack.yaml")
    assert problems == []
    assert document is not None
    assert Pack.model_validate(document.content) == pack
    assert Pack.model_validate_json(pack.model_dump_json()) == pack


def test_times_without_quotes_are_read_as_they_look(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("pack") / "pack.yaml"
    file.write_text("{days: 月, opens: 8:30, closes: 17:15}", encoding="utf-8")
    document, _ = read_document(file, "pack.yaml")
    assert document is not None
    assert Hours.model_validate(document.content) == Hours.model_validate(
        {"days": "月", "opens": "08:30", "closes": "17:15"}
    )


@pytest.fixture
def open_city(city: CityKnowledge) -> CityKnowledge:
    counter = city.pack.counter.model_copy(update={"opening": CITY_HALL})
    pack = city.pack.model_copy(update={"counter": counter})
    return CityKnowledge(city.municipality, pack, city.entries, city.index, city.register, city.hotline, city.matters)


def _reply(city: CityKnowledge, at: str, kind: InboundKind = InboundKind.TEXT, **more: str) -> Reply:
    inbound = Inbound.model_validate(
        {"id": "e", "municipality": "kokubunji", "at": _at(at), "kind": kind, "person": "p", **more}
    )
    reply = take_turn(inbound, Person(), city).reply
    assert reply is not None
    return reply


def test_who_finds_no_answer_learns_whether_the_counter_is_open(open_city: CityKnowledge) -> None:
    assert "今は受付中です（17時15分まで）" in _reply(open_city, "2026-11-20T10:00", text="ゑゐゑゐ").body
    assert "次は 11月24日（火）8時30分からです" in _reply(open_city, "2026-11-21T10:00", text="ゑゐゑゐ").body


@pytest.mark.parametrize(
    "tap", [Tap(Signal.NONE_OF_THESE), Tap(Signal.NOT_SOLVED), Tap(Signal.WHY, "old"), Tap(Signal.HUMAN)]
)
def test_every_way_to_a_person_says_it(open_city: CityKnowledge, city: CityKnowledge, tap: Tap) -> None:
    said = _reply(open_city, "2026-11-20T10:00", InboundKind.TAP, data=tap.encode())
    assert "今は受付中です（17時15分まで）" in said.body
    assert "受付中" not in _reply(city, "2026-11-20T10:00", InboundKind.TAP, data=tap.encode()).body


def test_without_a_moment_nothing_is_said(open_city: CityKnowledge) -> None:
    assert "受付中" not in show_topic("no/such", open_city, Style(), about="").body
